"""Children who are asked what they would share, and parents and guardians who answer it."""

from typing import Any

from tests.support.country import Country
from tests.support.relying_party import Page, Person, RelyingParty, Request
from tests.support.shortcuts import Known, known
from tests.support.visitor import shown

PROVEN = ("pwd", "sms")
"""Signed in at level 2, without which nobody answers for a child."""
SCOPE = "openid age full_name offline_access"
"""What a service asks of a child, unless said otherwise."""


async def at_consent(land: Country, party: RelyingParty, slug: str, **params: Any) -> tuple[Person, Page, Request]:
    """A child in front of the consent screen."""
    child = Person(land, land.people[slug])
    request = party.request(**{"scope": SCOPE, **params})
    page = shown(await child.sign_in(await child.start(request)))
    assert page.path.startswith("/consent/"), page.text
    return child, page, request


async def learned(party: RelyingParty, request: Request, away: Page | str) -> dict[str, Any]:
    """What the relying party gets with the code."""
    assert isinstance(away, str), away.text
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
    told: dict[str, Any] = (await party.userinfo(tokens["access_token"])).json()
    return told | {"refresh_token": tokens.get("refresh_token")}


async def at_request(land: Country, slug: str = "guardian") -> tuple[Known, Page]:
    """A parent in front of what a child asks, found from the overview."""
    parent = await known(land, slug, *PROVEN)
    overview = shown(await parent.person.open("/me"))
    address = overview.response.text.split('href="/me/children/')[1].split('"')[0]
    return parent, shown(await parent.person.open(f"/me/children/{address}"))


async def answer_for_child(land: Country, slug: str, answer: str) -> Known:
    """The parent answers what waits."""
    parent, page = await at_request(land, slug)
    assert shown(await parent.person.submit(page, answer=answer)).path == "/me/children"
    return parent
