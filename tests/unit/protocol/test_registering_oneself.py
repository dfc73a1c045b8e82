"""What a client that registers itself may have, and what belongs to the operator."""

from typing import Any

import pytest

from tests.support.registration import CALLBACK, JWKS, OPERATOR, PURPOSE, SELF, SELF_IN_PRODUCTION, read
from vneid_idp.protocol import registration
from vneid_idp.protocol.client import ClientProfile
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.protocol.grant_types.names import TOKEN_EXCHANGE
from vneid_idp.protocol.members import OPERATOR_MEMBERS, WRITTEN_MEMBERS, Registrar


def test_the_sandbox_gives_a_purpose_and_the_looser_audience_production_neither() -> None:
    assert read(SELF)["assertion_audience"] == "endpoint"
    assert [purpose["id"] for purpose in read(SELF)["purposes"]] == ["sandbox"]
    assert "id_number" not in read(SELF)["purposes"][0]["optional"]
    assert "assertion_audience" not in read(SELF_IN_PRODUCTION)
    assert "purposes" not in read(SELF_IN_PRODUCTION)
    assert read(SELF_IN_PRODUCTION, grant_types=["authorization_code", "refresh_token"])["scope"] == (
        "openid offline_access"
    )


def test_public_subjects_are_the_operators_to_allow() -> None:
    with pytest.raises(InvalidClientMetadata, match="only the operator registers public subjects"):
        read(SELF_IN_PRODUCTION, subject_type="public")
    allowed = read(OPERATOR, subject_type="public")
    again = {"redirect_uris": [CALLBACK], "subject_type": "public"}
    found = registration.read_registration(again, SELF_IN_PRODUCTION, before=allowed)
    assert found.members["subject_type"] == "public", "what was allowed stays"


@pytest.mark.parametrize("registrar", [SELF, SELF_IN_PRODUCTION])
def test_offline_access_goes_with_the_grant_type_that_makes_use_of_it(registrar: Registrar) -> None:
    assert "offline_access" not in read(registrar)["scope"].split()
    with pytest.raises(InvalidClientMetadata, match="refresh_token"):
        read(registrar, scope="openid offline_access")
    lasting = ["authorization_code", "refresh_token"]
    before = read(registrar, scope="openid offline_access", grant_types=lasting)
    assert before["scope"] == "openid offline_access"
    # What stands registered is sent along by every update.
    registration.read_registration({**before, "grant_types": ["authorization_code"]}, registrar, before=before)


def test_in_the_sandbox_a_client_registers_purposes_of_its_own_and_people_are_asked_anew_for_what_it_changes() -> None:
    before = read(SELF, purposes=[PURPOSE | {"version": 1}])
    assert [purpose["id"] for purpose in before["purposes"]] == ["p"]
    again = registration.read_registration({"redirect_uris": [CALLBACK]}, SELF, before=before).members
    assert again["purposes"] == before["purposes"]
    for purpose, scope, never, lacks in (
        (PURPOSE | {"optional": ["full_name", "email"]}, "openid identity email", "full_name", "full_name"),
        (PURPOSE | {"optional": ["binding_level"]}, "openid identity", "binding_level", "binding:social_account"),
    ):
        with pytest.raises(InvalidClientMetadata, match=f"the scope asks for no {never}$"):
            read(SELF, purposes=[purpose], scope=scope)
        read(OPERATOR, purposes=[purpose], scope=scope)
        had = read(SELF, purposes=[purpose], scope=f"{scope} {lacks}")
        less = {"redirect_uris": [CALLBACK], "scope": scope, "purposes": had["purposes"]}
        registration.read_registration(less, SELF, before=had)  # what stands is no news
    said = {"redirect_uris": [CALLBACK], "purposes": [PURPOSE | {"text": {"vi": "Khác"}, "version": 1}]}
    [purpose] = registration.read_registration(said, SELF, before=before).members["purposes"]
    assert (purpose["version"], purpose.get("answers_since")) == (2, None)
    with pytest.raises(InvalidClientMetadata, match="purpose"):
        read(SELF, purposes=[{"id": "p"}])


def test_age_thresholds_that_a_client_named_before_count_on() -> None:
    """Three others with each update would find the year of birth in a few sign-ins."""

    def change(before: dict[str, Any], *ages: int, by: Registrar = SELF) -> dict[str, Any]:
        purpose = PURPOSE | {"required": [], "optional": [f"age_over_{years}" for years in ages]}
        said = {"redirect_uris": [CALLBACK], "scope": "openid age" if ages else "openid", "purposes": [purpose]}
        return dict(registration.read_registration(said, by, before=before).members)

    first = change(read(SELF, purposes=[PURPOSE | {"optional": ["age_over_16"]}]), 21)
    for unasked in (change(first), change(change(first), 21)):
        assert change(unasked, 16, 21, 25)["purposes"][0]["optional"] == ["age_over_16", "age_over_21", "age_over_25"]
        with pytest.raises(InvalidClientMetadata, match=r"named before \(age_over_16, age_over_21\)"):
            change(change(unasked), 25, 29)
    full = change(first, 25)
    assert change(full, 25)["former_thresholds"] == ["age_over_16", "age_over_21"]
    with pytest.raises(InvalidClientMetadata, match="register"):
        change(full, 29)
    assert change(full, 29, by=OPERATOR)["purposes"][0]["optional"] == ["age_over_29"], "the operator answers for it"


def test_who_writes_its_own_purposes_has_no_scope_that_none_of_them_asks_for() -> None:
    binding = "binding:social_account"
    lasting = {"grant_types": ["authorization_code", "refresh_token"]}
    for useless, members in (
        (binding, {"purposes": [], "scope": f"openid {binding}"}),
        ("offline_access", {"purposes": [], "scope": "openid offline_access", **lasting}),
        ("email", {"purposes": [PURPOSE], "scope": "openid identity age email"}),
    ):
        with pytest.raises(InvalidClientMetadata, match=f"scope: no purpose asks for {useless}$"):
            read(SELF, **members)
        assert read(OPERATOR, **members)["scope"] == members["scope"], "the operator may bring the purpose later"
    assert read(SELF, purposes=[], **lasting)["scope"] == "openid", "and no default is one that is refused"
    before = read(SELF, purposes=[PURPOSE], **lasting)
    assert set(before["scope"].split()) == {
        "openid", "identity", "age", "offline_access", binding, "binding:child_account"
    }  # fmt: skip
    fewer = {"redirect_uris": [CALLBACK], "purposes": [{**PURPOSE, "optional": []}], **lasting}
    with pytest.raises(InvalidClientMetadata, match="no purpose asks for age"):
        registration.read_registration({**fewer, "scope": before["scope"]}, SELF, before=before)
    assert "age" not in registration.read_registration(fewer, SELF, before=before).members["scope"].split()
    old = {**before, "scope": f"{before['scope']} email"}
    same = {"redirect_uris": [CALLBACK], **lasting, "scope": old["scope"], "purposes": old["purposes"]}
    assert registration.read_registration(same, SELF, before=old).members["scope"] == old["scope"]


@pytest.mark.parametrize(
    ("uri", "local"),
    [
        ("http://app:3000/x", True), ("http://host.docker.internal/x", True), ("http://172.17.0.2:3000/x", True),
        ("http://[fd00::2]/x", True), ("http://rp.example/x", False), ("http://9.9.9.9/x", False),
        ("http://internal.example/x", False),
    ],
)  # fmt: skip
def test_in_the_sandbox_servers_are_in_containers_too_and_nowhere_else(uri: str, local: bool) -> None:
    for name in ("backchannel_logout_uri", "jwks_uri", "logo_uri"):
        with pytest.raises(InvalidClientMetadata, match=name):
            read(SELF_IN_PRODUCTION, **{name: uri})
        if local:
            assert read(SELF, **{name: uri})[name] == uri
        else:
            with pytest.raises(InvalidClientMetadata, match=name):
                read(SELF, **{name: uri})


@pytest.mark.parametrize("scope", ["openid id_number", "id_number"])
@pytest.mark.parametrize("registrar", [SELF, SELF_IN_PRODUCTION])
def test_nobody_grants_itself_id_numbers(scope: str, registrar: Registrar) -> None:
    with pytest.raises(InvalidClientMetadata, match="operator"):
        read(registrar, scope=scope)
    fapi2: dict[str, Any] = {"profile": "fapi2", "token_endpoint_auth_method": "private_key_jwt", "jwks": JWKS}
    assert read(OPERATOR, scope=scope, **fapi2)["scope"] == scope
    with pytest.raises(InvalidClientMetadata, match="clients of the profile oidc have no id_number"):
        read(OPERATOR, scope=scope)


def test_by_default_a_client_has_no_scope_that_its_profile_does_not_have() -> None:
    keys = {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://app.example/keys"}
    for profile, has in (("oidc", False), ("fapi2", False), ("camara", True)):
        scope = read(SELF, profile=profile, id_token_signed_response_alg="ES256", **keys)["scope"].split()
        assert ("kyc-match:match" in scope) is has, profile
    with pytest.raises(InvalidClientMetadata, match="have no kyc-match:match"):
        read(SELF, scope="openid kyc-match:match")


def test_nobody_grants_itself_a_persons_data_in_production() -> None:
    with pytest.raises(InvalidClientMetadata, match="operator grants phone"):
        read(SELF_IN_PRODUCTION, scope="openid phone")


def test_grant_types_of_a_profile_are_the_operators_but_for_who_tries_them() -> None:
    exchanging: dict[str, Any] = {
        "grant_types": ["authorization_code", TOKEN_EXCHANGE], "profile": "fapi2", "jwks": JWKS,
        "token_endpoint_auth_method": "private_key_jwt",
    }  # fmt: skip
    assert TOKEN_EXCHANGE in read(SELF, **exchanging)["grant_types"]
    without = read(OPERATOR, **(exchanging | {"grant_types": ["authorization_code"]}))
    with pytest.raises(InvalidClientMetadata, match="only the operator registers urn"):
        registration.read_registration({"redirect_uris": [CALLBACK]} | exchanging, SELF_IN_PRODUCTION, before=without)
    with pytest.raises(InvalidClientMetadata, match="needs a client that authenticates"):
        read(OPERATOR, **(exchanging | {"token_endpoint_auth_method": "none"}))


@pytest.mark.parametrize("name", sorted(OPERATOR_MEMBERS.keys() - set(WRITTEN_MEMBERS)))
def test_members_of_the_operator_are_refused_from_anybody_else(name: str) -> None:
    values = {"purposes": [PURPOSE], "account_limit": 99, "assertion_audience": "endpoint", "profile": "oidc"}
    values |= {
        "family": "trong-nuoc",
        "authorization_details_types": [],
        "may_act": ["cli_b"],
        "tells_unknown_users": True,
    }
    with pytest.raises(InvalidClientMetadata, match=f"{name}: only the operator"):
        read(SELF_IN_PRODUCTION, **{name: values[name]})
    assert name in read(OPERATOR, **({"family": "trong-nuoc"} | {name: values[name]}))


def test_who_registered_is_written_not_told() -> None:
    assert "registered_by" not in read(SELF, registered_by="operator")
    assert read(OPERATOR)["registered_by"] == "operator"


@pytest.mark.parametrize("registrar", [SELF, SELF_IN_PRODUCTION])
@pytest.mark.parametrize("profile", ClientProfile)
def test_a_default_goes_by_the_profile_that_holds(profile: ClientProfile, registrar: Registrar) -> None:
    known: dict[str, Any] = {"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt", "jwks": JWKS}
    own = read(SELF, **known, profile=profile)
    usual = "RS256" if profile is ClientProfile.OIDC else "ES256"
    assert own["id_token_signed_response_alg"] == usual
    for before in (own, read(OPERATOR, **known, profile=profile)):
        silent = known | {"client_name": before["client_name"]}
        after = registration.read_registration(silent, registrar, before=before)
        kept = {name: after.members[name] for name in ("profile", "id_token_signed_response_alg")}
        assert kept == {name: before[name] for name in kept}


def test_an_update_keeps_what_the_operator_granted() -> None:
    before = read(OPERATOR, purposes=[PURPOSE], scope="openid full_name", account_limit=9)
    update = {"redirect_uris": [CALLBACK], "scope": "openid full_name", "purposes": before["purposes"]}
    after = registration.read_registration(update, SELF_IN_PRODUCTION, before=before).members
    assert (after["purposes"], after["account_limit"]) == (before["purposes"], 9)
    assert after["scope"] == "openid full_name"
    others: list[dict[str, Any]] = [{"scope": "openid phone"}, {"purposes": []}, {"account_limit": 1000}]
    for other in others:
        with pytest.raises(InvalidClientMetadata):
            registration.read_registration(update | other, SELF_IN_PRODUCTION, before=before)
