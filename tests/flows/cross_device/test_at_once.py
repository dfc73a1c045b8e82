"""Answers, polls and what takes a right away, at one moment: all or nothing, and once."""

import asyncio
from collections import Counter as Counts
from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.support.ciba import Counter
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.events import kinds_of
from tests.support.grants import grants_of, refused
from tests.support.polling import Television, answered, device_party
from tests.support.relying_party import Person
from tests.support.shortcuts import Known, agreed
from tests.support.takers import Target
from tests.support.visitor import shown
from tests.support.workers import Branch
from vneid_idp.clients import service as clients
from vneid_idp.clients.service import UnknownClient
from vneid_idp.consent import service as consents
from vneid_idp.cross_device import service as cross_device
from vneid_idp.identity.factors import sessions
from vneid_idp.identity.register.records import LockedBy
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.protocol.authorisation import Authorisation, AuthorisationGround, Origin
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.answer_polled import Approval, approve_polled
from vneid_idp.use_cases.give_consent import ConsentEnded
from vneid_idp.use_cases.lock_person import lock_person
from vneid_idp.use_cases.who_is_signed_in import SignedOut
from vneid_idp.use_cases.withdraw_consent import withdraw_consent

MANY, SEVERAL = 50, 20
HEAD_START = 3


Approve = Callable[[Unit], Awaitable[object]]


async def decided(land: Country, counter: Counter, someone: Known) -> tuple[Approve, str]:
    """What approves the oldest request that waits for somebody, as it is decided now; and the consent that it stands
    on."""
    sealer, person_id = land.idp.keys.sealer, someone.person_id
    async with land.idp.db.writing() as unit:
        waiting, *_ = await cross_device.waiting_for(unit, sealer, person_id)
        number = await cross_device.shown_number(unit, waiting) or ""
        assert await cross_device.take(unit, waiting, person_id, None, number)
        (consent,) = await consents.list_current(unit, person_id)
    ground = AuthorisationGround(consent.consent_id)
    allowed = Authorisation(counter.client_id, person_id, ("openid",), Origin.BACKCHANNEL, ground)
    approval = Approval(someone.session_id, "grt_a", allowed)
    return lambda unit: approve_polled(unit, sealer, waiting, approval), consent.consent_id


async def test_of_many_polls_at_two_workers_one_gets_the_tokens(land: Country, branches: tuple[Branch, ...]) -> None:
    counter = await Counter.of(land)
    handle = (await counter.asked())["auth_req_id"]
    await counter.answer(handle)
    sides = [Counter(branch, counter.registered, counter.key) for branch in branches]
    answers = await asyncio.gather(*(sides[number % 2].poll(handle) for number in range(MANY)))
    assert Counts(answer.status_code for answer in answers) == {200: 1, 400: MANY - 1}
    assert {answer.json()["error"] for answer in answers if answer.status_code == 400} == {"invalid_grant"}
    assert len(await grants_of(land)) == 1
    tokens = next(answer.json() for answer in answers if answer.status_code == 200)
    assert (await counter.get("/userinfo", tokens["access_token"])).status_code == 200, "no poll ends it"


async def test_of_an_approval_and_the_end_of_its_time_one_comes_first(
    land: Country, branches: tuple[Branch, ...]
) -> None:
    """A client that was told that nobody answered in time gives up: nobody is told later that they approved."""
    counter = await Counter.of(land)
    handles = [(await counter.asked())["auth_req_id"] for _ in range(SEVERAL)]
    before, after = [
        Counter(await branch.later(by), counter.registered, counter.key)
        for branch, by in zip(branches, (2 * MINUTE - 1, 2 * MINUTE), strict=True)
    ]

    first = await after.poll(handles[0])
    answering = [asyncio.create_task(before.answer(handle)) for handle in handles]

    async def poll(number: int) -> httpx.Response:
        # When answers before it were given: its own is on the way then, or was given a moment ago.
        if number > HEAD_START:
            await asyncio.wait(answering[: None if number == SEVERAL - 1 else number - HEAD_START])
        return await after.poll(handles[number])

    polled = [first, *await asyncio.gather(*(poll(number) for number in range(1, SEVERAL)))]
    fetched = [answer.status_code == 200 for answer in polled]
    assert [answer.status_code == 200 for answer in await asyncio.gather(*answering)] == fetched
    assert {answer.json()["error"] for answer in polled if answer.status_code == 400} == {"expired_token"}
    assert len(await grants_of(land)) == (await kinds_of(land)).count("request.approved") == sum(fetched)


async def test_what_is_approved_at_one_worker_counts_for_nothing_once_another_has_locked(
    land: Country, branches: tuple[Branch, ...]
) -> None:
    counter = await Counter.of(land)
    person_id = land.people["complete"].record.person_id
    handles = [(await counter.asked())["auth_req_id"] for _ in range(SEVERAL)]
    here, there = [Counter(branch, counter.registered, counter.key) for branch in branches]
    approve_first, _ = await decided(land, counter, await agreed(land, counter))

    async def approve(number: int) -> tuple[httpx.Response, httpx.Response]:
        return await (here, there)[number % 2].answer(handles[number]), await here.poll(handles[number])

    racing = [asyncio.create_task(approve(number)) for number in range(1, SEVERAL)]
    await asyncio.wait(racing, return_when=asyncio.FIRST_COMPLETED)
    locking = await branches[1].worker.take("lock", Target(person_id, "", counter.client_id, "", ()))
    late = asyncio.create_task(land.idp.db.transact(approve_first))
    await asyncio.sleep(0.1)  # as far as the lock lets it
    await locking.commit()
    with pytest.raises(SignedOut):
        await late
    pairs = await asyncio.gather(*racing)
    assert (await kinds_of(land)).count("request.approved") == [each.status_code for each, _ in pairs].count(200) > 0
    for _, polled in pairs:
        if polled.status_code == 200:
            assert (await here.get("/userinfo", polled.json()["access_token"])).status_code == 401
    land.watch.advance(10 * SECOND)
    for handle in handles:
        assert (await counter.poll(handle)).status_code == 400


@pytest.mark.parametrize("taker", ["lock", "disable"])
async def test_what_was_approved_is_worth_nothing_to_who_lost_the_right(land: Country, taker: str) -> None:
    party = await device_party(land)
    early, late = await Television.start(party), await Television.start(party)
    person = Person(land, land.people["complete"])
    await answered(person, await late.confirmed(person))
    page = await early.confirmed(person)
    async with land.idp.db.writing() as unit:
        if taker == "lock":
            holder = person.persona.record.person_id
            await lock_person(unit, land.idp.vault, holder, LockedBy.AUTHORITY, DEED)
        else:
            await clients.disable(unit, party.client_id, DEED)
    done = await answered(person, page)
    assert (await kinds_of(land)).count("request.approved") == 1, done.text
    polled = [await early.poll(), await late.poll()]
    assert all(answer.status_code in (400, 401) for answer in polled)
    assert await grants_of(land) == []


async def test_who_is_too_late_approves_nothing_and_is_told_so(land: Country) -> None:
    party = await device_party(land)
    device = await Television.start(party)
    person = Person(land, land.people["complete"])
    page = await device.confirmed(person)
    page = shown(await person.sign_in(page))
    land.watch.advance(10 * MINUTE - SECOND)
    page = shown(await person.open(page.path))
    land.watch.advance(SECOND)
    done = shown(await person.submit(page, answer="agree", **page.choices))
    assert done.response.status_code == 410
    assert refused(await device.poll(), "expired_token")
    assert "consent.given" not in await kinds_of(land)


async def test_an_answer_of_the_last_moment_can_be_fetched(land: Country) -> None:
    counter = await Counter.of(land)
    handle = (await counter.asked())["auth_req_id"]
    land.watch.advance(2 * MINUTE - 1)
    await counter.answer(handle)
    land.watch.advance(MINUTE - 1)
    assert (await counter.poll(handle)).status_code == 200
    handle = (await counter.asked())["auth_req_id"]
    await counter.answer(handle)
    land.watch.advance(2 * MINUTE)
    assert refused(await counter.poll(handle), "expired_token")


async def test_an_approval_is_judged_once_more_when_it_is_written(land: Country) -> None:
    """The page was decided in an earlier unit: since then the person may have signed out, withdrawn, or the client be
    gone."""
    counter, idp = await Counter.of(land, profile="camara"), land.idp
    someone = await agreed(land, counter)
    await counter.asked()
    approve, consent_id = await decided(land, counter, someone)

    async def sign_out(unit: Unit) -> None:
        await sessions.end_all(unit, someone.person_id)

    async def withdraw(unit: Unit) -> None:
        await withdraw_consent(unit, idp.vault, someone.person_id, consent_id)

    async def disable(unit: Unit) -> None:
        await clients.disable(unit, counter.client_id, DEED)

    async def approve_after(taken: Callable[[Unit], Awaitable[None]]) -> None:
        async with idp.db.writing() as unit:
            await taken(unit)
            await approve(unit)

    for taken, refusal in ((sign_out, SignedOut), (withdraw, ConsentEnded), (disable, UnknownClient)):
        with pytest.raises(refusal):
            await approve_after(taken)
    await idp.db.transact(approve)
