"""The key set of the provider (RFC 7517, RFC 7518)."""

from typing import Any

import pytest

from tests.support.country import Country
from vneid_idp.kernel.secrets import from_base64url

pytestmark = pytest.mark.asyncio(loop_scope="session")
PUBLIC = {"RSA": {"n", "e"}, "EC": {"crv", "x", "y"}, "OKP": {"crv", "x"}}
ABOUT = {"kty", "kid", "use", "alg"}


async def keys(land: Country) -> list[dict[str, Any]]:
    async with land.browser() as browser:
        answer = await browser.get("/jwks.json")
    assert answer.headers["content-type"] == "application/json"
    assert "max-age=60" in answer.headers["cache-control"]
    return list(answer.json()["keys"])


async def test_ensure_keys_are_public_distinct_and_say_what_they_are_for(land: Country) -> None:
    found = await keys(land)
    assert len({key["kid"] for key in found}) == len(found)
    for key in found:
        assert set(key) == ABOUT | PUBLIC[key["kty"]]
        for name in PUBLIC[key["kty"]] - {"crv"}:
            assert "=" not in key[name]
            from_base64url(key[name])


async def test_ensure_there_are_signing_keys_for_everybody_and_one_to_encrypt_to(land: Country) -> None:
    found = await keys(land)
    kinds = {(key["kty"], key["use"], key["alg"]) for key in found}
    assert kinds >= {
        ("RSA", "sig", "RS256"),
        ("RSA", "sig", "PS256"),
        ("EC", "sig", "ES256"),
        ("RSA", "enc", "RSA-OAEP"),
    }


async def test_ensure_keys_are_long_enough(land: Country) -> None:
    for key in await keys(land):
        if key["kty"] == "RSA":
            assert len(from_base64url(key["n"])) >= 2048 // 8
        else:
            assert key["crv"] in ("P-256", "Ed25519")
