"""Who comes back, or comes late, is told what is true of the request, and finds the page that they were at."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support.country import Country, country
from tests.support.pages import opened, signed_in
from tests.support.relying_party import Person, RelyingParty
from tests.support.signing_in import at_signin
from tests.support.visitor import shown
from tests.support.watch import Watch
from vneid_idp.interaction import service
from vneid_idp.kernel.clock import HOUR, MINUTE

FINISHED, EXPIRED, ELSEWHERE = "Bạn đã hoàn tất yêu cầu này", "Yêu cầu này đã hết hạn", "không mở trong trình duyệt này"


@pytest.fixture
async def land(sqlite_url: str, watch: Watch) -> AsyncIterator[Country]:
    """A running provider; no database can tell what is held here."""
    async with country(sqlite_url, watch) as running:
        yield running


async def told(person: Person, path: str) -> str:
    """Which of the three an address that is open no more tells this person."""
    page = shown(await person.open(path))
    assert page.response.status_code == 410
    (said,) = (words for words in (FINISHED, EXPIRED, ELSEWHERE) if words in page.text)
    # Who finished did nothing wrong.
    assert ("Lỗi:" in page.response.text) is (said != FINISHED)
    return said


@pytest.mark.parametrize("answer", ["agree", "refuse"])
async def test_a_request_that_is_over_says_which_way_it_ended(land: Country, party: RelyingParty, answer: str) -> None:
    person, page = await at_signin(land, party)
    late = shown(await person.start(party.request()))
    stranger, number = Person(land, land.people["plain"]), page.path.rpartition("/")[2]
    consent = shown(await person.sign_in(page))
    assert isinstance(await person.submit(consent, answer=answer, **consent.choices), str)
    paths = [f"{way}/{number}" for way in ("/authorize", "/signin", "/consent", "/child", "/level", "/guardian")]
    land.watch.advance(service.LIFE - MINUTE)
    assert {await told(person, path) for path in paths} == {FINISHED}
    assert "Mạng thử" in shown(await person.open(page.path)).text
    # Whoever answers once more, in a second tab or by a second click, is told the same.
    assert FINISHED in shown(await person.submit(consent, answer=answer, **consent.choices)).text
    land.watch.advance(MINUTE)
    late_paths = [late.path, late.path.replace("signin", "authorize")]
    assert {await told(person, path) for path in late_paths} == {EXPIRED}
    assert {await told(stranger, path) for path in (*paths, *late_paths)} == {ELSEWHERE}
    # The rows are gone long before anybody's memory of them is.
    land.watch.advance(HOUR)
    await land.idp.db.transact(service.sweep)
    assert {await told(person, path) for path in paths} == {FINISHED}
    assert {await told(person, path) for path in late_paths} == {EXPIRED}
    assert {await told(stranger, path) for path in (*paths, *late_paths)} == {ELSEWHERE}


@pytest.mark.parametrize("answer", ["agree", "refuse"])
async def test_a_second_click_leads_where_the_first_one_led(land: Country, party: RelyingParty, answer: str) -> None:
    person, asked = Person(land, land.people["complete"]), party.request()
    consent = shown(await person.sign_in(await person.start(asked)))
    ends = [await person.submit(consent, answer=answer, **consent.choices) for _ in range(2)]
    answers = [dict(parse_qsl(urlsplit(str(end)).query)) for end in ends]
    assert answers[0]["state"] == answers[1]["state"]
    assert ("code" in answers[0]) is (answer == "agree")
    assert answers[0].get("error") == answers[1].get("error")
    # Whoever opens the page again has seen that it is over.
    assert await told(person, consent.path) == FINISHED
    if answer == "agree":
        # It is the same code: it counts once, and is as old as the first.
        assert (await party.redeem(asked, answers[1]["code"])).status_code == 200
        assert FINISHED in shown(await person.submit(consent, answer=answer, **consent.choices)).text
        assert (await party.redeem(asked, answers[0]["code"])).json()["error"] == "invalid_grant"
    land.watch.advance(service.ANSWERED_AGAIN)
    assert FINISHED in shown(await person.submit(consent, answer=answer, **consent.choices)).text


async def test_two_requests_side_by_side_both_finish(land: Country, party: RelyingParty) -> None:
    person, first = await at_signin(land, party, state="first")
    second = shown(await person.start(party.request(state="second")))
    consent = shown(await person.sign_in(first))
    # The second tab still shows the sign-in page: it goes on with who is signed in by now.
    other = shown(await person.sign_in(second))
    assert other.path.startswith("/consent/")
    ends = [await person.submit(each, answer="agree", **each.choices) for each in (other, consent)]
    for end, state in zip(ends, ("second", "first"), strict=True):
        assert isinstance(end, str)
        assert "code=" in end
        assert f"state={state}" in end


async def _later(land: Country) -> None:
    """The rows of requests are gone."""
    land.watch.advance(HOUR)
    await land.idp.db.transact(service.sweep)


async def test_two_tabs_that_end_theirs_at_one_moment_are_both_told_so_later(
    land: Country, party: RelyingParty
) -> None:
    person, first = await at_signin(land, party)
    second = shown(await person.start(party.request()))
    pages = [shown(await person.sign_in(page)) for page in (first, second)]
    for page in pages:
        await person.browser.post(page.action, data=page.hidden | page.choices | {"answer": "agree"})
    # Both are sent with the cookies from before, and what either keeps arrives after both.
    numbers, cookies = [page.path.rpartition("/")[2] for page in pages], dict(person.browser.cookies)
    ends = []
    for number in numbers:
        async with land.browser() as tab:
            tab.cookies.update(cookies)
            ends.append(await tab.get(f"/authorize/{number}"))
    for end in ends:
        assert "code=" in end.headers["location"]
        person.browser.cookies.extract_cookies(end)
    await _later(land)
    assert {await told(person, f"/authorize/{number}") for number in numbers} == {FINISHED}


async def test_a_tab_that_comes_late_to_a_finished_request_does_not_make_it_an_expired_one(
    land: Country, party: RelyingParty
) -> None:
    person = Person(land, land.people["complete"])
    started = await person.browser.get("/authorize", params=party.request().params)
    consent = shown(await person.sign_in(await person._follow(started)))
    assert "code=" in str(await person.submit(consent, answer="agree", **consent.choices))
    # Its answer was made before the other tab ended the request, arrives after it, and leads on to a page.
    person.browser.cookies.extract_cookies(started)
    assert await told(person, consent.path) == FINISHED
    await _later(land)
    assert await told(person, consent.path) == FINISHED


async def test_a_browser_remembers_the_latest_of_its_requests(land: Country, party: RelyingParty) -> None:
    person = Person(land, land.people["complete"])
    paths = []
    for _ in range(7):
        land.watch.advance(1)
        paths.append(shown(await person.start(party.request())).path)
    await _later(land)
    assert [await told(person, path) for path in paths] == [ELSEWHERE] * 2 + [EXPIRED] * 5


PAGES = ("/me/accounts", "/me/history?before=evt_00000000000000000000000000", "/me/services?withdrawn", "/me/children")


@pytest.mark.parametrize("path", PAGES)
async def test_a_link_to_an_own_page_survives_the_sign_in(land: Country, path: str) -> None:
    person = Person(land, land.people["complete"])
    page = shown(await person.sign_in(await person.open(path)))
    assert str(page.response.request.url).endswith(path)
    # And no later sign-in is led there.
    del person.browser.cookies["vneid_idp_session"]
    assert shown(await person.sign_in(await opened(person, "/signin"))).path == "/me"


PLANTED = (
    "//elsewhere.example/me",
    "https://elsewhere.example/me",
    "/\\elsewhere.example",
    "/me//elsewhere.example",
    "/meadow",
    "/me/../authorize",
    "/signin",
    "/me\r\nx: y",
)


@pytest.mark.parametrize("planted", PLANTED)
async def test_a_sign_in_leads_to_own_pages_only(land: Country, planted: str) -> None:
    person = Person(land, land.people["complete"])
    page = await opened(person, "/signin")
    person.browser.cookies.set("vneid_idp_return", "".join(f"%{byte:02X}" for byte in planted.encode()))
    assert shown(await person.sign_in(page)).path == "/me"


async def test_who_was_signed_out_while_a_form_was_open_is_told_and_comes_back(land: Country) -> None:
    person = await signed_in(land)
    page = await opened(person, "/me/services")
    del person.browser.cookies["vneid_idp_session"]
    form = {"csrf_token": page.hidden.get("csrf_token", ""), "consent": "con_x"}
    answer = await person.browser.post("/me/services/withdraw", data=form)
    asked = shown(await person._follow(answer))
    assert asked.path == "/signin"
    assert "Bạn đã bị đăng xuất" in asked.text
    back = shown(await person.sign_in(asked))
    assert back.path == "/me/services"
    del person.browser.cookies["vneid_idp_session"]
    assert "Bạn đã bị đăng xuất" not in (await opened(person, "/signin")).text


@pytest.mark.parametrize("slug", ["locked-by-holder", "deceased", "card-expired"])
async def test_an_account_that_cannot_be_used_leaves_the_request_to_somebody_else(
    land: Country, party: RelyingParty, slug: str
) -> None:
    person, page = await at_signin(land, party, slug)
    stopped = shown(await person.sign_in(page))
    assert (stopped.response.status_code, stopped.path) == (403, page.path)
    again = shown(await person.open(page.path))
    assert again.text == stopped.text, "a reload says the same, and sends nothing anew"
    person.persona = land.people["complete"]
    consent = shown(await person.sign_in(await person.submit(stopped, other="1")))
    assert "code=" in str(await person.submit(consent, answer="agree", **consent.choices))
