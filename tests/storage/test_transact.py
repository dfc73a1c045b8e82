"""`Database.transact`: what the database undid through no fault of its own is done again, and nothing else is."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from sqlalchemy import bindparam, func, select, text, update

from tests.support.key_rows import ADD, COUNT, TOUCH, numbers
from tests.support.watch import Watch
from vneid_idp.keys.tables import keys
from vneid_idp.storage import attempts
from vneid_idp.storage.database import open_database
from vneid_idp.storage.postgresql import PostgresqlDatabase, PostgresqlUnit
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import (
    AlreadyThere,
    Database,
    Interrupted,
    OutcomeUnknown,
    StatementFailed,
    StorageUnavailable,
    Unit,
)

RAISE_COUNT = Statement(
    update(keys).where(keys.c.generation == bindparam("number")).values(activate_at=bindparam("to"))
)
_PID = Statement(select(func.pg_backend_pid().label("pid")))
_END = Statement(select(func.pg_terminate_backend(bindparam("pid"))))
_SERIALIZABLE = Statement(text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
_READ_ONLY = Statement(text("SET TRANSACTION READ ONLY"))

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def add(db: Database, *wanted: int) -> None:
    async with db.writing() as unit:
        await unit.execute_many(ADD, [{"number": number, "at": 0} for number in wanted])


class Work:
    """Adds row 1, after failing as often as it is told to."""

    def __init__(self, failures: int, fail: Callable[[Unit], Awaitable[object]]) -> None:
        self.failures = failures
        self.fail = fail
        self.instants: list[int] = []

    async def __call__(self, unit: Unit) -> str:
        self.instants.append(unit.now)
        await unit.execute(ADD, number=1, at=0)
        if len(self.instants) <= self.failures:
            await self.fail(unit)
        return "done"


async def interrupt(unit: Unit) -> None:
    raise Interrupted


async def test_what_the_work_returns_comes_back_once_it_is_kept(db: Database) -> None:
    work = Work(0, interrupt)
    assert await db.transact(work) == "done"
    assert await numbers(db) == [1]
    assert len(work.instants) == 1


async def test_an_interrupted_unit_runs_again_in_its_own_time(db: Database, watch: Watch) -> None:
    async def later(unit: Unit) -> None:
        watch.advance(1_000)
        raise Interrupted

    work = Work(2, later)
    assert await db.transact(work, durable=False) == "done"
    assert await numbers(db) == [1]
    assert [instant - work.instants[0] for instant in work.instants] == [0, 1_000, 2_000]


async def test_there_is_an_end_to_it(db: Database) -> None:
    work = Work(99, interrupt)
    with pytest.raises(StorageUnavailable):
        await db.transact(work)
    assert len(work.instants) == attempts.ATTEMPTS
    assert await numbers(db) == []


async def test_who_waited_long_is_not_made_to_wait_again(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_PATIENCE_SECONDS", -1)
    work = Work(1, interrupt)
    with pytest.raises(StorageUnavailable):
        await db.transact(work)
    assert len(work.instants) == 1


@pytest.mark.parametrize("error", [AlreadyThere, StorageUnavailable, OutcomeUnknown, KeyError])
async def test_what_would_fail_again_is_not_repeated(db: Database, error: type[Exception]) -> None:
    async def fail(unit: Unit) -> None:
        raise error

    work = Work(1, fail)
    with pytest.raises(error):
        await db.transact(work)
    assert len(work.instants) == 1
    assert await numbers(db) == []


async def test_a_unit_that_went_on_after_a_failure_is_not_kept(db: Database) -> None:
    await add(db, 1)

    async def careless(unit: Unit) -> None:
        try:
            await unit.execute(ADD, number=1, at=0)
        except AlreadyThere:
            return

    with pytest.raises(StatementFailed, match="went on after"):
        await db.transact(careless)

    async def stubborn(unit: Unit) -> None:
        await careless(unit)
        await unit.execute(ADD, number=2, at=0)

    with pytest.raises(StatementFailed, match="ADD"):
        await db.transact(stubborn)
    assert await numbers(db) == [1]


async def test_parallel_counting_loses_nothing(db: Database) -> None:
    """Read, add, write: right only where every unit that another overtook runs again."""
    await add(db, 1)

    async def count(unit: Unit) -> None:
        if db.name == "postgresql":
            await unit.fetch(_SERIALIZABLE)
        row = await unit.fetch_one(COUNT, number=1)
        assert row is not None
        await unit.execute(RAISE_COUNT, number=1, to=row["activate_at"] + 1)

    await asyncio.gather(*(db.transact(count) for _ in range(3)))
    async with db.reading() as unit:
        row = await unit.fetch_one(COUNT, number=1)
    assert row is not None
    assert row["activate_at"] == 3


@on_postgresql
async def test_two_units_that_lock_each_other_out_both_succeed(db: Database) -> None:
    await add(db, 1, 2)
    runs = 0

    def touching(first: int, second: int) -> Callable[[Unit], Awaitable[None]]:
        async def touch(unit: Unit) -> None:
            nonlocal runs
            runs += 1
            await unit.execute(TOUCH, number=first)
            await asyncio.sleep(0.1)
            await unit.execute(TOUCH, number=second)

        return touch

    await asyncio.gather(db.transact(touching(1, 2)), db.transact(touching(2, 1)))
    assert runs == 3


@on_postgresql
async def test_a_connection_lost_on_the_way_is_replaced(db: Database) -> None:
    async def cut(unit: Unit) -> None:
        row = await unit.fetch_one(_PID)
        assert row is not None
        async with db.single() as other:
            await other.fetch(_END, pid=row["pid"])
        await asyncio.sleep(0.05)

    work = Work(2, cut)
    assert await db.transact(work) == "done"
    assert await numbers(db) == [1]
    assert len(work.instants) == 3


@on_postgresql
async def test_a_server_that_may_not_write_any_more_is_asked_again(db: Database) -> None:
    async def demote(unit: Unit) -> None:
        await unit.fetch(_READ_ONLY)
        await unit.execute(ADD, number=2, at=0)

    work = Work(1, demote)
    assert await db.transact(work) == "done"
    assert await numbers(db) == [1]


async def test_a_refused_connection_is_tried_again(watch: Watch, postgresql_url: str) -> None:
    database = open_database(postgresql_url, watch)
    assert isinstance(database, PostgresqlDatabase)
    connect, refused = database.connections._connect, iter((ConnectionRefusedError, asyncpg.CannotConnectNowError))

    async def connecting() -> Any:
        if error := next(refused, None):
            raise error
        return await connect()

    database.connections._connect = connecting
    assert await database.transact(Work(0, interrupt)) == "done"
    await database.close()


class Deaf:
    """A connection whose answer to COMMIT is lost."""

    def __init__(self, connection: Any, error: Exception, kept: bool) -> None:
        self._connection, self._error, self._kept = connection, error, kept

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def execute(self, sql: str, *arguments: Any) -> Any:
        if sql != "COMMIT":
            return await self._connection.execute(sql, *arguments)
        if self._kept:
            await self._connection.execute(sql)
        raise self._error


@on_postgresql
@pytest.mark.parametrize(
    "error",
    [ConnectionResetError, TimeoutError, asyncpg.ConnectionDoesNotExistError, asyncpg.AdminShutdownError],
)
@pytest.mark.parametrize("kept", [True, False])
async def test_a_commit_whose_answer_is_lost_is_not_repeated(db: Database, error: type[Exception], kept: bool) -> None:
    async def deafen(unit: Unit) -> None:
        assert isinstance(unit, PostgresqlUnit)
        unit.connection = Deaf(unit.connection, error(), kept)

    work = Work(1, deafen)
    with pytest.raises(OutcomeUnknown) as refused:
        await db.transact(work)
    assert len(work.instants) == 1
    assert (refused.value.status, "ask before you repeat" in refused.value.title) == (503, True)
    assert await numbers(db) == ([1] if kept else [])


@on_postgresql
async def test_a_commit_that_the_server_refuses_is_repeated(db: Database) -> None:
    async def refuse(unit: Unit) -> None:
        assert isinstance(unit, PostgresqlUnit)
        unit.connection = Deaf(unit.connection, asyncpg.SerializationError(), False)

    work = Work(1, refuse)
    assert await db.transact(work) == "done"
    assert await numbers(db) == [1]


async def test_a_second_program_at_the_sqlite_file_is_waited_for(sqlite_url: str, watch: Watch) -> None:
    ours, others = open_database(sqlite_url, watch), open_database(sqlite_url, watch)
    await numbers(ours)
    assert ours._writer is not None  # type: ignore[attr-defined]
    await ours._writer.execute_fetchall("PRAGMA busy_timeout = 0")  # type: ignore[attr-defined]
    async with others.writing() as unit:
        await unit.execute(ADD, number=2, at=0)
        waiting = asyncio.create_task(ours.transact(Work(0, interrupt)))
        await asyncio.sleep(0.05)
    assert await waiting == "done"
    assert await numbers(ours) == [1, 2]
    await ours.close()
    await others.close()
