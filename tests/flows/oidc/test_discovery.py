"""What a client has to know of us, and that nobody can change it from outside."""

import re

import pytest

from tests.support.country import ISSUER, Country
from vneid_idp.protocol.claims import CARRIER_SCOPES, CLAIMS, PERMISSIONS, SCOPE_CLAIMS, SIGN_IN
from vneid_idp.protocol.grant_types.names import CIBA, DEVICE_CODE
from vneid_idp.provider.routes import doors
from vneid_idp.web.doors import DoorKind

DOCUMENTS = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
# OpenID Connect Discovery §3, RFC 8414 §2, RFC 9126 §5, RFC 9207 §3, RFC 9101 §10.5, RFC 9396 §10, RFC 8628 §4,
# CIBA Core §4, Back-Channel Logout §2.1, Front-Channel Logout §3, Session Management §3.3, RP-Initiated Logout §2.1,
# Initiating User Registration §4.1: the registered names, so that none is invented here.
MODES = ["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"]
GRANT_TYPES = [
    "authorization_code", "refresh_token", "client_credentials", DEVICE_CODE, CIBA,
    "urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:jwt-bearer",
]  # fmt: skip
REGISTERED = {
    "issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "registration_endpoint",
    "scopes_supported", "response_types_supported", "response_modes_supported", "grant_types_supported",
    "acr_values_supported", "subject_types_supported", "id_token_signing_alg_values_supported",
    "id_token_encryption_alg_values_supported", "id_token_encryption_enc_values_supported",
    "userinfo_signing_alg_values_supported", "userinfo_encryption_alg_values_supported",
    "userinfo_encryption_enc_values_supported", "request_object_signing_alg_values_supported",
    "request_object_encryption_alg_values_supported", "request_object_encryption_enc_values_supported",
    "token_endpoint_auth_methods_supported", "token_endpoint_auth_signing_alg_values_supported",
    "display_values_supported", "claim_types_supported", "claims_supported", "service_documentation",
    "claims_locales_supported", "ui_locales_supported", "claims_parameter_supported", "request_parameter_supported",
    "request_uri_parameter_supported", "require_request_uri_registration", "op_policy_uri", "op_tos_uri",
    "revocation_endpoint", "revocation_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported", "introspection_endpoint",
    "introspection_endpoint_auth_methods_supported", "introspection_endpoint_auth_signing_alg_values_supported",
    "code_challenge_methods_supported", "pushed_authorization_request_endpoint",
    "require_pushed_authorization_requests", "authorization_response_iss_parameter_supported",
    "require_signed_request_object", "end_session_endpoint", "backchannel_logout_supported",
    "backchannel_logout_session_supported", "frontchannel_logout_supported", "frontchannel_logout_session_supported",
    "prompt_values_supported", "check_session_iframe", "dpop_signing_alg_values_supported", "protected_resources",
    "authorization_signing_alg_values_supported", "authorization_encryption_alg_values_supported",
    "authorization_encryption_enc_values_supported", "authorization_details_types_supported",
    "device_authorization_endpoint", "backchannel_authentication_endpoint",
    "backchannel_token_delivery_modes_supported", "backchannel_user_code_parameter_supported",
    "backchannel_authentication_request_signing_alg_values_supported",
}  # fmt: skip


def is_address(name: str) -> bool:
    """Whether a member of the metadata tells an address of ours."""
    return name.endswith("_endpoint") or name in ("jwks_uri", "check_session_iframe")


async def test_both_documents_say_the_same_in_registered_words(land: Country) -> None:
    async with land.browser() as browser:
        first, second = [(await browser.get(path)) for path in DOCUMENTS]
    assert first.headers["content-type"] == "application/json"
    found = first.json()
    assert found == second.json()
    assert found["issuer"] == ISSUER
    assert set(found) <= REGISTERED
    for name, value in found.items():
        if is_address(name):
            assert value.startswith(f"{ISSUER}/"), name
            assert "#" not in value
    assert found["response_types_supported"] == ["code"]
    assert {"RS256", "ES256", "PS256"} <= set(found["id_token_signing_alg_values_supported"])
    assert "none" not in found["id_token_signing_alg_values_supported"]
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert all(re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+", scope) for scope in found["scopes_supported"])


RESOURCES = (
    "userinfo",
    "bindings/v1",
    "matches/v1",
    "numbers/v1",
    "kyc-match/v0.4",
    "kyc-age-verification/v0.2",
    "kyc-tenure/v0.2",
    "number-verification/v2",
    "sim-swap/v2",
    "sim-swap-subscriptions/v0.3",
    "admin/v1",
)


async def test_what_is_announced_is_what_the_doors_do(land: Country) -> None:
    async with land.browser() as browser:
        answer = await browser.get(DOCUMENTS[0])
    signing = ["RS256", "PS256", "ES256", "EdDSA"]
    encrypting = ["RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"]
    content = ["A128GCM", "A256GCM", "A128CBC-HS256", "A256CBC-HS512"]
    methods = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
    found = {name: value for name, value in answer.json().items() if not is_address(name)}
    claims = {"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", *CLAIMS}
    assert set(found.pop("claims_supported")) == claims
    assert set(found.pop("scopes_supported")) == {"openid", *SCOPE_CLAIMS, *PERMISSIONS, *CARRIER_SCOPES} - {SIGN_IN}
    assert found == {
        "issuer": ISSUER,
        "response_types_supported": ["code"],
        "response_modes_supported": MODES,
        "grant_types_supported": GRANT_TYPES,
        "subject_types_supported": ["pairwise", "public"],
        "acr_values_supported": ["urn:vneid:level:1", "urn:vneid:level:2"],
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
        "authorization_details_types_supported": ["subscriber_number", "identity_match"],
        "ui_locales_supported": ["vi", "en"],
        "display_values_supported": ["page"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "require_pushed_authorization_requests": False,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        "require_signed_request_object": False,
        "request_object_signing_alg_values_supported": [*signing, "none"],
        "request_object_encryption_alg_values_supported": ["RSA-OAEP", "RSA-OAEP-256"],
        "request_object_encryption_enc_values_supported": ["A256GCM"],
        "backchannel_token_delivery_modes_supported": ["poll", "ping"],
        "backchannel_authentication_request_signing_alg_values_supported": ["PS256", "ES256", "EdDSA"],
        "backchannel_user_code_parameter_supported": False,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "id_token_signing_alg_values_supported": signing,
        "id_token_encryption_alg_values_supported": encrypting,
        "id_token_encryption_enc_values_supported": content,
        "protected_resources": [f"{ISSUER}/{path}" for path in RESOURCES],
        "dpop_signing_alg_values_supported": ["ES256", "PS256", "EdDSA"],
        "authorization_signing_alg_values_supported": signing,
        "authorization_encryption_alg_values_supported": encrypting,
        "authorization_encryption_enc_values_supported": content,
        "userinfo_signing_alg_values_supported": signing,
        "userinfo_encryption_alg_values_supported": encrypting,
        "userinfo_encryption_enc_values_supported": content,
        "token_endpoint_auth_methods_supported": [*methods, "none"],
        "token_endpoint_auth_signing_alg_values_supported": signing,
        "revocation_endpoint_auth_methods_supported": [*methods, "none"],
        "revocation_endpoint_auth_signing_alg_values_supported": signing,
        "introspection_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_signing_alg_values_supported": signing,
    }


async def test_scripts_of_any_origin_read_what_is_public(land: Country) -> None:
    async with land.browser() as browser:
        for path in (*DOCUMENTS, "/jwks.json"):
            answer = await browser.get(path, headers={"Origin": "https://app.example"})
            assert answer.headers["access-control-allow-origin"] == "*"


def test_a_door_of_the_protocol_is_announced_where_it_says_so() -> None:
    """In the table of doors, and nowhere else: what is announced follows from it."""
    silent = [door.path for door in doors if door.kind is DoorKind.PROTOCOL and door.announced is None]
    assert {path.split("/")[1] for path in silent} == {".well-known", "register"}
    announced = [door.announced for door in doors if door.announced]
    assert sorted(set(announced)) == sorted(announced)
    assert set(announced) == {name for name in REGISTERED if is_address(name)}


async def test_every_advertised_endpoint_is_there(land: Country) -> None:
    async with land.browser() as browser:
        found = (await browser.get(DOCUMENTS[0])).json()
        for name, value in found.items():
            if is_address(name):
                answer = await browser.request("POST" if name.endswith("_endpoint") else "GET", value)
                assert answer.status_code not in (404, 405, 500), name


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8000", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
        {"Forwarded": "host=evil.example;proto=https", "X-Forwarded-Prefix": "/evil", "X-Original-URL": "/evil"},
    ],
)
async def test_no_header_changes_an_url_that_we_emit(land: Country, headers: dict[str, str]) -> None:
    async with land.browser() as browser:
        plain = await browser.get(DOCUMENTS[0])
        assert (await browser.get(DOCUMENTS[0], headers=headers)).content == plain.content
        made = await browser.post("/register", json={"redirect_uris": ["https://rp.example/cb"]}, headers=headers)
    assert made.json()["registration_client_uri"].startswith(f"{ISSUER}/register/")
    assert "evil" not in made.text
