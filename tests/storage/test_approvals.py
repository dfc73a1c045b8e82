"""What waits for a parent or guardian: it ends once, and what has ended stays as it ended."""

import pytest

from tests.support.watch import Watch
from vneid_idp.consent import approvals
from vneid_idp.consent.approvals import Approval, ApprovalOver, Outcome
from vneid_idp.consent.service import Shown
from vneid_idp.kernel.clock import DAY
from vneid_idp.protocol.claims import Decision
from vneid_idp.storage.unit import Database

CHILD, OTHER, CLIENT, ELSEWHERE, PARENT = "per_c", "per_d", "cli_a", "cli_b", "per_p"


async def ask(db: Database, child: str = CHILD, client: str = CLIENT) -> Approval:
    decided, shown = {"full_name": Decision("account", 1, given=True)}, Shown("text", "en")
    async with db.writing() as unit:
        return await approvals.ask(
            unit, child, client, ("openid",), {}, decided, shown, "https://rp.example/cb", proved_level=1, life=DAY
        )


async def end(db: Database, approval: Approval, outcome: Outcome) -> Approval:
    async with db.writing() as unit:
        return await approvals.end(unit, approval.person_id, approval.approval_id, outcome, PARENT)


async def is_forgotten(db: Database, asked: Approval) -> bool:
    async with db.reading() as unit:
        return await approvals.find(unit, asked.person_id, asked.approval_id) is None


async def outcomes(db: Database, *asked: Approval) -> list[Outcome | None]:
    async with db.reading() as unit:
        found = [await approvals.find(unit, each.person_id, each.approval_id) for each in asked]
    return [None if each is None else each.outcome for each in found]


async def test_it_ends_once_and_in_time(db: Database, watch: Watch) -> None:
    first, late = await ask(db), await ask(db, client=ELSEWHERE)
    assert (await end(db, first, Outcome.AGREED)).guardian_id == PARENT
    with pytest.raises(ApprovalOver):
        await end(db, first, Outcome.REFUSED)
    assert [late.is_open(now) for now in (late.expires_at - 1, late.expires_at)] == [True, False]
    watch.advance(DAY)
    with pytest.raises(ApprovalOver):
        await end(db, late, Outcome.AGREED)
    assert await outcomes(db, first, late) == [Outcome.AGREED, None]


async def test_what_is_asked_anew_takes_the_place_of_what_waits_and_of_nothing_else(db: Database, watch: Watch) -> None:
    agreed, elsewhere, sibling = await ask(db), await ask(db, client=ELSEWHERE), await ask(db, OTHER)
    await end(db, agreed, Outcome.AGREED)
    waits = await ask(db)
    watch.advance(1)
    await ask(db)
    found = await outcomes(db, agreed, elsewhere, sibling, waits)
    assert found == [Outcome.AGREED, None, None, Outcome.REPLACED]


async def test_with_a_child_who_is_forgotten_goes_what_waited_for_it_and_for_nobody_else(db: Database) -> None:
    mine, sibling = await ask(db), await ask(db, OTHER)
    async with db.writing() as unit:
        await approvals.forget(unit, CHILD)
    async with db.reading() as unit:
        assert await approvals.find(unit, CHILD, mine.approval_id) is None
        assert await approvals.list_open(unit, OTHER) == [sibling]


async def test_what_ended_is_forgotten_after_30_days(db: Database, watch: Watch) -> None:
    asked = await ask(db)
    swept = []
    for passed in (31 * DAY, 1):
        watch.advance(passed)
        async with db.writing() as unit:
            swept.append(await approvals.sweep(unit))
    assert swept == [0, 1]
    assert await is_forgotten(db, asked)


async def test_of_what_waits_the_newest_100_are_listed(db: Database) -> None:
    asked = [await ask(db, client=f"cli_{number}") for number in range(101)]
    async with db.reading() as unit:
        assert await approvals.list_open(unit, CHILD) == asked[:0:-1]


async def test_a_child_takes_back_what_waits_and_nothing_that_has_ended(db: Database, watch: Watch) -> None:
    agreed, elsewhere, sibling = await ask(db), await ask(db, client=ELSEWHERE), await ask(db, OTHER)
    await end(db, agreed, Outcome.AGREED)
    async with db.writing() as unit:
        assert await approvals.take_back(unit, CHILD, CLIENT) is None
        assert await approvals.take_back(unit, CHILD, ELSEWHERE) == elsewhere.approval_id
    assert await outcomes(db, agreed, elsewhere, sibling) == [Outcome.AGREED, Outcome.TAKEN_BACK, None]
    watch.advance(DAY)
    async with db.writing() as unit:
        assert await approvals.take_back(unit, OTHER, CLIENT) is None
