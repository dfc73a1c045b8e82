"""The policy on both databases: loaded, published once, seen by every worker, never changed afterwards."""

import asyncio
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, select, update

from tests.support.policy_texts import holiday, interval, requirement, threshold
from tests.support.watch import Watch
from vneid_idp.audit.deeds import BadDeed, Deed
from vneid_idp.audit.tables import events
from vneid_idp.bindings.kinds import actions_of
from vneid_idp.kernel.clock import DAY, SECOND, local_date
from vneid_idp.policy import service, store
from vneid_idp.policy.cache import PolicyCache
from vneid_idp.policy.documents import PolicyRefused, shipped
from vneid_idp.policy.intervals import Step, Trigger
from vneid_idp.policy.ladder import due_steps
from vneid_idp.policy.rules import Gap, Policy, Threshold
from vneid_idp.policy.service import AlreadyPublished, HoldsAlready, NoSuchVersion, PublishedMeanwhile
from vneid_idp.policy.tables import (
    policy_holidays,
    policy_intervals,
    policy_requirements,
    policy_thresholds,
    policy_versions,
)
from vneid_idp.storage.database import open_database
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database, Reading

DEED = Deed("ops.lan", "Law 1/2027 Article 2")
AGE = Threshold.GUARDIAN_UNTIL_AGE


async def ensure(db: Database) -> None:
    async with db.writing() as unit:
        await service.ensure(unit)


async def ensured(db: Database) -> tuple[str, ...]:
    return await db.transact(service.ensure)


async def load(db: Database, text: str) -> service.PolicyDraft:
    async with db.writing() as unit:
        return await service.load(unit, text, actions_of(), DEED)


async def publish(db: Database, version: int, backdated: str | None = None) -> Policy:
    async with db.writing() as unit:
        return await service.publish(unit, version, DEED, backdated=backdated)


async def published(db: Database) -> Policy:
    async with db.reading() as unit:
        return await service.published(unit)


async def recorded(db: Database, kind: str = "policy.published") -> list[str]:
    async with db.reading() as unit:
        rows = await unit.fetch(Statement(select(events).order_by(events.c.event_id)))
    return [row["data"] for row in rows if row["kind"] == kind]


async def test_a_new_provider_starts_with_the_shipped_policy(db: Database) -> None:
    await ensure(db)
    await ensure(db)
    found = await published(db)
    assert set(found.requirements) == set(shipped().requirements)
    assert set(found.thresholds) == set(shipped().thresholds)
    assert set(found.intervals) == set(shipped().intervals)
    assert set(found.holidays) == set(shipped().holidays)
    async with db.reading() as unit:
        (version,) = await service.versions(unit)
    assert version.version == 1
    assert len(await recorded(db)) == 1


async def test_of_many_that_start_at_once_one_publishes(db: Database) -> None:
    await asyncio.gather(*(ensure(db) for _ in range(8)))
    assert len(await recorded(db)) == 1
    assert set((await published(db)).requirements) == set(shipped().requirements)


async def test_a_draft_changes_nothing_until_it_is_published(db: Database, watch: Watch) -> None:
    await ensure(db)
    draft = await load(db, threshold("2027-01-01"))
    assert (draft.version, draft.gaps) == (2, ())
    assert (await published(db)).on(date(2027, 1, 1))[AGE] == 16
    whole = await publish(db, 2)
    assert whole.on(date(2027, 1, 1))[AGE] == 18
    found = await published(db)
    assert [found.on(day)[AGE] for day in (date(2026, 12, 31), date(2027, 1, 1))] == [16, 18]
    async with db.reading() as unit:
        versions = await service.versions(unit)
    assert (versions[1].published_at, versions[1].published_by, versions[1].reason) == (
        watch.now(),
        "ops.lan",
        DEED.reason,
    )
    assert '"by":"ops.lan"' in (await recorded(db))[-1]
    assert '"version":2' in (await recorded(db))[-1]


async def test_a_version_is_published_once(db: Database) -> None:
    await ensure(db)
    await load(db, threshold("2027-01-01"))
    outcomes = await asyncio.gather(*(publish(db, 2) for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(outcome, Policy) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, AlreadyPublished) for outcome in outcomes) == 5
    assert len(await recorded(db)) == 2
    with pytest.raises(NoSuchVersion):
        await publish(db, 3)


async def test_of_two_drafts_on_the_same_policy_one_is_published(db: Database) -> None:
    await ensure(db)
    for number in (17, 18, 19, 20):
        await load(db, threshold("2027-01-01", number))
    outcomes = await asyncio.gather(*(publish(db, version) for version in (2, 3, 4, 5)), return_exceptions=True)
    assert sum(isinstance(outcome, Policy) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, PublishedMeanwhile) for outcome in outcomes) == 3
    assert len(await recorded(db)) == 2
    again = (await load(db, threshold("2027-01-01", 21))).version
    assert (await publish(db, again)).on(date(2027, 1, 1))[AGE] == 21


async def test_a_draft_of_a_release_that_did_not_note_its_policy_is_published(db: Database) -> None:
    await ensure(db)
    await load(db, threshold("2027-01-01"))
    async with db.writing() as unit:
        await unit.execute(Statement(update(policy_versions).values(base=None)))
    assert (await publish(db, 2)).on(date(2027, 1, 1))[AGE] == 18


async def test_loading_a_draft_is_on_record(db: Database) -> None:
    await ensure(db)
    await load(db, threshold("2027-01-01"))
    (data,) = await recorded(db, "policy.loaded")
    for part in ('"version":2', '"rows":1', '"by":"ops.lan"', DEED.reason):
        assert part in data
    async with db.reading() as unit:
        assert (await service.versions(unit))[1].loaded_by == "ops.lan"


async def test_an_upgrade_adds_what_the_published_policy_says_nothing_about(db: Database) -> None:
    """As if the release before had known neither of them."""
    await ensure(db)
    await load(db, threshold("2027-01-01"))
    await publish(db, 2)
    async with db.writing() as unit:
        gone = policy_thresholds.c.name == Threshold.ACCOUNT_LIMIT.value
        await unit.execute(Statement(delete(policy_thresholds).where(gone)))
        await unit.execute(Statement(delete(policy_requirements).where(policy_requirements.c.action == "share")))
        await unit.execute(Statement(delete(policy_intervals).where(policy_intervals.c.trigger == "device_change")))
        await unit.execute(Statement(delete(policy_holidays).where(policy_holidays.c.day != "2026-01-01")))
    days = [f"holiday {row.day}" for row in shipped().holidays if row.day != date(2026, 1, 1)]
    steps = [f"device_change {step}" for step in Step]
    outcomes = await asyncio.gather(*(ensured(db) for _ in range(4)))
    assert [each for each in outcomes if each] == [("social_account share", "account_limit", *steps, *days)]
    rules = (await published(db)).on(date(2027, 1, 1))
    assert (rules[Threshold.ACCOUNT_LIMIT], rules[AGE]) == (3, 18), "what an operator published stands"
    assert rules.requirement("social_account", "share") is not None
    async with db.reading() as unit:
        assert [version.version for version in await service.versions(unit)] == [1, 2, 3]
    assert '"added":"social_account share, account_limit, device_change notice,' in (await recorded(db))[-1]
    assert await ensured(db) == ()


async def test_what_was_published_stands_when_more_is_loaded(db: Database) -> None:
    await ensure(db)
    await load(db, threshold("2027-01-01"))
    await publish(db, 2)
    assert (await load(db, threshold("2027-01-01", 17))).version == 3
    assert (await published(db)).on(date(2027, 1, 1))[AGE] == 18
    await publish(db, 3)
    assert (await published(db)).on(date(2027, 1, 1))[AGE] == 17
    async with db.reading() as unit:
        assert (await service.of_version(unit, 2)).thresholds[0].number == 18


@pytest.mark.parametrize("days", [-400, -1, 0])
async def test_a_day_that_has_begun_needs_a_reason_of_its_own(db: Database, watch: Watch, days: int) -> None:
    await ensure(db)
    day = local_date(watch.now() + days * DAY)
    await load(db, threshold(day.isoformat()))
    with pytest.raises(HoldsAlready):
        await publish(db, 2)
    with pytest.raises(BadDeed):
        await publish(db, 2, backdated="for 097096000001")
    assert (await published(db)).on(day)[AGE] == 16
    await publish(db, 2, backdated="The law was in force before we knew")
    assert (await published(db)).on(day)[AGE] == 18
    assert '"backdated":"The law was in force before we knew"' in (await recorded(db))[-1]


async def test_a_day_begins_at_midnight_in_viet_nam(db: Database, watch: Watch) -> None:
    await ensure(db)
    watch.set(datetime(2026, 11, 21, 17, tzinfo=UTC))  # the 22nd has begun there
    await load(db, threshold("2026-11-22"))
    with pytest.raises(HoldsAlready):
        await publish(db, 2)
    await load(db, threshold("2026-11-23"))
    await publish(db, 3)


async def test_an_interval_and_a_holiday_are_published_and_move_the_ladder(db: Database, watch: Watch) -> None:
    await ensure(db)
    watch.set(datetime(2026, 12, 1, 1, tzinfo=UTC))
    await load(db, interval("2026-12-02", 15) + holiday("2026-12-25") + holiday("2027-02-04", off=False))
    whole = await publish(db, 2)
    before = due_steps(shipped(), Trigger.DISOWNED, watch.now())
    assert [due.step for due in due_steps(whole, Trigger.DISOWNED, watch.now())] == [
        *(due.step for due in before),
        Step.TWO_WAY,
        Step.ENDED,
    ]
    found = await published(db)
    assert {(row.day, row.day_off) for row in found.holidays} >= {(date(2026, 12, 25), True), (date(2027, 2, 4), False)}
    assert found.holidays_from(date(2026, 12, 25))[0].legal_reference == "Notice 1"
    assert (await load(db, holiday("2026-12-01"))).version == 3
    with pytest.raises(HoldsAlready):
        await publish(db, 3)


async def test_a_time_that_is_over_is_not_rewritten_without_a_reason(db: Database, watch: Watch) -> None:
    await ensure(db)
    first, last = (local_date(watch.now() - days * DAY).isoformat() for days in (20, 10))
    await load(db, threshold(first, until=last))
    with pytest.raises(HoldsAlready):
        await publish(db, 2)


async def test_the_whole_policy_with_one_new_row_looks_back_at_nothing(db: Database, watch: Watch) -> None:
    await ensure(db)
    tomorrow = local_date(watch.now() + DAY)
    await load(db, requirement("2024-12-25", 1).replace("Decree 1/2027", "Decree 2") + threshold(tomorrow.isoformat()))
    with pytest.raises(HoldsAlready):
        await publish(db, 2)
    post = next(row for row in shipped().requirements if row.action == "post")
    same = requirement("2024-12-25", 1).replace("Decree 1/2027", post.legal_reference)
    await load(db, same + threshold(tomorrow.isoformat()))
    await publish(db, 3)


async def test_a_gap_is_told_and_a_missing_number_refused(db: Database) -> None:
    await ensure(db)
    assert (await load(db, requirement("2026-01-01", 1, "2027-01-01"))).gaps == (), "the shipped row stands again"
    async with db.writing() as unit:
        await unit.execute(Statement(update(policy_requirements).values(in_force_until="2027-01-01")))
    gaps = (await load(db, requirement("2027-01-01", 1))).gaps
    assert Gap("social_account", "share", date(2027, 1, 1)) in gaps
    assert "post" not in {gap.action for gap in gaps}
    async with db.writing() as unit:
        await unit.execute(
            Statement(
                update(policy_thresholds)
                .values(in_force_until="2027-01-01")
                .where(policy_thresholds.c.name == AGE.value)
            )
        )
    with pytest.raises(PolicyRefused) as refusal:
        await load(db, requirement("2027-01-01", 1))
    assert "guardian_until_age" in (refusal.value.detail or "")


async def test_a_publication_reaches_the_other_worker_within_seconds(
    db: Database, database_url: str, watch: Watch
) -> None:
    await ensure(db)
    other = open_database(database_url, watch)
    here, there = PolicyCache(watch, db), PolicyCache(watch, other)
    day = date(2027, 1, 1)
    try:
        assert [(await here.current()).on(day)[AGE], (await there.current()).on(day)[AGE]] == [16, 16]
        await load(db, threshold("2027-01-01"))
        await publish(db, 2)
        assert (await here.current()).on(day)[AGE] == 18
        assert (await there.current()).on(day)[AGE] == 16
        watch.advance(3 * SECOND)
        assert (await there.current()).on(day)[AGE] == 18
    finally:
        await other.close()


async def test_a_publication_while_the_policy_is_read_is_seen_by_the_next_who_asks(
    db: Database, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ensure(db)
    cache, day, read = PolicyCache(watch, db), date(2027, 1, 1), store.published

    async def overtaken(unit: Reading) -> Policy:
        found = await read(unit)
        monkeypatch.undo()
        await load(db, threshold("2027-01-01"))
        await publish(db, 2)
        return found

    monkeypatch.setattr(store, "published", overtaken)
    assert [(await cache.current()).on(day)[AGE] for _ in range(2)] == [16, 18]


async def test_the_cache_asks_seldom_and_keeps_what_has_not_changed(db: Database, watch: Watch) -> None:
    await ensure(db)
    cache = PolicyCache(watch, db)
    first = await cache.current()
    before = db.statements
    for _ in range(100):
        assert await cache.current() is first
    assert db.statements == before
    watch.advance(3 * SECOND)
    assert await cache.current() is first
    assert db.statements == before + 1
    # The sandbox's clock can be turned back: what is from the future is asked again.
    watch.set(watch.now() - DAY)
    await cache.current()
    assert db.statements == before + 2


async def test_what_a_newer_program_names_is_left_to_it(db: Database) -> None:
    await ensure(db)
    device_change = policy_intervals.c.trigger == "device_change"
    async with db.writing() as unit:
        await unit.execute(Statement(update(policy_intervals).values(trigger="of_tomorrow").where(device_change)))
        await unit.execute(
            Statement(
                update(policy_thresholds).values(name="of_tomorrow").where(policy_thresholds.c.name == "account_limit")
            )
        )
    found = await published(db)
    assert Threshold.ACCOUNT_LIMIT not in {row.name for row in found.thresholds}
    assert {row.trigger for row in found.intervals} == set(Trigger) - {
        Trigger.DEVICE_CHANGE,
        Trigger.FIRST_PASSPORT_NUMBER,
    }
