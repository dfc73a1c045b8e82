"""Answers, polls and what takes a right away, at one moment: all or nothing, and once."""

import asyncio
from collections import Counter as Counts
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from tests.support.ciba import Counter
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.events import kinds_of
from tests.support.grants import grants_of, refused
from tests.support.polling import Television, answered, device_party
from tests.support.relying_party import Person
from tests.support.shortcuts import agreed
from tests.support.visitor import shown
from tests.support.workers import Branch, WorkerProcess, workers
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


async def test_an_approval_is_judged_once_more_when_it_is_written(land: Country) -> None:
    """The page was decided in an earlier unit: since then the person may have signed out, withdrawn, or the client be
    gone."""
    counter = await Counter.of(land, profile="camara")
    someone = await agreed(land, counter)
    await counter.asked()
    sealer, idp = land.idp.keys.sealer, land.idp
    async with idp.db.reading() as unit:
        (waiting,) = await cross_device.waiting_for(unit, sealer, someone.person_id)
        (consent,) = await consents.list_current(unit, someone.person_id)
    ground = AuthorisationGround(consent.consent_id)
    allowed = Authorisation(counter.client_id, someone.person_id, ("openid",), Origin.BACKCHANNEL, ground)
    approval = Approval(someone.session_id, "grt_a", allowed)

    async def sign_out(unit: Unit) -> None:
        await sessions.end_all(unit, someone.person_id)

    async def withdraw(unit: Unit) -> None:
        await withdraw_consent(unit, idp.vault, someone.person_id, consent.consent_id)

    async def disable(unit: Unit) -> None:
        await clients.disable(unit, counter.client_id, DEED)

    async def approve_after(taken: Callable[[Unit], Awaitable[None]]) -> None:
        async with idp.db.writing() as unit:
            await taken(unit)
            await approve_polled(unit, sealer, waiting, approval)

    for taken, refusal in ((sign_out, SignedOut), (withdraw, ConsentEnded), (disable, UnknownClient)):
        with pytest.raises(refusal):
            await approve_after(taken)
    await idp.db.transact(lambda unit: cross_device.take(unit, waiting, someone.person_id, None, ""))
    await idp.db.transact(lambda unit: approve_polled(unit, sealer, waiting, approval))
