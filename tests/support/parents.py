"""Parents and guardians who answer what a child would share."""

from tests.support.country import Country
from tests.support.relying_party import Page
from tests.support.shortcuts import Known, known
from tests.support.visitor import shown

PROVEN = ("pwd", "sms")
"""Signed in at level 2, without which nobody answers for a child."""


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
