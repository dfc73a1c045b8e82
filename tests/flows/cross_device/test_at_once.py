"""Answers, polls and what takes a right away, at one moment: all or nothing, and once."""

import asyncio
from collections import Counter as Counts
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.ciba import Counter
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.events import kinds_of
from tests.support.grants import grants_of, refused
from tests.support.polling import Television, answered, device_party
from tests.support.relying_party import Person
from tests.support.visitor import shown
from tests.support.workers import Branch, WorkerProcess, workers
from vneid_idp.clients import service as clients
from vneid_idp.identity.register.records import LockedBy
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.use_cases.lock_person import lock_person

MANY = 50


@pytest.fixture(scope="module")
def processes() -> Iterator[tuple[WorkerProcess, ...]]:
    with workers(2) as started:
        yield started


@pytest.fixture
async def branches(
    land: Country, database_url: str, processes: tuple[WorkerProcess, ...]
) -> AsyncIterator[tuple[Branch, ...]]:
    await asyncio.gather(*(process.open(database_url) for process in processes))
    yield tuple(Branch.of(land, process) for process in processes)
    await asyncio.gather(*(process.close() for process in processes))


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


async def test_an_approval_and_a_lock_at_once_leave_all_or_nothing(land: Country) -> None:
    counter = await Counter.of(land)
    person_id = land.people["complete"].record.person_id
    handle = (await counter.asked())["auth_req_id"]

    async def lock() -> None:
        await land.idp.db.transact(lambda unit: lock_person(unit, land.idp.vault, person_id, LockedBy.AUTHORITY, DEED))

    approved, _ = await asyncio.gather(counter.answer(handle), lock())
    answer = await counter.poll(handle)
    # Approved before the lock or not: what is locked opens nothing.
    assert refused(answer, "invalid_grant" if approved.status_code == 200 else "authorization_pending")
    assert await grants_of(land) == []


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
