"""Behind a proxy that ends TLS: the provider itself hears http, and yet everything that it emits is https."""

import httpx

from tests.support.country import country
from tests.support.relying_party import RelyingParty
from tests.support.watch import Watch

ISSUER = "https://localhost:8443"


async def test_addresses_and_cookies_are_those_of_the_issuer(database_url: str, watch: Watch) -> None:
    async with country(database_url, watch, issuer=ISSUER) as land:
        party = RelyingParty(land, await land.register())
        # The proxy speaks http to the provider, under whatever name it likes.
        transport = httpx.ASGITransport(land.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as proxy:
            metadata = (await proxy.get("/.well-known/openid-configuration")).json()
            asked = await proxy.get("/authorize", params=party.request().params)
    addresses = [value for name, value in metadata.items() if name.endswith(("_endpoint", "_uri")) or name == "issuer"]
    assert addresses
    assert all(address.startswith(ISSUER) for address in addresses)
    assert asked.status_code == 303
    assert asked.headers["location"].startswith("/signin/")
    cookies = asked.headers.get_list("set-cookie")
    assert cookies
    assert all(cookie.startswith("__Host-") and "Secure" in cookie and "HttpOnly" in cookie for cookie in cookies)
