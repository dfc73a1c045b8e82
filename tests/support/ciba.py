"""A client that names a person and has them asked in the app, in the words of CIBA."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.carrier import SIGNING, Carrier, signed
from tests.support.country import ISSUER, Country
from vneid_idp.kernel.clock import SECOND
from vneid_idp.kernel.secrets import new_secret
from vneid_idp.protocol.grant_types.names import CIBA

SCOPE = "openid identity offline_access"
REGISTERED: dict[str, Any] = {
    "profile": "ciba",
    "grant_types": [CIBA, "refresh_token"],
    "response_types": [],
    "redirect_uris": None,
    "post_logout_redirect_uris": None,
    "backchannel_logout_uri": None,
    "backchannel_token_delivery_mode": "poll",
}


@dataclass
class Counter(Carrier):
    """A carrier's back end, at whose counter somebody stands."""

    heard: list[httpx.Request] = field(default_factory=list)

    @classmethod
    async def of(cls, country: Country, **members: Any) -> "Counter":
        """One that the operator registers for CIBA."""
        registered = (await Carrier.of(country, **REGISTERED | members)).registered
        return cls(country, registered)

    def request_object(self, slug: str = "complete", **changes: Any) -> dict[str, Any]:
        """The claims of a signed request that asks this persona; `None` leaves one out."""
        claims = {
            "iss": self.client_id,
            "aud": ISSUER,
            "iat": self.now,
            "nbf": self.now,
            "exp": self.now + 300,
            "jti": new_secret(),
            "scope": SCOPE,
            "login_hint": f"tel:{self.country.people[slug].record.phone}",
            "acr_values": "urn:vneid:level:2",
            "binding_message": "Counter 7",
            "declared_place": "12 Tràng Tiền, Hà Nội",
        }
        return {name: value for name, value in (claims | changes).items() if value is not None}

    async def ask(self, slug: str = "complete", **changes: Any) -> httpx.Response:
        """Have a persona asked (CIBA Core §7.1)."""
        text = signed({"alg": "ES256", "kid": "k1"}, self.request_object(slug, **changes), SIGNING)
        return await self.send("/backchannel-authentication", {"request": text}, {})

    async def asked(self, slug: str = "complete", **changes: Any) -> dict[str, Any]:
        """The same, of a request that is good."""
        answer = await self.ask(slug, **changes)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def poll(self, auth_req_id: str, **changes: str) -> httpx.Response:
        """Ask whether the person answered."""
        return await self.post("/token", **{"grant_type": CIBA, "auth_req_id": auth_req_id} | changes)

    async def error(self, auth_req_id: str) -> str:
        """The error of a poll after the interval."""
        self.country.watch.advance(2 * SECOND)
        answer = await self.poll(auth_req_id)
        assert answer.status_code == 400, answer.text
        return str(answer.json()["error"])

    async def answer(self, auth_req_id: str, how: str = "allow") -> httpx.Response:
        """Have the make-believe person answer."""
        async with self.country.browser() as browser:
            return await browser.post(f"/sandbox/ciba/{auth_req_id}/{how}")
