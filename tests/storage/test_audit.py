"""Events on both databases: they ride with their change, are read by person, and no tampering goes unseen."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import bindparam, delete, select, update

from tests.support.tampering import unlock_events
from tests.support.watch import Watch
from vneid_idp.audit import service, store
from vneid_idp.audit.chain import next_batch
from vneid_idp.audit.service import Event, EventKind
from vneid_idp.audit.statements import entry, recorded
from vneid_idp.audit.tables import event_batches, events
from vneid_idp.kernel.clock import DAY
from vneid_idp.keys.tables import keys
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import AlreadyThere, Database, StatementFailed

# Any table of the schema will do for a change that is recorded: here `keys`, its `wrapped` standing for a person.
_OPEN = recorded(
    insert(keys)
    .values(kind="test", generation=1, kid=bindparam("kid"), wrapped=bindparam("who"), announced_at=0, activate_at=0)
    .on_conflict_do_nothing(index_elements=[keys.c.kind, keys.c.generation])
    .returning(keys.c.kid, keys.c.wrapped),
    EventKind.GRANT_OPENED,
    person_id="wrapped",
    subject_id="kid",
)
_TURN = recorded(
    update(keys)
    .values(announced_at=keys.c.announced_at + 1)
    .where(keys.c.kind == "test", keys.c.announced_at == bindparam("presented"))
    .returning(keys.c.kid, keys.c.announced_at),
    EventKind.REFRESH_USED,
    client_id="kid",
)
_KEYS = Statement(select(keys))
_EVENTS = Statement(select(events).order_by(events.c.event_id))


async def record(db: Database, *people: str) -> list[str]:
    ids = []
    for person in people:
        async with db.writing() as unit:
            ids.append(await service.record(unit, Event(EventKind.SIGNIN_SUCCEEDED, person_id=person)))
    return ids


async def seal(db: Database, limit: int = 100) -> object:
    async with db.writing() as unit:
        sealed = await service.seal_batch(unit, limit=limit)
        return None if sealed is None else sealed.batch


async def verify(db: Database) -> service.Verification:
    async with db.reading() as unit:
        return await service.verify(unit)


async def test_an_event_is_kept_as_it_was_recorded(db: Database, watch: Watch) -> None:
    event = Event(EventKind.CONSENT_GIVEN, "per_1", "client", "con_1", {"claims": ["phone"], "version": 2})
    async with db.writing() as unit:
        event_id = await service.record(unit, event)
    async with db.reading() as unit:
        (found,) = await service.history_of(unit, "per_1")
        assert await service.history_of(unit, "per_2") == ()
    assert (found.event_id, found.at, found.kind) == (event_id, watch.now(), "consent.given")
    assert (found.person_id, found.client_id, found.subject_id) == ("per_1", "client", "con_1")
    assert found.data == event.data


async def test_an_event_of_nobody_is_nobodys_history(db: Database) -> None:
    async with db.writing() as unit:
        await service.record(unit, Event(EventKind.CLIENT_REGISTERED, client_id="client"))
        (row,) = await unit.fetch(_EVENTS)
        assert (row["person_id"], row["client_id"]) == ("", "client")


async def test_an_event_is_undone_with_its_change(db: Database) -> None:
    async def change_of_mind() -> None:
        async with db.writing() as unit:
            await service.record(unit, Event(EventKind.SIGNIN_SUCCEEDED, "per_1"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await change_of_mind()
    async with db.reading() as unit:
        assert await service.history_of(unit, "per_1") == ()


async def test_history_is_paged_by_key_the_latest_first(db: Database) -> None:
    async with db.writing() as unit:
        ids = [await service.record(unit, Event(EventKind.SIGNIN_SUCCEEDED, "per_1", data={"n": n})) for n in range(7)]
        await service.record(unit, Event(EventKind.SIGNIN_SUCCEEDED, "per_2"))
    seen: list[str] = []
    async with db.reading() as unit:
        before = None
        while page := await service.history_of(unit, "per_1", before=before, limit=3):
            seen += [event.event_id for event in page]
            before = page[-1].event_id
    assert seen == sorted(ids, reverse=True)


async def test_a_recorded_statement_writes_its_event(db: Database, watch: Watch) -> None:
    before = db.statements
    async with db.single() as unit:
        row = await unit.fetch_one(_OPEN, kid="gra_1", who="per_1", **entry(unit.now, {"scope": "openid"}))
    assert db.statements == before + 1
    assert row is not None
    assert dict(row) == {"kid": "gra_1", "wrapped": "per_1"}
    async with db.reading() as unit:
        (event,) = await service.history_of(unit, "per_1")
    assert (event.kind, event.at, event.subject_id, event.client_id) == ("grant.opened", watch.now(), "gra_1", None)
    assert event.data == {"scope": "openid"}


@pytest.mark.parametrize("way", ["single", "writing"])
async def test_a_change_that_did_not_happen_leaves_no_event(db: Database, way: str) -> None:
    for grant in ("gra_1", "gra_2"):
        async with getattr(db, way)() as unit:
            await unit.fetch_one(_OPEN, kid=grant, who=None, **entry(unit.now))
    async with db.reading() as unit:
        assert [row["subject_id"] for row in await unit.fetch(_EVENTS)] == ["gra_1"]
        assert [row["person_id"] for row in await unit.fetch(_EVENTS)] == [""]


async def test_a_recorded_update_counts_what_it_changed(db: Database) -> None:
    async with db.writing() as unit:
        await unit.fetch_one(_OPEN, kid="gra_1", who=None, **entry(unit.now))
        assert await unit.execute(_TURN, presented=0, **entry(unit.now)) == 1
        assert await unit.execute(_TURN, presented=0, **entry(unit.now)) == 0
        rows = await unit.fetch(_EVENTS)
    assert {(row["kind"], row["client_id"]) for row in rows} == {("grant.opened", None), ("refresh.used", "gra_1")}


async def test_no_change_stands_without_its_event(db: Database) -> None:
    [taken] = await record(db, "")

    async def open_one() -> None:
        async with db.single() as unit:
            await unit.fetch_one(_OPEN, kid="gra_1", who=None, **{**entry(unit.now), "event_id": taken})

    with pytest.raises(AlreadyThere):
        await open_one()
    async with db.single() as unit:
        assert await unit.fetch(_KEYS) == []
    # The unit after a failed one is whole again.
    async with db.single() as unit:
        assert await unit.fetch_one(_OPEN, kid="gra_1", who=None, **entry(unit.now)) is not None


async def test_parallel_recorded_statements_have_one_winner_and_one_event(db: Database) -> None:
    async def open_one(number: int) -> bool:
        async with db.single() as unit:
            return await unit.fetch_one(_OPEN, kid=f"gra_{number}", who="per_1", **entry(unit.now)) is not None

    assert sum(await asyncio.gather(*(open_one(number) for number in range(20)))) == 1
    async with db.reading() as unit:
        assert len(await unit.fetch(_EVENTS)) == 1


async def test_a_sealed_chain_verifies(db: Database) -> None:
    assert (await verify(db)).broken is None
    await record(db, "per_1", "per_2", "", "per_1", "per_3")
    assert await seal(db, limit=3) is not None
    assert (await verify(db)).unsealed == 2
    assert await seal(db) is not None
    assert await seal(db) is None
    found = await verify(db)
    assert (found.batches, found.events, found.unsealed, found.broken) == (2, 5, 0, None)
    async with db.reading() as unit:
        last = await service.last_batch(unit)
        assert await service.count_unsealed(unit) == 0
    assert last is not None
    assert found.head == last.hash


async def chain(db: Database) -> list[str]:
    ids = await record(db, *(f"per_{number}" for number in range(9)))
    for _ in range(3):
        await seal(db, limit=3)
    return sorted(ids)


TAMPERINGS = [
    (2, update(events).values(kind="consent.given").where(events.c.event_id == bindparam("which"))),
    (2, update(events).values(at=1).where(events.c.event_id == bindparam("which"))),
    (2, update(events).values(data='{"a":1}').where(events.c.event_id == bindparam("which"))),
    (2, update(events).values(person_id="per_x").where(events.c.event_id == bindparam("which"))),
    (2, update(events).values(client_id="c").where(events.c.event_id == bindparam("which"))),
    (2, update(events).values(subject_id="s").where(events.c.event_id == bindparam("which"))),
    (2, delete(events).where(events.c.event_id == bindparam("which"))),
    (1, update(events).values(batch=1).where(events.c.event_id == bindparam("which"))),
    (2, update(events).values(batch=None).where(events.c.event_id == bindparam("which"))),
    (2, update(event_batches).values(sealed_at=1).where(event_batches.c.number == 2)),
    (2, update(event_batches).values(previous="x").where(event_batches.c.number == 2)),
    (2, update(event_batches).values(count=2).where(event_batches.c.number == 2)),
    (2, update(event_batches).values(hash="x").where(event_batches.c.number == 2)),
    (3, delete(event_batches).where(event_batches.c.number == 2)),
    (2, delete(event_batches).where(event_batches.c.number > 1)),
]


def which(tamper: object, event_id: str) -> dict[str, str]:
    """The arguments of a tampering: some concern an event, some a batch."""
    return {"which": event_id} if ":which" in str(tamper) else {}


@pytest.mark.parametrize(("broken", "tamper"), TAMPERINGS)
async def test_the_first_broken_link_is_reported(db: Database, broken: int, tamper: object) -> None:
    ids = await chain(db)
    async with db.reading() as unit:
        heads = [batch.hash async for batch in store.batches(unit)]
    await unlock_events(db)
    async with db.writing() as unit:
        assert await unit.execute(Statement(tamper), **which(tamper, ids[4])) > 0  # type: ignore[arg-type]
    found = await verify(db)
    assert found.broken is not None
    assert found.broken.batch == broken
    # What held until there is told: enough to compare with what was printed.
    assert found.batches == (0 if broken == 1 else 1)
    assert (found.head == heads[0], found.events) == ((broken > 1), 3 * found.batches)


@pytest.mark.parametrize("tamper", [tamper for _, tamper in TAMPERINGS])
async def test_the_database_itself_refuses_to_change_the_past(db: Database, tamper: object) -> None:
    ids = await chain(db)
    with pytest.raises(StatementFailed):
        async with db.writing() as unit:
            await unit.execute(Statement(tamper), **which(tamper, ids[4]))  # type: ignore[arg-type]
    assert (await verify(db)).broken is None


@pytest.mark.parametrize("change", [update(events).values(kind="consent.given"), delete(events)])
async def test_an_event_that_waits_to_be_chained_cannot_be_changed_either(db: Database, change: object) -> None:
    await record(db, "per_1")
    with pytest.raises(StatementFailed):
        async with db.writing() as unit:
            await unit.execute(Statement(change))  # type: ignore[arg-type]


async def test_an_event_inserted_behind_the_programs_back_shows(db: Database) -> None:
    await chain(db)
    async with db.writing() as unit:
        forged = {"person_id": "per_9", "event_id": "evt_x", "at": 1, "kind": "consent.given", "data": "{}", "batch": 1}
        await unit.execute(Statement(insert(events).values(**forged)))
    link = (await verify(db)).broken
    assert link is not None
    assert (link.batch, link.reason) == (1, "it sealed 3 events, and there are 4")


async def test_workers_that_seal_together_make_one_chain(db: Database) -> None:
    await record(db, *(f"per_{number}" for number in range(40)))

    async def worker() -> None:
        for _ in range(12):
            await seal(db, limit=5)

    await asyncio.gather(*(worker() for _ in range(4)))
    found = await verify(db)
    assert (found.events, found.unsealed, found.broken) == (40, 0, None)


async def test_a_long_batch_is_walked_in_pages(db: Database) -> None:
    async with db.writing() as unit:
        for number in range(1_100):
            await service.record(unit, Event(EventKind.SIGNIN_FAILED, f"per_{number % 3}"))
    await seal(db, limit=2_000)
    found = await verify(db)
    assert (found.batches, found.events, found.broken) == (1, 1_100, None)


async def test_an_event_that_comes_in_while_a_batch_is_sealed_undoes_the_batch(db: Database, watch: Watch) -> None:
    await record(db, "per_1", "per_2", "per_3")
    async with db.reading() as unit:
        first, _, third = await store.unsealed(unit, 10)
    with pytest.raises(service.EventsCameIn):
        async with db.writing() as unit:
            await store.add_batch(unit, next_batch(None, (first, third), unit.now), (first, third))
    assert await verify(db) == service.Verification(0, 0, 3, "", None)
    await seal(db)
    assert (await verify(db)).events == 3


async def test_what_is_sealed_is_counted_once_by_day_and_kind(db: Database, watch: Watch) -> None:
    # Late in the evening in Greenwich, and the next day in Viet Nam.
    watch.set(datetime(2026, 11, 21, 17, 30, tzinfo=UTC))
    await record(db, "per_a", "per_b")
    async with db.writing() as unit:
        for method in ("pwd", "pwd", "sms"):
            await service.record(unit, Event(EventKind.SIGNIN_FAILED, data={"method": method}))
        await service.record(unit, Event(EventKind.CONSENT_GIVEN, person_id="per_a", data={"method": "nothing"}))
    today = date(2026, 11, 22)

    async def counted() -> Mapping[tuple[str, str], int]:
        async with db.reading() as unit:
            return await service.counts_of(unit, today)

    assert await counted() == {}
    await asyncio.gather(*(seal(db) for _ in range(4)), return_exceptions=True)
    once = {
        ("signin.succeeded", ""): 2, ("signin.failed", "pwd"): 2, ("signin.failed", "sms"): 1, ("consent.given", ""): 1,
    }  # fmt: skip
    assert await counted() == once
    await record(db, "per_c")
    await seal(db)
    watch.advance(DAY)
    await record(db, "per_c")
    await seal(db)
    assert await counted() == once | {("signin.succeeded", ""): 3}
