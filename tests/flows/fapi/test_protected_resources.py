"""Our own APIs describe themselves to clients that call them (RFC 9728)."""

import re

import pytest

from tests.support.country import ISSUER, Country

PATHS = [
    "/userinfo",
    "/bindings/v1/social-accounts",
    "/matches/v1/four-fields",
    "/numbers/v1/numbers",
    "/kyc-match/v0.4/match",
    "/number-verification/v2/device-phone-number",
    "/admin/v1/clients",
]


@pytest.mark.parametrize("path", PATHS)
async def test_a_challenge_names_the_description_of_what_was_called(land: Country, path: str) -> None:
    async with land.browser() as browser:
        refused = await browser.request("POST" if path.startswith(("/matches", "/kyc")) else "GET", path, json={})
        assert refused.status_code == 401
        found = re.search(r'resource_metadata="([^"]+)"', refused.headers["www-authenticate"])
        assert found is not None
        answer = await browser.get(found[1])
        known = (await browser.get("/.well-known/oauth-authorization-server")).json()
    document = answer.json()
    assert answer.headers["access-control-allow-origin"] == "*"
    # The document is that of the very resource whose well-known address it stands at (§3.3), and path comes after.
    assert found[1] == document["resource"].replace(ISSUER, f"{ISSUER}/.well-known/oauth-protected-resource")
    assert f"{ISSUER}{path}".startswith(document["resource"])
    assert document["authorization_servers"] == [known["issuer"]]
    assert document["dpop_signing_alg_values_supported"] == known["dpop_signing_alg_values_supported"]
    if path != "/admin/v1/clients":  # what belongs to the operator is announced to nobody else
        assert set(document["scopes_supported"]) <= set(known["scopes_supported"])
