"""Pushed authorization requests (RFC 9126): their client's, for 90 seconds, used up by the answer and not by a look."""

import httpx

from tests.support.country import Country
from tests.support.grants import refused
from tests.support.relying_party import Page, Person, RelyingParty, Request, query_of
from tests.support.shortcuts import agreed, known
from vneid_idp.kernel.clock import MINUTE, SECOND


async def push(party: RelyingParty, request: Request) -> str:
    answer = await party.post("/par", **request.params)
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert set(body) == {"request_uri", "expires_in"}
    assert body["expires_in"] == 90
    return str(body["request_uri"])


async def show(browser: httpx.AsyncClient, client_id: str, request_uri: str, **more: str) -> httpx.Response:
    return await browser.get("/authorize", params={"client_id": client_id, "request_uri": request_uri, **more})


async def test_a_look_does_not_use_it_up_and_the_answer_does(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    uri = await push(party, party.request())
    for _ in range(3):
        answer = await show(someone.person.browser, party.client_id, uri)
        assert answer.headers["location"].startswith("/consent/")
    await someone.agree(party)
    answer = await show(someone.person.browser, party.client_id, uri)
    assert "code" in query_of(answer.headers["location"])
    answer = await show(someone.person.browser, party.client_id, uri)
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_it_lives_for_90_seconds_until_somebody_sees_it(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    uri = await push(party, party.request())
    land.watch.advance(90 * SECOND - 1)
    assert (await show(someone.person.browser, party.client_id, uri)).status_code == 303
    land.watch.advance(10 * MINUTE)
    assert (await show(someone.person.browser, party.client_id, uri)).status_code == 303
    late = await push(party, party.request())
    land.watch.advance(90 * SECOND)
    assert (await show(someone.person.browser, party.client_id, late)).status_code == 400


async def test_it_belongs_to_its_client_and_to_one_browser(land: Country, party: RelyingParty) -> None:
    other = RelyingParty(land, await land.register())
    someone, stranger = await agreed(land, party), await agreed(land, other, "plain")
    uri = await push(party, party.request())
    answer = await show(stranger.person.browser, other.client_id, uri)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    waiting = await show(stranger.person.browser, party.client_id, uri)
    assert waiting.headers["location"].startswith("/consent/")
    assert (await show(someone.person.browser, party.client_id, uri)).status_code == 410


async def test_refusals_at_the_door(land: Country, party: RelyingParty) -> None:
    request = party.request()
    for method in ("GET", "PUT", "DELETE"):
        async with land.browser() as browser:
            assert (await browser.request(method, "/par")).status_code == 405
    for changes, code in (
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"scope": "email"}, "invalid_scope"),
        ({"scope": "openid id_number"}, "invalid_scope"),
        ({"client_id": "cli_other"}, "invalid_request"),
    ):
        answer = await party.post("/par", **{**request.params, **changes})
        if changes.keys() == {"client_id"}:
            assert answer.status_code in (400, 401)
        else:
            assert refused(answer, code), changes
        assert answer.headers["cache-control"] == "no-store"
    async with land.browser() as browser:
        answer = await browser.post("/par", data=request.params)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        twice = await browser.post("/par", content=b"state=a&state=b", auth=party.auth,
                                   headers={"content-type": "application/x-www-form-urlencoded"})  # fmt: skip
        assert refused(twice, "invalid_request")


async def test_a_client_that_must_push_is_not_served_otherwise(land: Country) -> None:
    party = RelyingParty(land, await land.register(require_pushed_authorization_requests=True))
    someone = await agreed(land, party)
    request = party.request()
    away = await someone.person.start(request)
    assert request.read_answer(str(away))["error"] == "invalid_request"
    answer = await show(someone.person.browser, party.client_id, await push(party, request))
    assert "code" in request.read_answer(answer.headers["location"])


async def test_the_whole_way_with_its_pages(land: Country, party: RelyingParty) -> None:
    person = Person(land, land.people["plain"])
    request = party.request(login_hint="0123")
    page = await person.open("/authorize", client_id=party.client_id, request_uri=await push(party, request))
    assert isinstance(page, Page)
    assert "0123" in page.response.text
    away = await person.submit(await _page(await person.sign_in(page)), answer="agree")
    assert "code" in request.read_answer(str(away))


async def _page(page: Page | str) -> Page:
    assert isinstance(page, Page), page
    return page
