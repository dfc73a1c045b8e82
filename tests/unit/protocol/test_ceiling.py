"""What the operator decided about a client is a ceiling that the client's own updates stay below."""

from typing import Any

import pytest

from tests.support.registration import CALLBACK, JWKS, OPERATOR, SELF, SELF_IN_PRODUCTION, read
from vneid_idp.protocol import registration
from vneid_idp.protocol.ceiling import WIDENS
from vneid_idp.protocol.client import SUBJECT_MEMBERS
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.protocol.members import FIXED_MEMBERS, MEMBERS, Registrar

LEFT: dict[str, Any] = {
    "redirect_uris": [CALLBACK], "client_name": "Một", "jwks": JWKS,
    "id_token_signed_response_alg": "ES256",
    "grant_types": ["authorization_code", "refresh_token"], "scope": "openid identity",
    "token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": "ES256",
    "request_uris": ["https://rp.example/request"], "allowed_cors_origins": ["https://app.rp.example"],
    "request_object_signing_alg": "ES256",
    "require_signed_request_object": True, "require_pushed_authorization_requests": True,
    "require_token_endpoint_auth_method": True, "userinfo_signed_response_alg": "ES256", "require_pkce_or_nonce": True,
    "id_token_encrypted_response_alg": "ECDH-ES", "id_token_encrypted_response_enc": "A256GCM",
    "userinfo_encrypted_response_alg": "ECDH-ES", "userinfo_encrypted_response_enc": "A256GCM",
    "authorization_signed_response_alg": "PS256",
    "authorization_encrypted_response_alg": "ECDH-ES", "authorization_encrypted_response_enc": "A256GCM",
}  # fmt: skip
"""What the operator left standing."""
FREE = {
    "application_type", "response_types", "client_uri", "policy_uri", "tos_uri", "contacts", "software_id",
    "software_version", "jwks", "jwks_uri", "userinfo_claims_in_id_token", "request_object_encryption_alg",
    "request_object_encryption_enc", "default_max_age", "require_auth_time", "default_acr_values",
    "backchannel_logout_uri", "backchannel_logout_session_required", "frontchannel_logout_uri",
    "frontchannel_logout_session_required", "backchannel_user_code_parameter", *SUBJECT_MEMBERS,
    "subject_type", "sector_identifier_uri",  # held by the rule that the subjects of people stay
}  # fmt: skip
"""What opens nothing and asks nothing of a client: its own to change, and to leave out."""
WIDER = [
    {"scope": "openid identity offline_access"},
    {"scope": "openid identity age"},
    {"grant_types": ["authorization_code", "refresh_token", "client_credentials"]},
    {"token_endpoint_auth_method": "client_secret_basic"},
    {"token_endpoint_auth_method": "none"},
    {"request_uris": ["https://rp.example/request", "https://rp.example/other"]},
    {"allowed_cors_origins": ["https://app.rp.example", "https://other.example"]},
    {"request_object_signing_alg": "none", "require_signed_request_object": None},
    {"require_signed_request_object": False},
    {"require_token_endpoint_auth_method": False},
    {"require_pkce_or_nonce": False},
    {"require_pushed_authorization_requests": False},
]
EVERYWHERE = pytest.mark.parametrize("registrar", [SELF, SELF_IN_PRODUCTION], ids=["sandbox", "production"])


def left_by_operator(registrar: Registrar, whose: str) -> dict[str, Any]:
    """A client of the operator's, or one that registered itself and that the operator changed since."""
    if whose == "registered":
        return read(OPERATOR, **LEFT)
    grant_types = ["authorization_code", "refresh_token"]
    own = read(registrar, scope="openid offline_access", grant_types=grant_types, client_name="Một")
    return registration.read_registration(LEFT, OPERATOR, before=own).members


def updated(registrar: Registrar, before: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What the client makes of it with its registration access token; null leaves a member out."""
    return registration.read_registration({**LEFT, **changes}, registrar, before=before).members


@EVERYWHERE
@pytest.mark.parametrize("whose", ["registered", "changed"])
@pytest.mark.parametrize("wider", WIDER, ids=str)
def test_what_the_operator_took_a_client_does_not_take_back(
    registrar: Registrar, whose: str, wider: dict[str, Any]
) -> None:
    before = left_by_operator(registrar, whose)
    assert updated(registrar, before) == before
    with pytest.raises(InvalidClientMetadata, match="operator"):
        updated(registrar, before, **wider)


@EVERYWHERE
@pytest.mark.parametrize("whose", ["registered", "changed"])
def test_what_a_client_does_not_speak_of_stands_as_the_operator_left_it(registrar: Registrar, whose: str) -> None:
    before = left_by_operator(registrar, whose)
    plain = {name: LEFT[name] for name in ("redirect_uris", "client_name", "jwks")}
    assert registration.read_registration(plain, registrar, before=before).members == before
    silent = plain | dict.fromkeys(WIDENS)
    assert registration.read_registration(silent, registrar, before=before).members == before, "null says nothing"


SHOWN: dict[str, Any] = {
    **LEFT, "client_name#en": "One", "logo_uri": "https://rp.example/logo.png",
    "post_logout_redirect_uris": ["https://rp.example/out"], "initiate_login_uri": "https://rp.example/login",
    "backchannel_token_delivery_mode": "ping", "backchannel_client_notification_endpoint": "https://rp.example/told",
    "security_event_endpoint": "https://rp.example/events",
}  # fmt: skip
OTHERWISE: list[dict[str, Any]] = [
    {"client_name": "Hai"}, {"client_name": None}, {"client_name#en": "Two"}, {"client_name#en": None},
    {"client_name#fr": "Un"}, {"logo_uri": "https://rp.example/other.png"}, {"logo_uri": None},
    {"redirect_uris": [CALLBACK, f"{CALLBACK}/other"]}, {"redirect_uris": [f"{CALLBACK}/other"]},
    {"post_logout_redirect_uris": ["https://rp.example/elsewhere"]}, {"post_logout_redirect_uris": None},
    {"initiate_login_uri": "https://evil.example/login"}, {"initiate_login_uri": None},
    {"backchannel_client_notification_endpoint": "https://evil.example/told"},
    {"security_event_endpoint": "https://evil.example/events"}, {"security_event_endpoint": None},
    {"backchannel_client_notification_endpoint": None, "backchannel_token_delivery_mode": "poll"},
]  # fmt: skip


@EVERYWHERE
@pytest.mark.parametrize("whose", ["registered", "changed"])
@pytest.mark.parametrize("otherwise", OTHERWISE, ids=str)
def test_what_people_are_shown_is_neither_changed_nor_taken_away(
    registrar: Registrar, whose: str, otherwise: dict[str, Any]
) -> None:
    before = registration.read_registration(SHOWN, OPERATOR, before=left_by_operator(registrar, whose)).members
    assert registration.read_registration(SHOWN, registrar, before=before).members == before
    with pytest.raises(InvalidClientMetadata, match="only the operator changes what people are shown") as refused:
        registration.read_registration({**SHOWN, **otherwise}, registrar, before=before)
    assert refused.value.member in otherwise
    changed = registration.read_registration({**SHOWN, **otherwise}, OPERATOR, before=before).members
    assert all(changed.get(name) == value for name, value in otherwise.items() if value is not None)


@EVERYWHERE
@pytest.mark.parametrize("whose", ["registered", "changed"])
def test_a_client_gives_up_what_it_wants_and_gets_it_back_from_the_operator_alone(
    registrar: Registrar, whose: str
) -> None:
    before = left_by_operator(registrar, whose)
    less = {"scope": "openid", "grant_types": ["authorization_code"], "request_uris": [], "contacts": ["a@rp.example"]}
    narrowed = updated(registrar, before, **less)
    assert {name: narrowed[name] for name in less} == less
    with pytest.raises(InvalidClientMetadata, match="operator"):
        updated(registrar, narrowed)
    given_back = registration.read_registration({**narrowed, **LEFT}, OPERATOR, before=narrowed).members
    assert given_back["scope"] == LEFT["scope"]


@EVERYWHERE
@pytest.mark.parametrize("whose", ["registered", "changed"])
def test_what_an_update_of_the_operator_leaves_out_falls_back_to_its_default(registrar: Registrar, whose: str) -> None:
    before = left_by_operator(registrar, whose)
    plain = {name: LEFT[name] for name in ("redirect_uris", "client_name", "jwks")}
    found = registration.read_registration(plain, OPERATOR, before=before).members
    assert (found["scope"], found["grant_types"]) == ("openid", ["authorization_code"])
    assert found["token_endpoint_auth_method"] == "client_secret_basic"
    assert not {"require_pushed_authorization_requests", "request_uris", "userinfo_signed_response_alg"} & found.keys()


def test_every_member_stays_as_it_is_or_stays_below_or_is_free() -> None:
    assert set(MEMBERS) == WIDENS.keys() | set(FIXED_MEMBERS) | FREE
    assert not (WIDENS.keys() | set(FIXED_MEMBERS)) & FREE


def test_a_client_may_ask_more_of_itself() -> None:
    before = read(OPERATOR)
    stronger = {"token_endpoint_auth_method": "private_key_jwt", "jwks": JWKS, "client_name": before["client_name"]}
    stronger |= {"redirect_uris": [CALLBACK], "require_pushed_authorization_requests": True}
    found = registration.read_registration(stronger, SELF_IN_PRODUCTION, before=before).members
    assert found["token_endpoint_auth_method"] == "private_key_jwt"


@EVERYWHERE
def test_who_registered_itself_changes_itself_until_the_operator_does(registrar: Registrar) -> None:
    own = read(registrar, scope="openid", client_name="Một")
    wider = {"redirect_uris": [CALLBACK, "https://rp.example/other"], "scope": "openid offline_access"}
    wider |= {"grant_types": ["authorization_code", "refresh_token"], "client_name": "Hai"}
    once = registration.read_registration(wider, registrar, before=own).members
    assert {name: once[name] for name in wider} == wider
    # An update of the operator's in which nothing differs decides nothing.
    assert registration.read_registration(once, OPERATOR, before=once).members == once
    decided = registration.read_registration({**once, "scope": "openid"}, OPERATOR, before=once).members
    for sent in (decided, {**decided, "changed_by": None}):
        decided = registration.read_registration({**sent, "client_name": "Ba"}, OPERATOR, before=decided).members
        assert decided["changed_by"] == "operator"
        with pytest.raises(InvalidClientMetadata, match="scope: the operator"):
            registration.read_registration({**decided, "scope": once["scope"]}, registrar, before=decided)


@EVERYWHERE
def test_who_changed_it_is_written_not_told(registrar: Registrar) -> None:
    assert "changed_by" not in read(registrar, changed_by="operator")
