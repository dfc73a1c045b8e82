"""Whoever is signed in is named on every page that decides something, and whoever it is not takes over the request."""

from tests.support.country import Country
from tests.support.pages import post
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.shortcuts import known
from tests.support.signing_in import at_second
from vneid_idp.identity.factors import sessions


async def test_pages_of_a_request_name_who_is_signed_in(land: Country, party: RelyingParty) -> None:
    person, page = await at_second(land, party)
    assert person.persona.record.full_name in page.text
    someone = await known(land)
    page = await someone.person.start(party.request())  # type: ignore[assignment]
    assert page.path.startswith("/consent/")
    assert someone.person.persona.record.full_name in page.text


async def test_somebody_else_takes_over_the_request_and_not_the_session(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    request = party.request()
    page = await someone.person.start(request)
    assert isinstance(page, Page)
    interaction = page.path.rpartition("/")[2]
    led = await post(someone.person, page, f"/signin/{interaction}/other")
    assert isinstance(led, Page)
    assert led.path == f"/signin/{interaction}"
    async with land.idp.db.reading() as unit:
        assert await sessions.find_session(unit, someone.person_id, someone.session_id) is None
    other = Person(land, land.people["plain"])
    other.browser = someone.person.browser
    consent = await other.sign_in(led)
    assert isinstance(consent, Page)
    assert other.persona.record.full_name in consent.text
    assert someone.person.persona.record.full_name not in consent.text
