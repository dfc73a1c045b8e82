"""Whoever is nobody leaves little here, and nothing large: requests that wait, pushed ones, registrations."""

from typing import Any

import httpx
import limits.aio.storage.memory
import pytest
from sqlalchemy import func, select

from tests.support.country import ISSUER, Country
from tests.support.relying_party import Person, RelyingParty
from tests.support.shortcuts import known
from tests.support.visitor import shown
from tests.support.watch import Watch
from vneid_idp.interaction import service
from vneid_idp.interaction.tables import interactions
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.storage.statement import Statement
from vneid_idp.web.limit_table import LIMITS
from vneid_idp.web.limits import Limit, Secret, Subject

_COUNT = Statement(select(func.count().label("rows")).select_from(interactions))
LONG = "x" * 9_000


async def rows(land: Country) -> int:
    async with land.idp.db.reading() as unit:
        found = await unit.fetch_one(_COUNT)
    assert found is not None
    return int(found["rows"])


@pytest.fixture
async def public(land: Country) -> RelyingParty:
    """A client that anybody may speak for."""
    return RelyingParty(land, await land.register(token_endpoint_auth_method="none", grant_types=["authorization_code"],
                                                  scope="openid age"))  # fmt: skip


def at(land: Country, address: str) -> httpx.AsyncClient:
    """A browser at another address."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(land.app, client=(address, 1)), base_url=ISSUER)


async def signed_in(land: Country, party: RelyingParty) -> httpx.AsyncClient:
    """A browser in which somebody signed in by the page, so that it is known."""
    person = Person(land, land.people["complete"])
    await person.sign_in(await person.start(party.request(scope="openid")))
    return person.browser


def few(land: Country, patch: pytest.MonkeyPatch, subject: Subject, rows: int = 2) -> None:
    """So many rows for `subject`, and many for anybody else."""
    table: dict[Any, Any] = dict(land.idp.limits._table)
    for what in (
        Secret.WAITING_REQUEST, Secret.UNOPENED_REQUEST, Secret.PUSHED_REQUEST, Secret.REGISTRATION,
    ):  # fmt: skip
        table[what] = {each: (Limit(rows if each is subject else 1_000, 15 * MINUTE),) for each in Subject}
    patch.setattr(land.idp.limits, "_table", table)


async def ask(land: Country, how: str, party: RelyingParty, address: str = "127.0.0.1", **more: str) -> httpx.Response:
    """A request of somebody who is not signed in."""
    params = party.request(scope="openid", **more).params
    async with at(land, address) as browser:
        match how:
            case "get":
                return await browser.get("/authorize", params=params)
            case "post":
                return await browser.post("/authorize", data=params)
            case _:
                return await browser.post("/par", data=params)


WAYS = ("get", "post", "par")
KEPT = {"get": 303, "post": 303, "par": 201}


@pytest.mark.parametrize("how", WAYS)
async def test_a_long_request_is_refused_and_not_kept(land: Country, public: RelyingParty, how: str) -> None:
    for more in ({"login_hint": LONG}, {"nobody_knows": LONG}, {"a": "x" * 4_100, "b": "x" * 4_100}):
        answer = await ask(land, how, public, **more)
        assert answer.status_code == 400, more
    assert await rows(land) == 0
    assert (await ask(land, how, public, state="s" * 4_000)).status_code == KEPT[how]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("subject", [Subject.ADDRESS, Subject.CLIENT])
async def test_strangers_leave_so_many_requests_and_no_more(
    land: Country, public: RelyingParty, monkeypatch: pytest.MonkeyPatch, how: str, subject: Subject
) -> None:
    few(land, monkeypatch, subject)
    answers = [await ask(land, how, public) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [KEPT[how]] * 4  # who comes later replaces who came before
    assert await rows(land) == 2
    elsewhere = await ask(land, how, public, "198.51.100.1")
    if subject is Subject.CLIENT:  # nothing there to be replaced
        assert int(elsewhere.headers["retry-after"]) > 0
    assert elsewhere.status_code == (429 if subject is Subject.CLIENT else KEPT[how])
    assert await rows(land) == (2 if subject is Subject.CLIENT else 3)


async def test_a_large_one_counts_as_several(
    land: Country, public: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(land, monkeypatch, Subject.ADDRESS)
    assert (await ask(land, "get", public, state="s" * 4_000)).status_code == 429
    assert await rows(land) == 0


async def test_who_is_signed_in_leaves_requests_of_their_own(
    land: Country, public: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = await known(land)
    few(land, monkeypatch, Subject.ADDRESS)
    for _ in range(4):
        await ask(land, "get", public)
    for _ in range(4):
        answer = await someone.person.browser.get("/authorize", params=public.request(scope="openid").params)
        assert answer.status_code == 303


@pytest.mark.parametrize("subject", [Subject.ACCOUNT, Subject.KNOWN_BROWSER])
async def test_whoever_was_led_here_again_and_again_can_begin_and_displaces_nobody_else(
    land: Country, watch: Watch, public: RelyingParty, monkeypatch: pytest.MonkeyPatch, subject: Subject
) -> None:
    browser = await signed_in(land, public)
    if subject is Subject.KNOWN_BROWSER:
        del browser.cookies["vneid_idp_session"]
    before = await rows(land)
    few(land, monkeypatch, subject)
    strangers = await ask(land, "get", public)
    assert strangers.status_code == 303
    led = []
    for _ in range(4):
        watch.advance(1)
        led.append(await browser.get("/authorize", params=public.request(scope="openid").params))
    assert [answer.status_code for answer in led] == [303] * 4
    assert await rows(land) == before + 1 + 2
    pages = [await browser.get(answer.headers["location"]) for answer in led]
    assert [page.status_code for page in pages] == [410, 410, 200, 200]
    assert "Yêu cầu này đã phải nhường chỗ" in pages[0].text
    assert "hết hạn" not in pages[0].text


async def test_a_browser_that_is_known_gets_through_where_its_address_may_leave_no_more(
    land: Country, public: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await signed_in(land, public)
    del browser.cookies["vneid_idp_session"]
    few(land, monkeypatch, Subject.ADDRESS)
    waiting = await browser.get("/authorize", params=public.request(scope="openid").params)
    for _ in range(4):
        assert (await ask(land, "get", public)).status_code == 303
    assert (await browser.get(waiting.headers["location"])).status_code == 200


async def test_pushing_for_a_public_client_uses_up_nothing_of_what_browsers_may_leave(
    land: Country, public: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(land, monkeypatch, Subject.ADDRESS)
    opened = [await ask(land, "get", public), await ask(land, "get", public)]
    for _ in range(4):
        assert (await ask(land, "par", public)).status_code == 201
    assert [answer.status_code for answer in opened] == [303, 303]
    assert await rows(land) == 2 + 2


@pytest.mark.parametrize("opens", [False, True])
async def test_a_neighbour_who_sends_without_end_takes_the_page_from_nobody_who_looks_at_it(
    land: Country, watch: Watch, public: RelyingParty, monkeypatch: pytest.MonkeyPatch, opens: bool
) -> None:
    """And one who opens all pages leaves those who arrive the time to open theirs."""
    few(land, monkeypatch, Subject.ADDRESS, rows=6)

    async def begin(browser: httpx.AsyncClient) -> str:
        watch.advance(1)
        answer = await browser.get("/authorize", params=public.request(scope="openid").params)
        assert answer.status_code == 303
        return answer.headers["location"]

    async def crowd() -> None:
        for _ in range(9):
            async with at(land, "127.0.0.1") as browser:
                page = await begin(browser)
                if opens:
                    assert (await browser.get(page)).status_code == 200

    await crowd()
    async with at(land, "127.0.0.1") as browser:
        page = await begin(browser)
        if not opens:
            assert (await browser.get(page)).status_code == 200
        await crowd()
        assert (await browser.get(page)).status_code == 200


class _OfWatch:
    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    def time(self) -> float:
        """As `time.time`."""
        return self.watch.now() / SECOND


@pytest.mark.parametrize("how", WAYS)
async def test_who_sends_without_end_shuts_nobody_out_at_the_address(
    land: Country, public: RelyingParty, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """What no browser has opened is swept before long: whoever comes finds room all the same."""
    monkeypatch.setattr(limits.aio.storage.memory, "time", _OfWatch(land.watch))
    table: dict[Any, Any] = dict(land.idp.limits._table)
    for what in (Secret.WAITING_REQUEST, Secret.UNOPENED_REQUEST):
        (rule,) = LIMITS[what][Subject.ADDRESS]
        table[what] = {Subject.ADDRESS: (Limit(8, rule.window),)}
    monkeypatch.setattr(land.idp.limits, "_table", table)
    for pause in (0, 151, *range(1, 40, 3), 151, 61):
        land.watch.advance(pause * SECOND)
        await land.idp.db.transact(service.sweep)
        answers = [(await ask(land, how, public)).status_code for _ in range(9)]
        assert answers == [KEPT[how]] * 9, pause
        assert await rows(land) <= 3 * 8


async def test_strangers_cannot_use_up_what_a_client_pushes(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(land, monkeypatch, Subject.CLIENT)
    for _ in range(4):
        await ask(land, "get", party)
    pushed = [await party.post("/par", **party.request().params) for _ in range(3)]
    assert [answer.status_code for answer in pushed] == [201, 201, 429]
    assert pushed[-1].json()["error"] == "too_many_requests"


async def test_registrations_of_an_address_end_somewhere(land: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    few(land, monkeypatch, Subject.ADDRESS)
    async with land.browser() as browser:
        wanted = {"redirect_uris": ["https://rp.example/callback"]}
        answers = [await browser.post("/register", json=wanted) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]


@pytest.mark.parametrize("subject", [Subject.ADDRESS, Subject.CLIENT])
async def test_so_do_the_changes_of_one(land: Country, monkeypatch: pytest.MonkeyPatch, subject: Subject) -> None:
    wanted = {"redirect_uris": ["https://rp.example/callback"]}
    async with land.browser() as browser:
        made = (await browser.post("/register", json=wanted)).json()
        few(land, monkeypatch, subject)
        headers = {"Authorization": f"Bearer {made['registration_access_token']}"}
        changed = {**wanted, "client_id": made["client_id"], "client_secret": made["client_secret"]}
        answers = [
            await browser.put(
                made["registration_client_uri"], json=changed | {"client_name": f"{number}"}, headers=headers
            )
            for number in range(3)
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


async def test_whoever_signed_in_keeps_the_request_while_strangers_at_the_address_crowd_it(
    land: Country, public: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(land, monkeypatch, Subject.ADDRESS)
    person = Person(land, land.people["complete"])
    consent = shown(await person.sign_in(await person.start(public.request(scope="openid age"))))
    assert consent.path.startswith("/consent/")
    for _ in range(4):
        assert (await ask(land, "get", public)).status_code == 303
    assert (await person.browser.get(consent.path)).status_code == 200
    assert await rows(land) == 2
