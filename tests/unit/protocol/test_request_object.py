"""Request objects: spoil one thing, require refusal."""

import json
from dataclasses import replace
from typing import Any

import pytest

from vneid_idp.kernel.clock import SECOND
from vneid_idp.kernel.secrets import base64url
from vneid_idp.protocol import request_object
from vneid_idp.protocol.client import Client, ClientProfile
from vneid_idp.protocol.errors import InvalidRequest, InvalidRequestObject, InvalidRequestUri
from vneid_idp.protocol.jose import Unverified

ISSUER = "https://id.example"
NOW = 1_900_000_000 * SECOND
SECONDS = NOW // SECOND
CLIENT = Client("cli_a", "A", request_object_signing_alg="ES256", request_uris=("https://rp.example/r",))
UNSIGNED = replace(CLIENT, request_object_signing_alg="none")
ANY = replace(CLIENT, request_object_signing_alg=None)
GOOD: dict[str, Any] = {
    "iss": "cli_a",
    "aud": ISSUER,
    "exp": SECONDS + 60,
    "client_id": "cli_a",
    "response_type": "code",
}


def made(alg: str = "ES256", typ: Any = None, signature: bytes = b"x", **changes: Any) -> Unverified:
    claims = {name: value for name, value in (GOOD | changes).items() if value is not ...}
    header = {"alg": alg} | ({} if typ is None else {"typ": typ})
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return request_object.read_request_object(".".join(base64url(part) for part in parts))


def test_unreadable_objects_are_refused() -> None:
    for text in ("", "a.b", "a.b.c", "a.b.c.d", "x" * 40_000):
        with pytest.raises(InvalidRequestObject):
            request_object.read_request_object(text)
    deep: Any = []
    for _ in range(255):  # deeper than what is read of it could be written again
        deep = [deep]
    with pytest.raises(InvalidRequestObject):
        made(authorization_details=deep)


@pytest.mark.parametrize("alg", ["none", "RS256", "HS256", "es256", "ES384", ""])
def test_only_the_registered_algorithm_counts(alg: str) -> None:
    assert request_object.algorithm_for(CLIENT, made()) == "ES256"
    for signature in (b"x", b""):
        with pytest.raises(InvalidRequestObject):
            request_object.algorithm_for(CLIENT, made(alg, signature=signature))


def test_without_a_registered_algorithm_any_that_is_announced_counts() -> None:
    assert request_object.algorithm_for(ANY, made("PS256")) == "PS256"
    assert request_object.algorithm_for(ANY, made("none", signature=b"")) is None
    with pytest.raises(InvalidRequestObject):
        request_object.algorithm_for(ANY, made("HS256", signature=b""))


def test_unsigned_objects_are_not_for_clients_that_sign() -> None:
    assert request_object.algorithm_for(UNSIGNED, made("none", signature=b"")) is None
    for client, found in (
        (UNSIGNED, made("none", signature=b"x")),
        (ANY, made("none", signature=b"x")),
        (UNSIGNED, made("ES256")),
        (CLIENT, made("none", signature=b"")),
        (replace(UNSIGNED, require_signed_request_object=True), made("none", signature=b"")),
        (replace(ANY, require_signed_request_object=True), made("none", signature=b"")),
    ):
        with pytest.raises(InvalidRequestObject):
            request_object.algorithm_for(client, found)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "cli_b"},
        {"aud": "https://other.example"},
        {"aud": ["https://other.example"]},
        {"aud": 7},
        {"sub": "cli_a"},
        {"exp": SECONDS - 10},
        {"exp": "soon"},
        {"exp": True},
        {"nbf": SECONDS + 11},
        {"iat": SECONDS + 11},
        {"iat": -1},
        {"request": "a.b.c"},
        {"request_uri": "https://rp.example/r"},
        {"typ": "logout+jwt"},
        {"typ": "client-authentication+jwt"},
        {"typ": 1},
    ],
)
def test_one_thing_wrong_is_enough(changes: dict[str, Any]) -> None:
    request_object.check_claims(CLIENT, made(), ISSUER, NOW)
    with pytest.raises(InvalidRequestObject):
        request_object.check_claims(CLIENT, made(**changes), ISSUER, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": ..., "aud": ..., "exp": ...},
        {"aud": ["https://other.example", ISSUER]},
        {"nbf": SECONDS + 10, "iat": SECONDS + 10},
        {"exp": SECONDS - 9},
        {"typ": "JWT"},
        {"typ": "oauth-authz-req+jwt"},
        {"typ": "application/oauth-authz-req+jwt"},
    ],
)
def test_what_the_specifications_leave_open_is_accepted(changes: dict[str, Any]) -> None:
    request_object.check_claims(CLIENT, made(**changes), ISSUER, NOW)


FAPI = replace(CLIENT, profile=ClientProfile.FAPI2, request_object_signing_alg=None)
HOUR = 3600


@pytest.mark.parametrize(
    ("changes", "good"),
    [
        ({"aud": ...}, False),
        ({"exp": ...}, False),
        ({"nbf": ...}, False),
        ({"nbf": SECONDS, "exp": SECONDS + HOUR}, True),
        ({"nbf": SECONDS, "exp": SECONDS + HOUR + 1}, False),
        ({"nbf": SECONDS - HOUR, "exp": SECONDS}, True),
        ({"nbf": SECONDS - HOUR - 1, "exp": SECONDS - 2}, False),
        ({"nbf": SECONDS + 10}, True),
    ],
)
def test_for_the_financial_grade_an_object_says_how_long_it_is_good(changes: dict[str, Any], good: bool) -> None:
    found = made(**({"nbf": SECONDS} | changes))
    request_object.check_claims(CLIENT, found, ISSUER, NOW)
    if good:
        request_object.check_claims(FAPI, found, ISSUER, NOW)
    else:
        with pytest.raises(InvalidRequestObject):
            request_object.check_claims(FAPI, found, ISSUER, NOW)


def test_for_the_financial_grade_nothing_is_unsigned_or_signed_weakly() -> None:
    assert request_object.algorithm_for(FAPI, made("PS256")) == "PS256"
    for found in (made("RS256"), made("none", signature=b"")):
        with pytest.raises(InvalidRequestObject):
            request_object.algorithm_for(FAPI, found)


def test_what_stands_inside_wins() -> None:
    outside = {"client_id": "cli_a", "response_type": "code", "state": "out", "scope": "openid", "request": "x"}
    inside = {
        **GOOD,
        "state": "in",
        "max_age": 60,
        "claims": {"userinfo": {"email": None}},
        "nonce": None,
        "prompt": "",
    }
    assert request_object.merge(CLIENT, outside, inside) == {
        "client_id": "cli_a",
        "response_type": "code",
        "state": "in",
        "scope": "openid",
        "max_age": "60",
        "claims": '{"userinfo":{"email":null}}',
    }


def test_of_a_client_that_always_signs_nothing_outside_counts() -> None:
    client = replace(CLIENT, require_signed_request_object=True)
    outside = {"client_id": "cli_a", "state": "out", "prompt": "none", "request": "x"}
    assert request_object.merge(client, outside, GOOD) == {"client_id": "cli_a", "response_type": "code"}


@pytest.mark.parametrize("changes", [{"client_id": "cli_b"}, {"response_type": "token"}])
def test_inside_and_outside_agree_on_whose_request_it_is(changes: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest):
        request_object.merge(CLIENT, {"client_id": "cli_a", "response_type": "code"}, GOOD | changes)


def test_an_object_of_another_client_is_refused() -> None:
    with pytest.raises((InvalidRequest, InvalidRequestObject)):
        request_object.merge(CLIENT, {}, GOOD | {"client_id": "cli_b"})


@pytest.mark.parametrize("value", [True, 1.5])
def test_parameters_are_texts(value: Any) -> None:
    with pytest.raises(InvalidRequestObject):
        request_object.merge(CLIENT, {}, GOOD | {"state": value})


@pytest.mark.parametrize("uri", ["https://rp.example/r2", "https://RP.example/r", "http://10.0.0.1/", "#x", ""])
def test_only_registered_request_uris_are_fetched(uri: str) -> None:
    with pytest.raises(InvalidRequestUri):
        request_object.fetched_from(CLIENT, uri)


def test_fragments_of_request_uris_are_hints_for_caches() -> None:
    hinting = replace(CLIENT, request_uris=("https://rp.example/r#one",))
    for client in (CLIENT, hinting):
        for fragment in ("", "#", "#one", "#two"):
            assert request_object.fetched_from(client, f"https://rp.example/r{fragment}") == "https://rp.example/r"
