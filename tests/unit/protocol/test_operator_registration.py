"""What only the operator registers: purposes, and programs of its own."""

from typing import Any

import pytest

from tests.support.registration import CALLBACK, JWKS, OPERATOR, PURPOSE, SELF, SELF_IN_PRODUCTION, read
from vneid_idp.protocol import registration
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.protocol.grant_types.names import TOKEN_EXCHANGE


@pytest.mark.parametrize(
    "changes",
    [{"id": ""}, {"id": 1}, {"id": "a/b"}, {"id": "+"}, {"id": ".."}, {"id": "a" * 65},
     {"version": 0}, {"version": 2**31}, {"version": "x"}, {"version": "²"}, {"version": "9" * 5000},
     {"title": {"en": "x"}}, {"text": None},
     {"required_in_full": ["age_over_21"]}, {"required_in_full": ["email"]}, {"required_in_full": "identity_level"},
     {"required_in_full": [["identity_level"]]},
     {"required": ["shoe_size"]}, {"optional": ["age_over_016"]}, {"optional": ["age_over_１６"]},
     {"optional": "age_band"}, {"optional": ["identity_level"]}],
)  # fmt: skip
def test_a_purpose_must_be_complete(changes: dict[str, Any]) -> None:
    read(OPERATOR, purposes=[PURPOSE])
    with pytest.raises(InvalidClientMetadata, match="purposes"):
        read(OPERATOR, purposes=[PURPOSE | changes])


def test_a_client_learns_of_three_age_thresholds_at_most() -> None:
    three = PURPOSE | {"optional": ["age_over_14", "age_over_18", "age_over_21"]}
    read(OPERATOR, purposes=[three, PURPOSE | {"id": "again", "optional": ["age_over_21", "email"]}])
    fourth = PURPOSE | {"id": "other", "required": [], "optional": ["age_over_13"]}
    # A smaller proof that may be given in place of a birth date is a threshold as well.
    instead = fourth | {"optional": ["birthdate"]}
    in_full = fourth | {"required": ["birthdate"], "optional": [], "required_in_full": ["birthdate"]}
    read(OPERATOR, purposes=[three, in_full])
    for registrar in (OPERATOR, SELF):  # in the sandbox a client brings purposes of its own
        for other in (
            fourth,
            instead,
            fourth | {"optional": ["age_band"]},
            fourth | {"optional": ["binding_age_band"]},
        ):
            with pytest.raises(InvalidClientMetadata, match=r"more than 3 age thresholds.*age_over_14"):
                read(registrar, purposes=[three, other])
    # A band tells three: one of them by itself tells no more.
    read(OPERATOR, purposes=[fourth | {"optional": ["age_band", "binding_age_band", "age_over_16", "birthdate"]}])


@pytest.mark.parametrize("limit", [-1, True, "5", 1.5, 2**31])
def test_the_limit_is_a_number_of_accounts(limit: Any) -> None:
    with pytest.raises(InvalidClientMetadata, match="account_limit: must be a whole number"):
        read(OPERATOR, account_limit=limit)


@pytest.mark.parametrize("family", ["", "a b", "-a", "a/b", "a" * 65, 7, "á", "a\n"])
def test_a_family_is_named_by_an_identifier(family: Any) -> None:
    assert read(OPERATOR, family="a" * 64)["family"] == "a" * 64
    with pytest.raises(InvalidClientMetadata, match="family: must be an identifier"):
        read(OPERATOR, family=family)


@pytest.mark.parametrize("bound", [{}, {"dpop_bound_access_tokens": False}])
def test_an_app_of_a_family_binds_its_tokens(bound: dict[str, Any]) -> None:
    app: dict[str, Any] = {"token_endpoint_auth_method": "none", "family": "carrier"}
    for kind in ("dpop_bound_access_tokens", "tls_client_certificate_bound_access_tokens"):
        assert read(OPERATOR, **app, **{kind: True})[kind]
    for one_less in ("token_endpoint_auth_method", "family"):
        read(OPERATOR, **{name: value for name, value in app.items() if name != one_less}, **bound)
    with pytest.raises(InvalidClientMetadata, match="a public client of a family binds its tokens"):
        read(OPERATOR, **app, **bound)


def test_who_acts_for_whom_is_of_one_family() -> None:
    exchanging: dict[str, Any] = {
        "grant_types": ["authorization_code", TOKEN_EXCHANGE], "profile": "fapi2", "jwks": JWKS,
        "token_endpoint_auth_method": "private_key_jwt", "redirect_uris": [CALLBACK],
    }  # fmt: skip
    for members in (exchanging, {"may_act": ["cli_b"]}):
        assert read(OPERATOR, **members, family="carrier")
        with pytest.raises(InvalidClientMetadata, match=r"of a family exchange|of one family act"):
            read(OPERATOR, **members)
    # Who tries things out waits for the operator to give it one, who may change something else first.
    before = read(SELF, **exchanging)
    assert registration.read_registration(exchanging | {"client_name": "A"}, OPERATOR, before=before)
    in_family = read(OPERATOR, **exchanging, family="carrier")
    with pytest.raises(InvalidClientMetadata, match="of a family exchange"):
        registration.read_registration(exchanging | {"family": None}, OPERATOR, before=in_family)
    old = in_family | {"may_act": ["cli_b"]}
    del old["family"]
    assert registration.read_registration(exchanging, SELF_IN_PRODUCTION, before=old), (
        "the operator's mistake of before"
    )


@pytest.mark.parametrize("age", [-1, True, "60"])
def test_an_age_is_a_number_of_seconds(age: Any) -> None:
    with pytest.raises(InvalidClientMetadata, match="default_max_age: must be a whole number"):
        read(default_max_age=age)


def test_purposes_that_went_are_remembered_by_the_registration_itself() -> None:
    before = read(OPERATOR, purposes=[PURPOSE])
    gone = registration.read_registration({**before, "purposes": None}, OPERATOR, before=before).members
    assert gone["gone_purposes"] == {PURPOSE["id"]: 2}
    assert gone["purposes"] == []
    again = registration.read_registration(
        {**gone, "purposes": [PURPOSE | {"version": 1}]}, OPERATOR, before=gone
    ).members
    assert again["purposes"][0]["version"] == 3  # nobody's answer to version 1 or 2 is one to this purpose
    assert "gone_purposes" not in again
    for version in ("1", 0, True):
        with pytest.raises(InvalidClientMetadata, match="version numbers"):
            read(OPERATOR, gone_purposes={"a": version})


def test_what_is_kept_of_purposes_that_went_has_an_end_and_none_comes_back_as_it_was() -> None:
    stands, ids = read(OPERATOR, purposes=[PURPOSE | {"id": "first"}]), ["first"]
    for number in range(200):
        if number % 2:  # some have a second version before they go
            changed = [{**stands["purposes"][0], "title": {"vi": f"Tên {number}"}}]
            stands = registration.read_registration({**stands, "purposes": changed}, OPERATOR, before=stands).members
        ids.append(f"p{number}")
        wanted = {**stands, "purposes": [PURPOSE | {"id": ids[-1]}]}
        stands = registration.read_registration(wanted, OPERATOR, before=stands).members
    assert len(stands["gone_purposes"]) == 51, "fifty by name, and one for all before"
    for back in ids[:-1]:
        wanted = {**stands, "purposes": [PURPOSE | {"id": back}]}
        again = registration.read_registration(wanted, OPERATOR, before=stands).members
        assert again["purposes"][0]["version"] > 2
        assert again["purposes"][0].get("answers_since") is None


ADMIN = {"grant_types": ["client_credentials"], "redirect_uris": []}


def test_only_the_operator_registers_programs_of_its_own() -> None:
    assert read(OPERATOR, scope="admin:clients:read", **ADMIN)["scope"] == "admin:clients:read"
    for registrar in (SELF, SELF_IN_PRODUCTION):
        with pytest.raises(InvalidClientMetadata, match="scope"):
            read(registrar, scope="admin:clients:read", **ADMIN)


@pytest.mark.parametrize(
    "changes",
    [{"grant_types": ["authorization_code"], "redirect_uris": [CALLBACK]}, {"token_endpoint_auth_method": "none"}],
)
def test_a_program_of_the_operator_authenticates(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidClientMetadata):
        read(OPERATOR, **{"scope": "admin:policy", **ADMIN, **changes})


def test_who_registered_itself_never_becomes_a_program_of_the_operator() -> None:
    before = read(SELF, **ADMIN)
    once = registration.read_registration({**before, "scope": "openid"}, OPERATOR, before=before).members
    assert "registered_by" not in once
    for current in (before, once):
        with pytest.raises(InvalidClientMetadata, match="registered itself"):
            registration.read_registration({**current, "scope": "admin:policy"}, OPERATOR, before=current)


def test_a_program_of_the_operator_is_not_changed_with_its_registration_access_token() -> None:
    before = read(OPERATOR, scope="admin:policy", **ADMIN)
    for scope in ("admin:policy", "openid", None):
        members = {name: value for name, value in {**before, "scope": scope}.items() if value is not None}
        with pytest.raises(InvalidClientMetadata, match=r"operator alone|may hold only"):
            registration.read_registration(members, SELF, before=before)


def test_what_an_update_of_the_operator_does_not_speak_of_stays_and_null_takes_it_away() -> None:
    before = read(OPERATOR, family="a", account_limit=5, purposes=[PURPOSE])
    plain = {"redirect_uris": [CALLBACK]}
    kept = registration.read_registration(plain, OPERATOR, before=before).members
    assert (kept["family"], kept["account_limit"], kept["purposes"]) == ("a", 5, before["purposes"])
    assert "family" not in registration.read_registration({**plain, "family": None}, OPERATOR, before=before).members


def test_two_purposes_have_two_ids() -> None:
    with pytest.raises(InvalidClientMetadata, match="same id"):
        read(OPERATOR, purposes=[PURPOSE, PURPOSE])
