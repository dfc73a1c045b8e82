"""Beside the pages of a sign-in the sandbox has people to be and their phones: nobody leaves the request for either."""

import re

import pytest

from tests.support.country import Country
from tests.support.pages import post
from tests.support.relying_party import Person, RelyingParty
from tests.support.signing_in import at_signin
from tests.support.visitor import Page, shown
from vneid_idp.protocol.levels import LEVEL_2
from vneid_idp.sandbox.country.persona_list import SKETCHES
from vneid_idp.sandbox.country.personas import PASSCODE, PASSWORD


def filled(page: Page) -> tuple[str, ...]:
    """What stands in the two fields of the sign-in form."""
    fields = re.findall(
        r'<input class="input[^>]* name="(?:identifier|secret)"[^>]* value="([^"]*)"', page.response.text
    )
    return tuple(fields)


def offered(text: str) -> list[str]:
    return re.findall(r'href="/signin[^"]*\?as=([^"]+)"', text)


async def test_a_person_is_chosen_at_the_request_and_answers_it(land: Country, party: RelyingParty) -> None:
    hint = land.people["plain"].username
    mother = land.people["guardian"]
    person, page = await at_signin(land, party, "guardian", acr_values=LEVEL_2, login_hint=hint)
    assert filled(page) == (hint, "")
    links = re.findall(r'href="(/signin[^"]*\?as=guardian)"', page.response.text)
    page = shown(await person.open(links[0]))
    assert filled(page) == (mother.username, PASSWORD), "the person chosen here goes before the one that was expected"
    assert mother.record.full_name in page.text
    assert "Mạng thử" in page.text
    # The form of the other secret is filled as well; what was typed for somebody else is not touched.
    switched = shown(await person.submit(page, identifier=mother.username, secret="", switch="passcode"))
    assert filled(switched) == (mother.username, PASSCODE)
    typed = shown(await person.submit(page, identifier=hint, secret="", switch="passcode"))
    assert filled(typed) == (hint, "")
    identifier, secret = filled(switched)
    second = shown(await person.submit(switched, identifier=identifier, secret=secret))
    # The code lies beside the page that asks for it.
    assert second.path.endswith("/second")
    code = await person.one_time_code()
    assert code in second.text
    consent = shown(await person.submit(second, code=code))
    assert consent.path.startswith("/consent/")


async def test_a_few_stand_first_and_everybody_one_click_away(land: Country, party: RelyingParty) -> None:
    _, page = await at_signin(land, party)
    first, _, others = page.response.text.partition("<details")
    assert 3 <= len(offered(first)) <= 8
    assert sorted(offered(first) + offered(others)) == sorted(sketch.slug for sketch in SKETCHES)


@pytest.mark.parametrize(("path", "slug"), [("/office", "clerk"), ("/console", "operator")])
async def test_pages_for_colleagues_offer_colleagues_first(land: Country, path: str, slug: str) -> None:
    person = Person(land, land.people[slug])
    page = shown(await person.open(path))
    assert page.path == "/signin"
    assert offered(page.response.text)[0] == slug
    chosen = shown(await person.open("/signin?as=" + slug))
    assert filled(chosen) == (person.persona.username, PASSWORD)
    signed_in = shown(await person.sign_in(chosen))
    assert signed_in.path == "/signin/second"


async def test_nobody_and_a_person_without_a_passcode(land: Country, party: RelyingParty) -> None:
    person, page = await at_signin(land, party)
    assert filled(shown(await person.open(page.path + "?as=nobody-of-that-name"))) == ("", "")
    chosen = shown(await person.open(page.path + "?as=passkey"))
    typed = land.people["passkey"].username
    assert filled(shown(await person.submit(chosen, identifier=typed, switch="passcode"))) == (typed, "")


async def test_who_is_somebody_else_finds_an_empty_form_and_the_same_request(
    land: Country, party: RelyingParty
) -> None:
    person, page = await at_signin(land, party, "level-1", acr_values=LEVEL_2)
    chosen = shown(await person.open(page.path + "?as=level-1"))
    stopped = shown(await person.sign_in(chosen))
    assert stopped.path.startswith("/level/")
    other = re.findall(r'action="(/signin/[^"]*/other)"', stopped.response.text)
    assert len(other) == 2, "beside the name, and beside the sandbox's word on levels"
    anew = await post(person, stopped, other[1])
    assert (anew.path, filled(anew)) == (page.path, ("", ""))


async def test_a_phone_shows_its_own_messages_and_no_others(land: Country, party: RelyingParty) -> None:
    seen = []
    for slug in ("complete", "plain"):
        person = Person(land, land.people[slug])
        page = shown(await person.sign_in(await person.start(party.request(acr_values=LEVEL_2))))
        seen.append((person, page, await person.one_time_code()))
    # Also when a message came to somebody else meanwhile.
    person, page, code = seen[0]
    again = shown(await person.open(page.path)).text
    assert (code in again, seen[1][2] in again) == (True, False)
