"""What an assertion that names a person must say (RFC 7523 §3, CAMARA Security and Interoperability Profile)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from vneid_idp.kernel.clock import SECOND
from vneid_idp.kernel.sealing import Sealer, SealPurpose
from vneid_idp.kernel.secrets import base64url
from vneid_idp.protocol.authorisation import Authorisation, AuthorisationGround, Origin
from vneid_idp.protocol.certificate import CERTIFICATE_METHODS
from vneid_idp.protocol.claims import Decision, Decisions
from vneid_idp.protocol.client import Client, ClientProfile, Purpose
from vneid_idp.protocol.errors import InvalidGrant, InvalidRequest, InvalidScope, OAuthError, UnauthorizedClient
from vneid_idp.protocol.grant_types.jwt_bearer import assert_subject
from vneid_idp.protocol.grant_types.request import OpenAsserted, TokenRequest
from vneid_idp.protocol.operator_tokens import DeviceNumber, OperatorToken, seal_operator_token
from vneid_idp.provider.asserting import is_agreed

NOW = 1_900_000_000 * SECOND
ISSUER = "https://id.example"
SEALER = Sealer({1: bytes(32)}, 1)
PURPOSE = Purpose("FraudPreventionAndDetection", 1, {}, {}, {}, {}, optional=("phone_number", "full_name", "email"))
CLIENT = Client(
    "cli_a", "A", scope=("openid", "phone", "full_name", "email", "offline_access", "binding:social_account"),
    purposes=(PURPOSE, replace(PURPOSE, id="other")), profile=ClientProfile.CAMARA,
    token_endpoint_auth_method="private_key_jwt",
)  # fmt: skip
CLAIMS: dict[str, Any] = {
    "iss": "cli_a", "sub": "tel:+84951234567", "aud": ISSUER, "jti": "j", "iat": NOW // SECOND,
    "exp": NOW // SECOND + 300, "scope": "openid full_name dpv:FraudPreventionAndDetection",
}  # fmt: skip


def read(
    claims: dict[str, Any], client: Client = CLIENT, *, header: dict[str, Any] | None = None, **params: str
) -> OpenAsserted:
    parts = ({"alg": "ES256"} | (header or {}), {name: value for name, value in claims.items() if value is not None})
    text = ".".join([*(base64url(json.dumps(part).encode()) for part in parts), "c2ln"])
    request = TokenRequest(client, {"assertion": text} | params, None, NOW, issuer=ISSUER, called=(f"{ISSUER}/token",))
    return assert_subject(request, SEALER)


def test_what_an_assertion_says_is_read() -> None:
    found = read(CLAIMS)
    assert (found.named, found.scope, found.purpose) == (
        "+84951234567", ("openid", "full_name"), "FraudPreventionAndDetection",
    )  # fmt: skip
    assert (found.jti, found.expires_at, found.alg) == ("j", NOW + 300 * SECOND, "ES256")


def test_an_operator_token_names_whoever_has_the_number_and_a_foreign_text_nobody() -> None:
    token = OperatorToken("opt_a", "cli_carrier", DeviceNumber("song", "bind_a"), NOW)
    assert read(CLAIMS | {"sub": f"operatortoken:{seal_operator_token(SEALER, token)}"}).named == token
    for text in ("", "a", SEALER.seal_json(SealPurpose.ACCESS_TOKEN, [])):
        with pytest.raises(InvalidGrant):
            read(CLAIMS | {"sub": f"operatortoken:{text}"})


def test_what_authenticates_the_client_is_for_the_issuer_alone() -> None:
    at_the_endpoint = CLAIMS | {"aud": f"{ISSUER}/token"}
    assert read(at_the_endpoint, client_assertion="a.b.c").jti == read(CLAIMS, client_assertion="a.b.c").jti
    for claims in (at_the_endpoint, CLAIMS | {"aud": ""}, CLAIMS | {"aud": None}):
        with pytest.raises(InvalidGrant):
            read(claims)
    for method in CERTIFICATE_METHODS:
        by_certificate = replace(CLIENT, token_endpoint_auth_method=method)
        assert read(at_the_endpoint, by_certificate).jti == "j", "the connection authenticates the client"


WRONG: dict[str, tuple[dict[str, Any], type[OAuthError]]] = {
    "another issuer": ({"iss": "cli_b"}, InvalidGrant),
    "the client as subject": ({"sub": "cli_a"}, InvalidGrant),
    "a number with spaces": ({"sub": "tel:+84 95 123"}, InvalidGrant),
    "a number without a country": ({"sub": "tel:0951234567"}, InvalidGrant),
    "a token of the operator": ({"sub": "operatortoken:abc"}, InvalidGrant),
    "no subject": ({"sub": None}, InvalidGrant),
    "an array of audiences": ({"aud": [ISSUER]}, InvalidGrant),
    "another audience": ({"aud": f"{ISSUER}/par"}, InvalidGrant),
    "no jti": ({"jti": None}, InvalidGrant),
    "no exp": ({"exp": None}, InvalidGrant),
    "no iat": ({"iat": None}, InvalidGrant),
    "expired": ({"exp": NOW // SECOND - 10, "iat": NOW // SECOND - 60}, InvalidGrant),
    "a longer life": ({"exp": NOW // SECOND + 301}, InvalidGrant),
    "a life that began earlier": ({"iat": NOW // SECOND - 1}, InvalidGrant),
    "from the future": ({"iat": NOW // SECOND + 11}, InvalidGrant),
    "not before later": ({"nbf": NOW // SECOND + 11}, InvalidGrant),
    "no scope": ({"scope": None}, InvalidScope),
    "no purpose": ({"scope": "openid"}, InvalidScope),
    "two purposes": ({"scope": f"{CLAIMS['scope']} dpv:other"}, InvalidScope),
    "an unknown purpose": ({"scope": "openid dpv:Marketing"}, InvalidScope),
    "a purpose for nothing": ({"scope": "dpv:other"}, InvalidScope),
    "an unregistered scope": ({"scope": "address dpv:other"}, InvalidScope),
    "access while they are away": ({"scope": "offline_access dpv:other"}, InvalidScope),
    "what takes a page": ({"scope": "binding:social_account dpv:other"}, InvalidScope),
}


@pytest.mark.parametrize("what", WRONG)
def test_one_thing_wrong_with_an_assertion(what: str) -> None:
    changes, error = WRONG[what]
    with pytest.raises(error):
        read(CLAIMS | changes)


def test_another_kind_of_token_a_weak_signature_and_who_has_no_key_are_refused() -> None:
    for header in ({"alg": "RS256"}, {"alg": "none"}, {"typ": "client-authentication+jwt"}, {"typ": "logout+jwt"}):
        with pytest.raises(InvalidGrant):
            read(CLAIMS, header=header)
    assert read(CLAIMS, header={"typ": "authorization-grant+jwt"})
    with pytest.raises(InvalidGrant):
        read(CLAIMS, replace(CLIENT, token_endpoint_auth_signing_alg="PS256"))
    with pytest.raises(UnauthorizedClient):
        read(CLAIMS, replace(CLIENT, token_endpoint_auth_method="none"))
    for params in ({}, {"assertion": "a.b.c", "scope": "openid"}):
        with pytest.raises(InvalidRequest):
            assert_subject(TokenRequest(CLIENT, params, None, NOW), Sealer({1: bytes(32)}, 1))
    with pytest.raises(InvalidGrant):
        assert_subject(TokenRequest(CLIENT, {"assertion": "x"}, None, NOW), Sealer({1: bytes(32)}, 1))


def _answers(purpose: str, **given: bool) -> Decisions:
    return {name: Decision(purpose, 1, given=answer) for name, answer in given.items()}


AGREED: dict[str, tuple[tuple[str, ...], Decisions, bool]] = {
    "all of it": (("openid", "full_name"), _answers(PURPOSE.id, phone_number=True, full_name=True), True),
    "that it is them": (("openid",), _answers(PURPOSE.id, phone_number=True), True),
    "nothing": (("openid",), {}, False),
    "not the number": (("full_name",), _answers(PURPOSE.id, phone_number=False, full_name=True), False),
    "the number was not asked": (("full_name",), _answers(PURPOSE.id, full_name=True), False),
    "a part": (("full_name", "email"), _answers(PURPOSE.id, phone_number=True, full_name=True), False),
    "it was left out": (("full_name",), _answers(PURPOSE.id, phone_number=True, full_name=False), False),
    "another purpose": (("full_name",), _answers("other", phone_number=True, full_name=True), False),
    "the number for another purpose": (
        ("full_name",), _answers("other", phone_number=True) | _answers(PURPOSE.id, full_name=True), True,
    ),
    "that it is them, for another purpose": (("openid",), _answers("other", phone_number=True), False),
    "a purpose that is gone": (("full_name",), _answers("gone", phone_number=True, full_name=True), False),
}  # fmt: skip


@pytest.mark.parametrize("what", AGREED)
def test_what_a_person_must_have_agreed_to(what: str) -> None:
    scope, decided, agreed = AGREED[what]
    asked = Authorisation(
        "cli_a", "per_a", scope, Origin.ASSERTION, AuthorisationGround("con_a"), purpose=PURPOSE.id
    )  # fmt: skip
    assert is_agreed(CLIENT, asked, decided) is agreed
