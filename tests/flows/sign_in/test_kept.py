"""What was entered stays, whatever way a page is come back to, and no page that was posted stands in the history."""

import random
import string
from collections.abc import AsyncIterator

import pytest

from tests.support.country import Country, country
from tests.support.pages import fields, opened
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.signing_in import at_second, at_signin
from tests.support.visitor import shown
from tests.support.watch import Watch
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.kernel.secrets import new_secret


@pytest.fixture
async def land(sqlite_url: str, watch: Watch) -> AsyncIterator[Country]:
    """A running provider; no database can tell what is held here."""
    async with country(sqlite_url, watch) as running:
        yield running


async def in_other_language(person: Person, page: Page, **typed: str) -> Page:
    """Press the button for the other language: a button of the page's form, which takes along what is in it."""
    address = page.response.text.partition('formaction="')[2].partition('"')[0].replace("&amp;", "&")
    answer = await person.browser.post(address, data={**page.hidden, **typed})
    assert answer.status_code == 303
    return shown(await person._follow(answer))


async def is_posted_again(person: Person, page: Page, **typed: str) -> bool:
    """Whether the page that follows is the answer to a POST, which a browser asks to send anew on reload."""
    answer = await person.browser.post(page.action, data={**page.hidden, **typed})
    return answer.status_code != 303


async def test_the_number_stays_on_the_sign_in_page_and_the_password_never_does(
    land: Country, party: RelyingParty
) -> None:
    person, page = await at_signin(land, party, ui_locales="vi")
    name, secret = "0950 000 123", new_secret()
    ways: list[dict[str, str]] = [{"extend": "1"}, {"switch": "passcode"}, {"switch": "password"}, {}, {"secret": ""}]
    for way in ways:
        typed = {"identifier": name, "secret": secret} | way
        assert not await is_posted_again(person, page, **typed)
        for back in (shown(await person.submit(page, **typed)), shown(await person.open(page.path))):
            assert fields(back)["identifier"] == name, way
            assert secret not in back.response.text
    page = shown(await person.submit(page, identifier=name, switch="passcode"))
    english = await in_other_language(person, page, identifier="0950 000 456", secret=secret)
    assert 'lang="en"' in english.response.text
    assert (fields(english)["identifier"], fields(english)["with"]) == ("0950 000 456", "passcode")
    assert secret not in english.response.text
    other = Person(land, land.people["plain"])
    assert not fields(shown(await other.start(party.request())))["identifier"]
    land.watch.advance(14 * MINUTE)
    await person.submit(page, extend="1")
    land.watch.advance(14 * MINUTE)
    assert (await person.browser.get(page.path)).status_code == 200


async def test_what_was_typed_for_one_request_does_not_stand_in_another(land: Country, party: RelyingParty) -> None:
    person, page = await at_signin(land, party)
    second = shown(await person.start(party.request()))
    await person.submit(page, identifier="one", secret="")
    await person.submit(second, identifier="two", secret="")
    assert fields(shown(await person.open(page.path)))["identifier"] == "one"
    assert fields(shown(await person.open(second.path)))["identifier"] == "two"


async def test_ticks_stay_through_language_more_time_reload_and_a_new_sign_in(
    land: Country, party: RelyingParty
) -> None:
    person, page = await at_signin(land, party, scope="openid email phone")
    page = shown(await person.sign_in(page))
    ticks = {"optional-0-email": "full"}
    assert ticks.keys() < page.choices.keys()
    for back in (
        shown(await person.submit(page, extend="1", **ticks)),
        await in_other_language(person, page, **ticks),
        await in_other_language(person, shown(await person.submit(page, answer="agree"))),
        shown(await person.submit(page, extend="1", **ticks)),
        await opened(person, page.path),
    ):
        checked = back.response.text.count(" checked")
        assert checked == (0 if "warning" in back.response.text else 1), back.text
    # The session ends while the page is open: whoever signs in again finds the ticks, another person does not.
    for slug, found in (("guardian", 0), ("complete", 1)):
        del person.browser.cookies["vneid_idp_session"]
        there = shown(await person.submit(page, answer="agree", **ticks))
        assert there.path.startswith("/signin/")
        person.persona = land.people[slug]
        there = shown(await person.sign_in(there))
        assert (there.path, there.response.text.count(" checked")) == (page.path, found)


async def test_no_page_of_a_request_is_the_answer_to_a_form(land: Country, party: RelyingParty) -> None:
    person, page = await at_second(land, party)
    assert not await is_posted_again(person, page, send="1")
    for typed, status in (({"code": ""}, 422), ({"code": "000000"}, 422), ({"send": "1"}, 429), ({"extend": "1"}, 200)):
        assert not await is_posted_again(person, page, **typed)
        assert (await person.browser.get(page.path)).status_code == status
    english = await in_other_language(person, shown(await person.submit(page, code="")), sent="1", code="123456")
    assert "code" in fields(english)
    assert "123456" not in english.response.text


@pytest.mark.parametrize("place", ["//elsewhere.example", "https://elsewhere.example/", "/\\elsewhere.example", ""])
async def test_a_change_of_language_leads_nowhere_else(land: Country, party: RelyingParty, place: str) -> None:
    person, page = await at_signin(land, party)
    answer = await person.browser.post("/language", params={"lang": "en", "page": place}, data=page.hidden)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_enter_on_the_consent_screen_agrees_to_nothing(land: Country, party: RelyingParty) -> None:
    """A browser presses the first button of the form, which is not the one that says so."""
    person, page = await at_signin(land, party, scope="openid email")
    consent = shown(await person.sign_in(page))
    again = shown(await person.submit(consent, enter="1", **consent.choices))
    assert again.path == consent.path
    assert " checked" in again.response.text


@pytest.mark.parametrize("path", ["/signin", "/activate", "of a request"])
@pytest.mark.parametrize("letter", ["x", "ế", '"'])
async def test_what_is_much_too_long_comes_back_neither_in_the_page_nor_in_a_cookie(
    land: Country, party: RelyingParty, path: str, letter: str
) -> None:
    person = Person(land, land.people["plain"])
    page = shown(await (person.start(party.request()) if path == "of a request" else person.open(path)))
    # No two alike in a row: a draft is deflated.
    long = "".join(random.Random(1).choices(f"{letter}{string.ascii_letters}{string.digits}", k=6_000))
    typed = {"identifier": long, "secret": "wrong", "code": "wrong"}
    answer = await person.browser.post(page.action, data=page.hidden | typed)
    assert max(len(kept) for kept in answer.headers.get_list("set-cookie")) < 4_096
    again = shown(await person._follow(answer))
    assert "Lỗi:" in again.response.text
    assert len(again.response.content) < len(page.response.content) + 4_096
