"""Client authentication by `private_key_jwt` (RFC 7523, RFC 10070, FAPI 2.0 Security Profile §5.3.2.1)."""

from typing import Any

import pytest

from tests.support.carrier import new_key
from tests.support.certification import ASSERTING, RSA, Certified, check_refused
from tests.support.country import ISSUER

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.parametrize("variant", ASSERTING[:1], ids=str)]
at_both_endpoints = pytest.mark.parametrize("path", ["/par", "/token"])
MINUTE = 60

REFUSED: dict[str, dict[str, Any]] = {
    "an aud of another server": {"aud": "https://other.example"},
    "an aud that is an array": {"aud": [ISSUER]},
    "an aud that is an array of the PAR endpoint": {"aud": [f"{ISSUER}/par"]},
    "the PAR endpoint as aud": {"aud": f"{ISSUER}/par"},
    "the token endpoint as aud": {"aud": f"{ISSUER}/token"},
    "a slash after the issuer": {"aud": f"{ISSUER}/"},
    "no aud": {"without": ("aud",)},
    "no iss": {"without": ("iss",)},
    "no sub": {"without": ("sub",)},
    "a sub of another client": {"sub": "cli_other"},
    "no exp": {"without": ("exp",)},
    "an exp 5 minutes ago": {"iat": -10 * MINUTE, "exp": -5 * MINUTE},
    "no jti": {"without": ("jti",)},
    "iat, nbf and exp more than 60 seconds ahead": {"iat": 61, "nbf": 61, "exp": 2 * MINUTE},
    "RS256": {"head": {"alg": "RS256", "kid": "rsa"}, "key": RSA},
    "none": {"head": {"alg": "none"}},
    "a key that nobody registered": {"key": new_key()},
}
ACCEPTED: dict[str, dict[str, Any]] = {
    "iat and nbf 8 seconds ahead": {"iat": 8, "nbf": 8},
    "PS256": {"head": {"alg": "PS256", "kid": "rsa"}, "key": RSA},
    "the typ JWT": {"head": {"typ": "JWT"}},
    "no kid": {"head": {"kid": None}},
}


async def sent(client: Certified, path: str, how: dict[str, Any], **form: str) -> Any:
    times = {name: client.now + how[name] for name in ("iat", "nbf", "exp") if name in how}
    asked = {name: value for name, value in client.request().params.items() if name != "client_id"}
    wanted = asked if path == "/par" else {"grant_type": "client_credentials"}
    data = wanted | client.assertion(**(how | times)) | form
    return await client.call("POST", path, data=data, headers=client.shown("POST", path))


@at_both_endpoints
@pytest.mark.parametrize("how", REFUSED.values(), ids=REFUSED)
async def test_ensure_client_assertion_fails_with(client: Certified, path: str, how: dict[str, Any]) -> None:
    check_refused(await sent(client, path, how), "invalid_client")


@at_both_endpoints
@pytest.mark.parametrize("how", ACCEPTED.values(), ids=ACCEPTED)
async def test_ensure_client_assertion_succeeds_with(client: Certified, path: str, how: dict[str, Any]) -> None:
    assert (await sent(client, path, how)).status_code in (200, 201)


@at_both_endpoints
async def test_ensure_client_assertion_is_good_once(client: Certified, path: str) -> None:
    assert (await sent(client, path, {"jti": f"once at {path}"})).status_code in (200, 201)
    check_refused(await sent(client, path, {"jti": f"once at {path}"}), "invalid_client")


@at_both_endpoints
async def test_ensure_no_second_way_to_authenticate(client: Certified, path: str) -> None:
    check_refused(await sent(client, path, {}, client_secret="x"), "invalid_request")


@at_both_endpoints
async def test_ensure_a_secret_alone_is_none_of_its_ways(client: Certified, path: str) -> None:
    form = {"client_id": client.client_id, "client_secret": "x", "grant_type": "client_credentials"}
    check_refused(await client.call("POST", path, data=form), "invalid_client")


@at_both_endpoints
async def test_ensure_request_object_is_no_client_assertion(client: Certified, path: str) -> None:
    form = client.assertion() | {"client_assertion": client.request_object(client.request())}
    check_refused(await client.call("POST", path, data=form), "invalid_client")
