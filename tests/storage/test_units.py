"""Units of work on both databases: raise to undo, return to keep, look without touching."""

import asyncio

import pytest
from sqlalchemy import bindparam, select

from tests.support.watch import Watch
from vneid_idp.audit.events import EventKind
from vneid_idp.audit.service import history_of
from vneid_idp.audit.statements import entry, recorded
from vneid_idp.audit.tables import events
from vneid_idp.keys.tables import keys
from vneid_idp.storage.database import open_database
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import AlreadyThere, Database, ImpossibleText, StatementFailed, StorageUnavailable

_INSERT = insert(keys).values(
    kind="test", generation=bindparam("number"), kid="k", announced_at=0, activate_at=bindparam("at", 0)
)
ADD = Statement(_INSERT)
ALL = Statement(select(keys.c.generation).order_by(keys.c.generation))
ADD_RECORDED = recorded(_INSERT.returning(keys.c.kid), EventKind.KEY_ROTATED, subject_id="kid")
EVENTS = Statement(select(events.c.kind))


async def numbers(db: Database) -> list[int]:
    async with db.reading() as unit:
        return [row["generation"] for row in await unit.fetch(ALL)]


async def add_all(db: Database, *numbers: int) -> None:
    async with db.writing() as unit:
        await unit.execute_many(ADD, [{"number": number} for number in numbers])


async def add_and_raise(db: Database, number: int) -> None:
    async with db.writing() as unit:
        await unit.execute(ADD, number=number)
        raise KeyError


async def test_what_returns_is_kept_and_what_raises_is_undone(db: Database) -> None:
    async with db.writing() as unit:
        assert await unit.execute(ADD, number=1) == 1
        assert len(await unit.fetch(ALL)) == 1
    with pytest.raises(KeyError):
        await add_and_raise(db, 2)
    async with db.writing(durable=False) as unit:
        await unit.execute_many(ADD, [{"number": 3}, {"number": 4}])
    assert await numbers(db) == [1, 3, 4]


async def test_what_may_be_lost_with_the_power_is_kept_as_well(db: Database) -> None:
    async with db.single(durable=False) as unit:
        assert await unit.execute(ADD, number=1) == 1
    assert await numbers(db) == [1]


async def test_a_unit_has_one_instant(db: Database, watch: Watch) -> None:
    async with db.writing() as unit:
        before = unit.now
        watch.advance(1000)
        assert unit.now == before
    async with db.reading() as unit:
        assert unit.now == before + 1000


async def test_what_is_not_committed_is_seen_by_nobody_else(db: Database) -> None:
    async with db.writing() as unit:
        await unit.execute(ADD, number=1)
        assert await numbers(db) == []
    assert await numbers(db) == [1]


async def test_reading_cannot_write(db: Database) -> None:
    with pytest.raises(StatementFailed, match=r"tests\.storage\.test_units\.ADD"):
        async with db.reading() as unit:
            await unit.execute(ADD, number=1)  # type: ignore[attr-defined]
    assert await numbers(db) == []


@pytest.mark.parametrize("how", ["writing", "single"])
async def test_a_second_row_under_a_unique_key_undoes_the_unit(db: Database, how: str) -> None:
    async with db.writing() as unit:
        await unit.execute(ADD, number=1)
    with pytest.raises(AlreadyThere) as refused:
        async with getattr(db, how)() as unit:
            await unit.execute(ADD, number=1)
    assert refused.value.status == 409
    async with db.writing() as unit:
        await unit.execute(ADD, number=2)
    assert await numbers(db) == [1, 2]


async def test_a_null_in_a_column_that_must_have_a_value_is_no_conflict_of_keys(db: Database) -> None:
    with pytest.raises(StatementFailed):
        async with db.writing() as unit:
            await unit.execute(ADD, number=1, at=None)
    assert await numbers(db) == []


@pytest.mark.parametrize("text", ["per_\0", "per_\ud800"])
async def test_a_text_that_is_none_is_the_mistake_of_whoever_sent_it(db: Database, text: str) -> None:
    for unit_of in (db.reading, db.writing, db.single, db.glance):
        with pytest.raises(ImpossibleText):
            async with unit_of() as unit:
                await history_of(unit, text)
    assert await numbers(db) == []


async def test_a_single_statement_and_its_event_are_one(db: Database) -> None:
    async with db.single() as unit:
        assert (await unit.fetch_one(ADD_RECORDED, number=1, **entry(unit.now))) is not None
    with pytest.raises(AlreadyThere):
        async with db.single() as unit:
            await unit.fetch_one(ADD_RECORDED, number=1, **entry(unit.now))
    async with db.single() as unit:
        twice = entry(unit.now)
        await unit.fetch_one(ADD_RECORDED, number=2, **twice)
    # The event is refused for its key; then the change must not stay either.
    with pytest.raises(AlreadyThere):
        async with db.single() as unit:
            await unit.fetch_one(ADD_RECORDED, number=3, **twice)
    assert await numbers(db) == [1, 2]
    async with db.reading() as unit:
        assert len(await unit.fetch(EVENTS)) == 2


async def test_a_reading_unit_looks_at_one_snapshot(db: Database) -> None:
    await add_all(db, 1)
    async with db.reading() as unit:
        assert len(await unit.fetch(ALL)) == 1
        await add_all(db, 2)
        assert len(await unit.fetch(ALL)) == 1
    async with db.reading() as unit:
        assert len(await unit.fetch(ALL)) == 2


async def test_a_reading_unit_that_raises_leaves_no_snapshot_behind(db: Database) -> None:
    async def look_and_raise() -> None:
        async with db.reading() as unit:
            await unit.fetch(ALL)
            raise KeyError

    for number in range(1, 6):
        with pytest.raises(KeyError):
            await look_and_raise()
        await add_all(db, number)
        async with db.glance() as unit:
            assert len(await unit.fetch(ALL)) == number


async def test_a_unit_that_looks_before_it_writes_is_not_undone_by_another_process(
    db: Database, database_url: str, watch: Watch
) -> None:
    other = open_database(database_url, watch)
    try:
        async with db.writing() as unit:
            assert await unit.fetch(ALL) == []
            # Beside it where the database has several writers, behind it where it has one.
            beside = asyncio.create_task(add_all(other, 2))
            await asyncio.wait([beside], timeout=0.5)
            await unit.execute(ADD, number=1)
        await beside
    finally:
        await other.close()
    assert await numbers(db) == [1, 2]


async def test_statements_are_counted(db: Database) -> None:
    await numbers(db)
    before = db.statements
    async with db.writing() as unit:
        await unit.execute(ADD, number=1)
    await numbers(db)
    assert db.statements == before + 2


async def test_who_leaves_in_the_middle_leaves_the_database_usable(db: Database) -> None:
    """Whether the cancelled unit counts is open when it was about to commit; that it is whole and over is not."""
    await numbers(db)

    async def write(number: int) -> None:
        async with db.writing() as unit:
            await unit.execute(ADD, number=number)
            await unit.execute(ADD, number=number + 1)

    for steps in range(16):
        first = steps * 10
        tasks = [asyncio.create_task(write(first))]
        for _ in range(steps):
            await asyncio.sleep(0)
        tasks[0].cancel()
        tasks += [asyncio.create_task(_single(db, first + more)) for more in (3, 4)]
        await asyncio.gather(*tasks, return_exceptions=True)
        ours = [number - first for number in await numbers(db) if number >= first]
        assert ours in ([3, 4], [0, 1, 3, 4]), steps


async def _single(db: Database, number: int) -> None:
    async with db.single() as unit:
        await unit.fetch_one(ADD_RECORDED, number=number, **entry(unit.now))


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@/nothing?host=/nonexistent", "postgresql://nobody@127.0.0.1:1/nothing"]
)
async def test_a_postgresql_that_is_away_is_unavailable(url: str, watch: Watch) -> None:
    database = open_database(url, watch)
    for how in ("reading", "single", "writing", "glance"):
        with pytest.raises(StorageUnavailable) as refused:
            async with getattr(database, how)() as unit:
                await unit.fetch(ALL)
        assert refused.value.status == 503
    await database.close()


async def test_a_sqlite_file_that_cannot_be_opened_is_unavailable(tmp_path: object, watch: Watch) -> None:
    database = open_database(f"sqlite:///{tmp_path}/no/such/folder.sqlite3", watch)
    for how in ("reading", "single", "writing", "glance"):
        with pytest.raises(StorageUnavailable):
            async with getattr(database, how)() as unit:
                await unit.fetch(ALL)
    await database.close()
