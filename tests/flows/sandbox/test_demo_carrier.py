"""The demo carrier against the whole provider, both in process: what the sandbox shows, without a browser."""

import re
from collections.abc import AsyncIterator

import pytest

from tests.support.country import ISSUER, Country
from tests.support.demo_carrier import FIRST, Customer, at_the_carrier
from tests.support.on_ladder import secrets_of
from tests.support.pages import post
from tests.support.polling import answered, confirmed
from tests.support.shortcuts import known
from tests.support.visitor import shown
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.sandbox.carrier.store import Store
from vneid_idp.use_cases.sweep_ladder import sweep_ladder


@pytest.fixture
async def customer(land: Country, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Customer]:
    """Somebody at the carrier."""
    async with at_the_carrier(land, monkeypatch) as customer:
        yield customer


async def test_a_number_is_confirmed_and_in_its_buyers_name_until_they_take_it_back(
    land: Country, customer: Customer
) -> None:
    someone = await known(land, "plain")
    order = await customer.confirm(someone)
    assert "Nguyễn Văn An" in await customer.page(order)
    assert "The number is yours" in await customer.photographed(order)
    assert "The number is yours" in await customer.page(order), "who goes back reads how it ended"
    assert await customer.send(order, shows="genuine") == "/outcome", "an order is carried out once"
    assert "The number is yours" in await customer.page("/outcome")
    assert "0958 112 233" not in await customer.page("/"), "it is sold"
    assert "This number has just been sold" in await customer.page(FIRST)
    assert "What you bought before is under My numbers" in await customer.page(order), "much later, too"

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
            await sweep_ladder(land.idp.db, await land.idp.current_policy(), secrets_of(land))
            waiting = await customer.page("/office/instructions")
            assert "Ask the subscriber for their face" in waiting
            instruction = re.search(r'name="instructions" value="(ins_[^" ]+)"', waiting)
            assert instruction
            answered = await customer.send("/office/instructions", instructions=instruction[1])
            assert answered == "/office/instructions"
            assert f'value="{instruction[1]}' not in await customer.page("/office/instructions")
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
    assert "The number is yours" in await customer.page(order), "a code is good once, and back is no other way"

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
    chip = await customer.http.post("/point/chip", data={"csrf": await customer.csrf(), "card": "an"})
    assert all(f'value="{said}"' in chip.text for said in papers.values())
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
    assert "act: {sub: song-point}" in await customer.page(order), "the tablet acts, by its own name"
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


async def test_who_comes_with_a_number_goes_on_with_that_number(land: Country, customer: Customer) -> None:
    someone = await known(land, "plain")
    await customer.photographed(await customer.confirm(someone))
    number = _number_of(await customer.page("/mine"))
    came = f"/login?iss={ISSUER}&number_id="
    mine = await customer.http.get(came + number)
    assert mine.headers["location"] == f"/mine?number={number}"
    assert "You came from the identity app with this number" in await customer.page(mine.headers["location"])
    await customer.send("/signout")
    away = (await customer.http.get(came + number)).headers["location"]
    back = await someone.person.open(away)
    assert isinstance(back, str)
    assert (await customer.http.get(back)).headers["location"] == f"/mine?number={number}"
    for unknown in (f"nbr_{'0' * 26}", "bind_x"):
        told = await customer.http.get(came + unknown)
        assert told.headers["location"] in ("/mine", "/outcome")
    assert "We do not know this number" in await customer.page(f"{came}nbr_{'0' * 26}")


def _number_of(page: str) -> str:
    found = re.search(r'name="number" value="([^"]+)"', page)
    assert found
    return found[1]
