"""Request objects (RFC 9101, FAPI 2.0 Message Signing §5.3.1), pushed by clients that always sign."""

from typing import Any

import pytest

from tests.support.carrier import Key, new_key
from tests.support.certification import MESSAGE_SIGNING, RSA, Certified, check_refused
from tests.support.country import ISSUER

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.parametrize("variant", MESSAGE_SIGNING, ids=str)]
MINUTE = 60

REFUSED: dict[str, dict[str, Any]] = {
    "no exp": {"without": ("exp",)},
    "an exp in the past": {"nbf": -10 * MINUTE, "exp": -5 * MINUTE},
    "an exp more than 60 minutes after nbf": {"exp": 70 * MINUTE},
    "no nbf": {"without": ("nbf",)},
    "an nbf more than 60 minutes old": {"nbf": -70 * MINUTE},
    "an nbf more than 60 seconds ahead": {"nbf": 61},
    "no aud": {"without": ("aud",)},
    "an aud of another server": {"aud": "https://other.example"},
    "an iss of another client": {"iss": "cli_other"},
    "the client_id as sub": {"sub": "SELF"},
    "RS256": {"head": {"alg": "RS256", "kid": "rsa"}, "key": RSA},
    "none": {"head": {"alg": "none"}},
    "a key that nobody registered": {"key": new_key()},
    "a typ of something else": {"head": {"typ": "client-authentication+jwt"}},
    "a request_uri inside": {"request_uri": "urn:ietf:params:oauth:request_uri:abc"},
    "a request inside": {"request": "a.b.c"},
}
ACCEPTED: dict[str, dict[str, Any]] = {
    "no typ": {},
    "the typ JWT": {"head": {"typ": "JWT"}},
    "the typ oauth-authz-req+jwt": {"head": {"typ": "oauth-authz-req+jwt"}},
    "an aud of several": {"aud": ["https://other.example", ISSUER]},
    "an nbf 8 seconds ahead": {"nbf": 8},
    "an nbf nearly 60 minutes old": {"nbf": -59 * MINUTE, "exp": 1},
    "PS256": {"head": {"alg": "PS256", "kid": "rsa"}, "key": RSA},
    "further claims": {"iat": 0, "jti": "j", "unknown": {"x": 1}},
}


def made(client: Certified, how: dict[str, Any]) -> str:
    """The request object with these changes; times are seconds from now."""
    times = {name: client.now + how[name] for name in ("exp", "nbf", "iat") if name in how}
    own = {name: client.client_id for name, value in how.items() if value == "SELF"}
    changes = how | times | own
    return client.request_object(client.request(), changes.pop("head", None), **changes)


@pytest.mark.parametrize("how", REFUSED.values(), ids=REFUSED)
async def test_ensure_request_object_fails_with(client: Certified, how: dict[str, Any]) -> None:
    check_refused(await client.push_form({"request": made(client, how)}), "invalid_request_object")


@pytest.mark.parametrize("how", ACCEPTED.values(), ids=ACCEPTED)
async def test_ensure_request_object_succeeds_with(client: Certified, how: dict[str, Any]) -> None:
    assert (await client.push_form({"request": made(client, how)})).status_code == 201


async def test_ensure_request_object_with_invalid_signature_fails(client: Certified) -> None:
    head, claims, signature = made(client, {}).split(".")
    changed = ("A" if signature[0] != "A" else "B") + signature[1:]
    check_refused(await client.push_form({"request": f"{head}.{claims}.{changed}"}), "invalid_request_object")


async def test_ensure_request_object_is_signed_by_its_client(client: Certified, second: Certified) -> None:
    key: Key = second.signing
    text = client.request_object(client.request(), {"kid": second.signing.kid}, key=key)
    check_refused(await client.push_form({"request": text}), "invalid_request_object")
    # The whole object of the second client is no better.
    check_refused(await client.push_form({"request": made(second, {})}), "invalid_request_object")


async def test_ensure_redirect_uri_stands_inside(client: Certified) -> None:
    request = client.request()
    text = client.request_object(request, without=("redirect_uri",))
    form = {"request": text, "redirect_uri": request.params["redirect_uri"]}
    check_refused(await client.push_form(form), "invalid_request")


async def test_ensure_parameters_outside_are_not_used(client: Certified) -> None:
    for inside in ({}, {"state": None, "nonce": None}):
        request = client.request(**inside)
        form = client.pushable(request) | {"state": "outside", "nonce": "outside"}
        answer = await client.visit((await client.push_form(form)).json()["request_uri"])
        found = await client.read(request, answer.headers["location"])
        tokens = (await client.redeem(request, found["code"])).json()
        assert (await client.claims(tokens["id_token"])).get("nonce") == request.params.get("nonce")
