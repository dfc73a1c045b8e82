"""The demo carrier against the whole provider, both in process: what the sandbox shows, without a browser."""

import base64
import json
import re
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

import vneid_idp.sandbox.carrier as carrier
from tests.support.country import ISSUER, Country
from tests.support.pages import post
from tests.support.polling import answered, confirmed
from tests.support.shortcuts import Known, known
from tests.support.visitor import Page, shown
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.sandbox.carrier.keys import ClientKeys
from vneid_idp.sandbox.carrier.store import Store
from vneid_idp.sandbox.demo_carrier import bring_in_step, new_credentials
from vneid_idp.sandbox.faces import captures
from vneid_idp.use_cases.sweep_ladder import sweep_ladder

PUBLIC_URL = "http://localhost:8005"
FIRST = "/numbers/958112233"


class Customer:
    """A browser at the carrier, and somebody who holds it."""

    def __init__(self, http: httpx.AsyncClient, app: FastAPI) -> None:
        self.http = http
        self.app = app

    @property
    def browser(self) -> str:
        """The name that the carrier gave this browser."""
        session = self.http.cookies["song"].partition(".")[0]
        return str(json.loads(base64.b64decode(session + "=="))["browser"])

    async def page(self, path: str) -> str:
        """What a page says, redirects followed."""
        answer = await self.http.get(path, follow_redirects=True)
        assert answer.status_code == 200
        return answer.text

    async def send(self, path: str, **fields: str) -> str:
        """Submit a form; where it leads."""
        return (await self._post(path, fields)).headers["location"]

    async def _post(self, path: str, fields: dict[str, str]) -> httpx.Response:
        token = re.search(r'name="csrf" value="([^"]+)"', await self.page("/terms"))
        assert token
        return await self.http.post(path, data={"csrf": token[1], **fields})

    async def refused(self, path: str, **fields: str) -> None:
        """Submit a form that is shown again, with what is wrong."""
        answer = await self._post(path, fields)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text

    async def leave(self, someone: Known, path: str, **fields: str) -> Page | str:
        """Press a button that leads to the provider; the page there, or where it leads back to."""
        url = await self.send(path, **fields)
        assert url.startswith(f"{ISSUER}/authorize?client_id=song&request_uri="), url
        assert "958" not in url, "what the person is asked passes through no browser"
        return await someone.person.open(url)

    async def confirm(self, someone: Known, path: str = FIRST, answer: str = "agree") -> str:
        """Choose a number and answer for it at the provider; the address at the carrier where that ends."""
        return await self.answered(someone, shown(await self.leave(someone, path, contract="prepaid")), answer)

    async def answered(self, someone: Known, page: Page, answer: str = "agree") -> str:
        """Answer on the provider's page; the address at the carrier where that ends."""
        away = await someone.person.submit(page, answer=answer)
        assert isinstance(away, str), away.text
        return str((await self.http.get(away)).headers["location"])

    async def photographed(self, order: str, shows: str = "genuine") -> str:
        """Stand before the camera; the page that tells how it ended."""
        return await self.page(await self.send(order, shows=shows))


@pytest.fixture
async def customer(land: Country, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Customer]:
    """Somebody at the carrier. Its clock is the provider's, and the camera's dice fall the same way each time."""
    monkeypatch.setattr(time, "time", lambda: land.watch.now() / 1000)
    monkeypatch.setattr(captures, "new_secret", lambda: "a steady hand")
    kept: dict[str, Any] = new_credentials()
    for _ in range(2):  # a sandbox that starts again registers nothing twice
        await land.idp.db.transact(lambda unit: bring_in_step(unit, kept, PUBLIC_URL))
    app_keys, back_end_keys, point_keys = (ClientKeys.read(kept[name]) for name in ("app", "back_end", "point"))
    config = carrier.Config(ISSUER, app_keys, back_end_keys, point_keys, kept["session_secret"], PUBLIC_URL)
    app = carrier.create_app(config, httpx.ASGITransport(land.app))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url=PUBLIC_URL, headers={"accept-language": "en"}
    ) as browser:
        yield Customer(browser, app)


async def test_a_number_is_confirmed_and_in_its_buyers_name_until_they_take_it_back(
    land: Country, customer: Customer
) -> None:
    someone = await known(land, "plain")
    order = await customer.confirm(someone)
    assert "Nguyễn Văn An" in await customer.page(order)
    assert "The number is yours" in await customer.photographed(order)
    assert "0958 112 233" not in await customer.page("/"), "it is sold"
    assert "This number has just been sold" in await customer.page(FIRST)
    assert "That took too long" in await customer.page(order), "an order is carried out once"

    mine = await customer.page("/mine")
    assert "0958 112 233" in mine
    own = shown(await someone.person.open("/me/numbers"))
    assert "0958" in own.text
    await post(someone.person, own, "/me/numbers/release", binding=own.hidden["binding"])
    assert "was released at the identity app" in await customer.page("/mine")
    assert "0958 112 233" in await customer.page("/"), "it is on sale again"


async def test_what_is_refused_is_told_in_plain_words_and_costs_nothing(land: Country, customer: Customer) -> None:
    someone = await known(land, "plain")
    assert "You did not confirm the number" in await customer.page(await customer.confirm(someone, answer="refuse"))
    order = await customer.confirm(someone)
    assert "The face does not agree" in await customer.photographed(order, "other")
    assert "The camera saw no living face" in await customer.photographed(order, "photograph")
    assert "0958 112 233" in await customer.page("/"), "it is still on sale"
    assert "You have no number" not in await customer.page("/mine")
    assert "The number is yours" in await customer.photographed(order), "the number waited"


async def test_who_comes_back_without_a_session_is_recognised_by_the_provider(
    land: Country, customer: Customer
) -> None:
    someone = await known(land, "plain")
    stranger = await customer.answered(someone, shown(await customer.leave(someone, "/signin")))
    assert "We do not know you yet" in await customer.page(stranger)
    await customer.photographed(await customer.confirm(someone))
    assert await customer.send("/signout") == "/"
    assert "0958 112 233" not in await customer.page("/mine")
    # As the first number of somebody who has one, it would be registered wrongly.
    another = await customer.confirm(someone, "/numbers/958174036")
    assert "You have a number here already" in await customer.page(another)
    assert await customer.send("/signout") == "/"
    back = await customer.leave(someone, "/signin")
    assert isinstance(back, str)
    assert "0958 112 233" in await customer.page(back)
    assert "You gave the number back" in await customer.page(
        await customer.send("/mine/release", number=_number_of(await customer.page("/mine")))
    )


async def test_a_new_phone_and_a_lost_sim_take_the_face_again(land: Country, customer: Customer) -> None:
    someone = await known(land, "plain")
    await customer.photographed(await customer.confirm(someone))
    number = _number_of(await customer.page("/mine"))
    for happened, told, state in (
        ("device-changes", "A new phone: show your face again", "show your face again"),
        ("swaps", "The number is frozen", "frozen"),
    ):
        land.watch.advance(MINUTE)
        reported = await customer.send("/mine/report", number=number, happened=happened)
        assert told in await customer.page(reported)
        assert f">{state}<" in await customer.page("/mine")
        if state != "frozen":
            await sweep_ladder(land.idp.db, await land.idp.current_policy())
            waiting = await customer.page("/office")
            assert "Ask the subscriber for their face" in waiting
            instruction = re.search(r'name="instruction" value="([^"]+)"', waiting)
            assert instruction
            assert await customer.send("/office/done", instruction=instruction[1]) == "/office"
            assert instruction[1] not in await customer.page("/office")
        page = shown(await customer.leave(someone, "/mine/prove", number=number))
        assert "The number is yours" in await customer.photographed(await customer.answered(someone, page))
        assert ">in service<" in await customer.page("/mine")
    assert await customer.send("/mine/report", number=number, happened="release") == "/mine"
    assert await customer.send("/mine/report", number="bind_x", happened="swaps") == "/mine"


async def test_a_second_number_takes_the_code_that_went_to_the_first(land: Country, customer: Customer) -> None:
    someone = await known(land, "plain")
    await customer.photographed(await customer.confirm(someone))
    order = await customer.send("/numbers/958174036", contract="postpaid")
    assert order.endswith("/code")
    code = re.search(r"(\d{6}) is your code", await customer.page(order))
    assert code
    wrong = f"{(int(code[1]) + 1) % 1_000_000:06}"
    for _ in range(2):
        await customer.refused(order, code=wrong)
    page = shown(await customer.leave(someone, order, code=code[1]))
    assert "0958 174 036" in page.text.replace("\u00a0", " ")
    confirmed = await customer.answered(someone, page)
    assert "The number is yours" in await customer.photographed(confirmed)
    assert "That took too long" in await customer.page(order), "a code is good once"

    order = await customer.send("/numbers/958235839", contract="prepaid")
    for _ in range(2):
        await customer.refused(order, code=wrong)
    assert "The code was wrong three times" in await customer.page(await customer.send(order, code=wrong))
    assert "That took too long" in await customer.page(order)


async def test_an_old_number_is_confirmed_in_the_app_when_the_carrier_asks(land: Country, customer: Customer) -> None:
    store: Store = customer.app.state.store
    for slug, how, told in (
        ("plain", "allow", "Your old number is confirmed"),
        ("complete", "deny", "This was not confirmed"),
    ):
        phone = land.people[slug].record.phone
        assert phone
        page = await customer.send("/old", phone="0" + phone.removeprefix("+84"))
        asked = store.ask(page.removeprefix("/old/"), customer.browser)
        assert asked
        assert asked.number_to_show in await customer.page(page)
        async with land.browser() as app:
            assert (await app.post(f"/sandbox/ciba/{asked.auth_req_id}/{how}")).status_code == 200
        assert (await customer.http.get(f"{page}/state")).json() == {"waiting": True}
        for bearer, status in (("wrong", 401), (asked.bearer, 204)):
            ping = {"authorization": f"Bearer {bearer}"}
            answer = await customer.http.post("/ciba", json={"auth_req_id": asked.auth_req_id}, headers=ping)
            assert answer.status_code == status
        assert (await customer.http.get(f"{page}/state")).json() == {"waiting": False}
        assert told in await customer.page(page)
    # Nobody has this one, and that is told by nothing but the silence.
    nobody = await customer.send("/old", phone="0959 999 999")
    assert "Answer in the identity app" in await customer.page(nobody)
    land.watch.advance(10 * MINUTE)
    assert "Nobody answered" in await customer.page(nobody)
    await customer.refused("/old", phone="0281 234 567")


async def test_a_customer_at_the_counter_confirms_on_their_own_phone(land: Country, customer: Customer) -> None:
    store: Store = customer.app.state.store
    someone = await known(land, "plain")
    record = land.people["plain"].record
    papers = {"id_number": record.personal_number, "full_name": record.full_name, "birthdate": "05/01/1995"}
    assert record.birth_date.strftime("%d/%m/%Y") == papers["birthdate"]
    sale = {"number": "+84958112233", "contract": "prepaid", "sequence": "1"}
    for member, wrong in (("id_number", "12"), ("full_name", " "), ("birthdate", "31/02/1995")):
        await customer.refused("/point", **papers | sale | {member: wrong})

    async def counter(answer: str, **typed: str) -> str:
        """Have the customer answer; where the tablet is then."""
        page = await customer.send("/point", **papers | sale | typed)
        found = store.counter(page.removeprefix("/point/"), customer.browser)
        assert found
        assert found.user_code in await customer.page(page)
        await answered(someone.person, await confirmed(someone.person, found.user_code), answer)
        assert found.user_code in await customer.page(page), "it polls no more often than it may"
        land.watch.advance(found.interval * SECOND)
        return str((await customer.http.get(page)).headers["location"])

    assert "The customer did not confirm" in await customer.page(await counter("refuse"))
    told = await customer.photographed(await counter("agree", full_name="Nguyễn Văn Ân"))
    assert "What was typed does not agree" in told
    order = await counter("agree")
    assert "The face does not agree" in await customer.photographed(order, "other")
    assert "The number is the customer&#39;s" in await customer.photographed(order)
    assert "0958 112 233" not in await customer.page("/mine"), "the tablet is signed in as nobody"
    page = shown(await someone.person.open("/me/numbers"))
    assert "0958 112 233" in page.text.replace("\u00a0", " ")
    another = {"number": "+84958174036"}
    assert "There are more numbers than that" in await customer.photographed(await counter("agree", **another))
    # A fourth one, as the customer says, is sold here: the contract is signed at the counter.
    fourth = await counter("agree", **another, sequence="4")
    assert "The number is the customer&#39;s" in await customer.photographed(fourth)


def _number_of(page: str) -> str:
    found = re.search(r'name="number" value="([^"]+)"', page)
    assert found
    return found[1]
