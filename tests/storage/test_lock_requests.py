"""Locks in the authority's name: who decides them, who takes them back, and how long they wait; on both databases."""

from dataclasses import replace
from functools import partial

import pytest

from tests.support.people import VAULT, persona, with_personas
from tests.support.watch import Watch
from vneid_idp.audit import service as audit
from vneid_idp.audit.deeds import BadDeed, Deed
from vneid_idp.identity.offices import lock_requests
from vneid_idp.identity.offices.decided_requests import Outcome, decided_requests
from vneid_idp.identity.offices.lock_requests import LIFETIME, LockRequest, NoSuchRequest, NotTheAsker, RequestIsOpen
from vneid_idp.identity.offices.roles import EVERYWHERE, OwnFile, RoleRequired
from vneid_idp.kernel.clock import DAY, MINUTE
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.ask_for_lock import ask_for_lock
from vneid_idp.use_cases.decide_lock import decide_lock
from vneid_idp.use_cases.withdraw_lock_request import withdraw_lock_request

HERE = Deed("per_one", "court", through="office", office="HN-01")
COLLEAGUE = Deed("per_two", "as asked", through="office", office="HN-01")


def subject() -> str:
    return persona("plain").record.person_id


async def ask(db: Database, deed: Deed = HERE, *, lock: bool = True) -> LockRequest:
    async with db.writing() as unit:
        return await ask_for_lock(unit, subject(), lock=lock, deed=deed)


async def decide(db: Database, asked: LockRequest, deed: Deed, *, agreed: bool = True) -> None:
    async with db.writing() as unit:
        await decide_lock(unit, VAULT, asked.request_id, agreed=agreed, deed=deed)


async def waiting(db: Database, office: str = EVERYWHERE) -> list[str]:
    async with db.reading() as unit:
        return [asked.request_id for asked in await lock_requests.open_requests(unit, office)]


async def history(db: Database) -> list[tuple[str, dict[str, object]]]:
    async with db.reading() as unit:
        return [(event.kind, dict(event.data)) for event in await audit.history_of(unit, subject())]


async def test_whom_it_is_about_neither_asks_nor_decides(db: Database) -> None:
    await with_personas(db)
    about_me = Deed(subject(), "it is I", through="office", office=EVERYWHERE)
    with pytest.raises(OwnFile):
        await ask(db, about_me)
    asked = await ask(db)
    for agreed in (True, False):
        with pytest.raises(OwnFile):
            await decide(db, asked, about_me, agreed=agreed)
    assert await waiting(db) == [asked.request_id]


async def test_requests_are_counted_beyond_the_longest_list(db: Database) -> None:
    """By the office in whose name they are asked; who acts in any office's name sees all."""
    async with db.writing() as unit:
        for number in range(3):
            office = "HN-01" if number else "HN-02"
            told = {"lock": 1, "reason": "court", "asked_by": "per_one", "asked_at": unit.now, "office": office}
            await unit.execute(lock_requests._ASK, person_id=f"per_{number}", request_id=f"lrq_{number}", **told)
        assert len(await lock_requests.open_requests(unit, most=2)) == 2
        counts = [
            await lock_requests.count_open(unit, offices)
            for offices in ((EVERYWHERE,), ("HN-01",), ("HN-01", "HN-02"), ("HN-03",), (), ("HN-01", EVERYWHERE))
        ]
    assert counts == [3, 2, 3, 0, 0, 3]


async def test_whatever_a_caller_checked_the_statement_asks_again(db: Database, watch: Watch) -> None:
    await with_personas(db)
    asked = await ask(db)

    async def changed(by: str, office: str, at: int) -> int:
        async with db.writing() as unit:
            return await unit.execute(
                lock_requests._DECIDE,
                who=subject(),
                which=asked.request_id,
                by=by,
                at_office=office,
                since=at - LIFETIME,
                at=at,
                agreed=1,
            )

    now = watch.now()
    assert await changed("per_one", "HN-01", now) == 0  # asked
    assert await changed(subject(), "HN-01", now) == 0  # is asked about
    assert await changed("per_two", "HN-02", now) == 0  # works elsewhere
    assert await changed("per_two", "HN-01", now + LIFETIME) == 0  # comes too late
    assert await changed("per_two", "HN-01", now) == 1
    assert await changed("per_three", "HN-01", now) == 0  # comes second


async def test_a_colleague_of_the_same_office_or_of_none_decides(db: Database) -> None:
    await with_personas(db)
    asked = await ask(db)
    assert await waiting(db) == await waiting(db, "HN-01") == [asked.request_id]
    assert await waiting(db, "HN-02") == []
    with pytest.raises(RoleRequired):
        await decide(db, asked, Deed("per_two", "as asked", office="HN-02"))
    await decide(db, asked, COLLEAGUE)
    kind, data = (await history(db))[1]
    assert (kind, data) == ("lock.decided", {"lock": True, "agreed": True, **COLLEAGUE.data})
    done = {**COLLEAGUE.data, "by": "authority", "done_by": "per_two"}
    assert dict(await history(db))["account.locked"] == done
    by_none = await ask(db, Deed("ops-1", "court"), lock=False)  # at the command line
    with pytest.raises(RoleRequired):
        await decide(db, by_none, COLLEAGUE)
    assert (await history(db))[0] == ("lock.asked", {"lock": False, "by": "ops-1", "reason": "court"})
    await decide(db, by_none, Deed("per_two", "as asked", office=EVERYWHERE), agreed=False)
    kind, data = (await history(db))[0]
    assert (kind, data["lock"], data["agreed"]) == ("lock.decided", False, False)
    by_none = await ask(db, Deed("ops-1", "court"), lock=False)
    await decide(db, by_none, Deed("per_two", "as asked", office=EVERYWHERE))
    decided = next(data for kind, data in await history(db) if kind == "lock.decided")
    assert (decided["lock"], decided["agreed"]) == (False, True)
    done = {"by": "authority", "done_by": "per_two", "reason": "as asked", "office": EVERYWHERE}
    assert dict(await history(db))["account.unlocked"] == done
    again = await ask(db)
    await decide(db, again, Deed("ops-1", "as asked"))


@pytest.mark.parametrize("office", [EVERYWHERE, "HN-01"])
async def test_what_was_decided_is_read_with_its_reasons_by_one_statement(
    db: Database, watch: Watch, office: str
) -> None:
    await with_personas(db)
    decisions = [("no ground", False), ("court 12/2026", True)]
    for reason, agreed in decisions:
        await decide(db, await ask(db), replace(COLLEAGUE, reason=reason), agreed=agreed)
        watch.advance(MINUTE)
    taken_back = await ask(db, lock=False)
    async with db.writing() as unit:
        await withdraw_lock_request(unit, taken_back.request_id, HERE)
    before = db.statements
    async with db.glance() as unit:
        found = await decided_requests(unit, office)
    assert db.statements == before + 1
    assert [(each.outcome, each.reason) for each in found] == [
        (Outcome.TAKEN_BACK, None),
        (Outcome.AGREED, "court 12/2026"),
        (Outcome.REFUSED, "no ground"),
    ]


async def test_whoever_asked_takes_it_back_and_nobody_else(db: Database) -> None:
    await with_personas(db)
    asked = await ask(db)

    async def take_back(request: LockRequest, deed: Deed) -> None:
        async with db.writing() as unit:
            await withdraw_lock_request(unit, request.request_id, deed)

    with pytest.raises(NotTheAsker):
        await take_back(asked, COLLEAGUE)
    await take_back(asked, HERE)
    with pytest.raises(NoSuchRequest):
        await take_back(asked, HERE)
    assert (await history(db))[0] == ("lock.withdrawn", {"lock": True, **HERE.data})
    with pytest.raises(NoSuchRequest):
        await decide(db, asked, COLLEAGUE)
    decided = await ask(db)
    await decide(db, decided, COLLEAGUE, agreed=False)
    with pytest.raises(NoSuchRequest):
        await take_back(decided, HERE)


async def test_a_request_ends_by_itself_and_blocks_nobody_for_ever(db: Database, watch: Watch) -> None:
    await with_personas(db)
    asked = await ask(db)
    watch.advance(7 * DAY - 1)
    with pytest.raises(RequestIsOpen):
        await ask(db)
    watch.advance(1)
    assert await waiting(db) == await waiting(db, "HN-01") == []
    async with db.reading() as unit:
        assert not await lock_requests.is_open(unit, subject())
    with pytest.raises(NoSuchRequest):
        await decide(db, asked, COLLEAGUE)
    again = await ask(db)  # nothing swept the first one yet
    assert [kind for kind, _ in (await history(db))[:2]] == ["lock.asked", "lock.expired"]
    async with db.reading() as unit:
        assert await lock_requests.is_open(unit, subject())
    watch.advance(LIFETIME)
    for ended in (1, 0):
        async with db.writing() as unit:
            assert await lock_requests.expire(unit) == ended
    assert (await history(db))[0] == ("lock.expired", {"lock": True})
    with pytest.raises(NoSuchRequest):
        await decide(db, again, COLLEAGUE)
    await decide(db, await ask(db), COLLEAGUE)
    to_free = await ask(db, lock=False)
    watch.advance(LIFETIME)
    assert await db.transact(lock_requests.expire) == 1
    async with db.reading() as unit:
        last = (await audit.history_of(unit, subject()))[0]
    assert (last.kind, last.subject_id, last.data) == ("lock.expired", to_free.request_id, {"lock": False})


async def test_who_asks_about_one_person_ends_nothing_about_another(db: Database, watch: Watch) -> None:
    """One unit writes into the files of those whom it is about: a stranger's is not held."""
    await with_personas(db)
    other = persona("complete").record.person_id
    await ask(db)
    theirs = await db.transact(partial(ask_for_lock, person_id=other, lock=True, deed=HERE))
    watch.advance(LIFETIME)
    await ask(db)
    async with db.reading() as unit:
        assert [event.kind for event in await audit.history_of(unit, other)] == ["lock.asked"]
    assert await db.transact(lock_requests.expire) == 1
    async with db.reading() as unit:
        last = (await audit.history_of(unit, other))[0]
    assert (last.kind, last.subject_id) == ("lock.expired", theirs.request_id)


async def test_who_has_waited_longest_stands_first_and_who_was_decided_last(db: Database, watch: Watch) -> None:
    people = [persona(slug).record.person_id for slug in ("plain", "complete", "guardian")]
    await with_personas(db)
    asked = []
    for person_id in people:
        asked.append(await db.transact(partial(ask_for_lock, person_id=person_id, lock=True, deed=HERE)))
        watch.advance(DAY)
    assert await waiting(db) == await waiting(db, "HN-01") == [each.request_id for each in asked]
    first = watch.now()
    for each in reversed(asked):
        await decide(db, each, COLLEAGUE, agreed=False)
        watch.advance(DAY)

    async def told() -> list[tuple[str, Outcome, str | None]]:
        async with db.reading() as unit:
            found = await decided_requests(unit, "HN-01")
            assert found == await decided_requests(unit)
            assert await decided_requests(unit, "HN-02") == ()
            assert await decided_requests(unit, most=1) == found[:1]
        return [(each.asked.request_id, each.outcome, each.reason) for each in found]

    assert await told() == [(each.request_id, Outcome.REFUSED, "as asked") for each in asked]
    watch.set(first + 30 * DAY - 1)
    assert len(await told()) == 3
    watch.advance(1)
    assert len(await told()) == 2, "after thirty days nobody has to be told any more"


@pytest.mark.parametrize("reason", ["", "x", "about 097199000026", "call 0951 234 567"])
async def test_the_ground_holds_nobodys_number(db: Database, reason: str) -> None:
    await with_personas(db)
    with pytest.raises(BadDeed):
        await ask(db, Deed("per_one", reason, office="HN-01"))
    assert await waiting(db) == []
