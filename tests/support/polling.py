"""A device that shows a code and polls for what comes of it, in the words of RFC 8628."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.country import Country
from tests.support.relying_party import RelyingParty
from tests.support.visitor import Page, Visitor, shown
from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol.grant_types.names import DEVICE_CODE

SCOPE = "openid identity age offline_access"


async def device_party(land: Country, **members: Any) -> RelyingParty:
    """A client with the device grant, and no secret unless `members` give it one."""
    asked = {
        "token_endpoint_auth_method": "none",
        "grant_types": [DEVICE_CODE, "refresh_token"],
        "response_types": [],
        "redirect_uris": None,
        "backchannel_logout_uri": None,
        "post_logout_redirect_uris": None,
    }
    return RelyingParty(land, await land.register(**asked | members))


@dataclass
class Television:
    """A device without a browser, with what it was told (RFC 8628 §3.2)."""

    party: RelyingParty
    told: dict[str, Any]

    @classmethod
    async def start(cls, party: RelyingParty, **params: str) -> "Television":
        """Ask for a code to show."""
        answer = await party.post("/device_authorization", **{"scope": SCOPE} | params)
        assert answer.status_code == 200, answer.text
        return cls(party, answer.json())

    async def poll(self, **changes: str) -> httpx.Response:
        """Ask whether somebody answered."""
        asked = {"grant_type": DEVICE_CODE, "device_code": self.told["device_code"]}
        return await self.party.post("/token", **asked | changes)

    async def error(self) -> str:
        """The error of a poll after the interval."""
        self.party.country.watch.advance(self.told["interval"] * SECOND)
        answer = await self.poll()
        assert answer.status_code == 400, answer.text
        return str(answer.json()["error"])

    async def confirmed(self, person: Visitor) -> Page:
        """Type its code in the browser of `person`, and go on from there: the page that asks next."""
        return await confirmed(person, self.told["user_code"])


async def confirmed(person: Visitor, code: str) -> Page:
    """Type a code that a device shows, and go on: the page that asks next."""
    page = shown(await person.open("/device", user_code=code))
    page = shown(await person.submit(page, user_code=code))
    assert page.path == "/device/confirm", page.text
    return shown(await person.submit(page, answer="continue"))


async def answered(person: Visitor, page: Page, answer: str = "agree") -> Page:
    """Do what the pages ask, up to the one that says that the other device is told."""
    for _ in range(5):
        if page.path.endswith("/second"):
            page = shown(await person.second(page))
        elif page.path.startswith("/signin"):
            page = shown(await person.sign_in(page))
        elif page.path.startswith("/consent/"):
            choices = page.choices if answer == "agree" else {}
            page = shown(await person.submit(page, answer=answer, **choices))
        else:
            break
    return page
