"""Connections to PostgreSQL: lent to one at a time, and never again after something was left running on them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import bindparam, func, select

from tests.support.watch import Watch
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage import connections, postgresql
from vneid_idp.storage.postgresql import PostgresqlDatabase
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import OutcomeUnknown, Reading, StatementFailed, StorageUnavailable

_PID = Statement(select(func.pg_backend_pid().label("pid")))
_SLEEP = Statement(select(func.pg_sleep(3600)))
_END = Statement(select(func.pg_terminate_backend(bindparam("pid"))))
_FAIL = Statement(select(func.pg_terminate_backend(func.nonsense())))
_MOST = 2


@pytest.fixture
async def database(postgresql_url: str, watch: Watch) -> AsyncIterator[PostgresqlDatabase]:
    """A database that may be reached by two connections."""
    opened = PostgresqlDatabase(postgresql_url, watch, connections=_MOST)
    yield opened
    await opened.close()


async def pid_of(database: PostgresqlDatabase) -> int:
    async with database.reading() as unit:
        row = await unit.fetch_one(_PID)
    assert row is not None
    return int(row["pid"])


async def sleep(database: PostgresqlDatabase, kind: str) -> None:
    async with getattr(database, kind)() as unit:
        await unit.fetch(_SLEEP)


async def test_the_last_connection_is_lent_first(database: PostgresqlDatabase) -> None:
    async with database.reading():
        other = await pid_of(database)
    first = await pid_of(database)
    assert first != other
    assert {await pid_of(database) for _ in range(3)} == {first}


@pytest.mark.parametrize("kind", ["reading", "single", "writing", "glance"])
async def test_a_cancelled_statement_takes_its_connection_along(database: PostgresqlDatabase, kind: str) -> None:
    before = await pid_of(database)
    task = asyncio.create_task(sleep(database, kind))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await pid_of(database) != before
    # The server stops the statement too, and both places are free again.
    await asyncio.wait_for(database.connections.close(), 60)
    assert not database.connections._room.locked()


@pytest.mark.parametrize("kind", ["reading", "single", "writing", "glance"])
async def test_a_statement_out_of_time_takes_its_connection_along(
    database: PostgresqlDatabase, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "_LONGEST_STATEMENT_SECONDS", 0.2)
    before = await pid_of(database)
    # What is its own transaction may have been kept.
    with pytest.raises(OutcomeUnknown if kind == "single" else StorageUnavailable):
        async with getattr(database, kind)() as unit:
            await unit.fetch(_SLEEP)
    assert await pid_of(database) != before


@pytest.mark.parametrize("kind", ["reading", "single", "writing", "glance"])
async def test_a_refusal_keeps_the_connection(database: PostgresqlDatabase, kind: str) -> None:
    before = await pid_of(database)
    with pytest.raises(DomainError):
        async with getattr(database, kind)():
            raise DomainError
    with pytest.raises(StatementFailed):
        async with getattr(database, kind)() as unit:
            await unit.fetch(_FAIL)
    assert await pid_of(database) == before


async def test_a_connection_that_the_server_closed_is_replaced(database: PostgresqlDatabase) -> None:
    async with database.reading() as unit:
        resting = await pid_of(database)
        await unit.fetch(_END, pid=resting)
        await asyncio.sleep(0.05)
        assert await pid_of(database) != resting


async def test_a_connection_that_breaks_in_use_is_replaced(database: PostgresqlDatabase) -> None:
    async def break_it(other: Reading) -> None:
        async with database.writing() as unit:
            await other.fetch(_END, pid=before)
            # The server ends it when it gets to it: until then the statement, and COMMIT after it, could still pass.
            await asyncio.sleep(0.1)
            await unit.fetch(_PID)

    async with database.reading() as other:
        before = await pid_of(database)
        with pytest.raises(StorageUnavailable):
            await break_it(other)
        assert await pid_of(database) != before


async def test_callers_wait_for_a_free_connection(database: PostgresqlDatabase) -> None:
    async def hold() -> int:
        async with database.reading() as unit:
            row = await unit.fetch_one(_PID)
            await asyncio.sleep(0.01)
        assert row is not None
        return int(row["pid"])

    assert len(set(await asyncio.gather(*(hold() for _ in range(5 * _MOST))))) == _MOST


async def test_who_waits_too_long_is_told(database: PostgresqlDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_PATIENCE_SECONDS", 0.05)
    async with database.reading(), database.reading():
        with pytest.raises(StorageUnavailable):
            await pid_of(database)
    assert await pid_of(database)


async def test_who_waits_and_goes_away_takes_no_place_along(database: PostgresqlDatabase) -> None:
    async with database.reading(), database.reading():
        waiting = asyncio.create_task(pid_of(database))
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with database.reading(), database.reading():
        pass


async def test_a_connection_that_cannot_be_opened_takes_no_place_along(watch: Watch) -> None:
    database = PostgresqlDatabase("postgresql:///nothing?host=/nowhere", watch, connections=1)
    for _ in range(2):
        with pytest.raises(StorageUnavailable):
            await asyncio.wait_for(pid_of(database), 5)


async def test_a_connection_that_rested_long_is_not_trusted(
    database: PostgresqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await pid_of(database)
    monkeypatch.setattr(connections, "_LONGEST_REST_SECONDS", 0)
    assert await pid_of(database) != before


async def test_closing_leaves_none_open(database: PostgresqlDatabase, postgresql_url: str, watch: Watch) -> None:
    async with database.reading() as lent:
        await pid_of(database)
        await database.close()
    await asyncio.sleep(0.05)
    held: Any = lent
    assert held.connection.is_closed()
    watcher = PostgresqlDatabase(postgresql_url, watch, connections=1)
    async with watcher.reading() as unit:
        rows = await unit.connection.fetch(  # type: ignore[attr-defined]
            "SELECT pid FROM pg_stat_activity "
            "WHERE application_name = 'vneid_idp' AND datname = current_database() AND pid <> pg_backend_pid()"
        )
    await watcher.close()
    assert rows == []


@pytest.mark.parametrize("kind", ["reading", "single", "glance"])
async def test_a_server_that_comes_up_is_waited_for(database: PostgresqlDatabase, kind: str) -> None:
    connect = database.connections._connect
    refusals = [ConnectionRefusedError(), asyncpg.CannotConnectNowError("starting up"), ConnectionResetError()]

    async def connecting() -> Any:
        if refusals:
            raise refusals.pop()
        return await connect()

    database.connections._connect = connecting
    async with getattr(database, kind)() as unit:
        assert await unit.fetch(_PID)
    assert refusals == []


class Dead:
    """A connection of which nobody has noticed that it is lost, until something is asked of it."""

    def __init__(self, connection: Any, error: Exception) -> None:
        self._connection, self._error, self._lost = connection, error, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def is_closed(self) -> bool:
        return self._lost

    async def fetch(self, sql: str, *arguments: Any) -> Any:
        self._lost = True
        raise self._error

    execute = fetch


@pytest.mark.parametrize(
    ("kind", "error", "survives"),
    [
        ("reading", ConnectionResetError(), True),
        ("glance", asyncpg.ConnectionDoesNotExistError(), True),
        ("single", asyncpg.InterfaceError("connection is closed"), True),
        # It may have arrived, and may have been done.
        ("single", asyncpg.ConnectionDoesNotExistError(), False),
    ],
)
async def test_connections_found_dead_before_anything_was_done_are_replaced(
    database: PostgresqlDatabase, kind: str, error: Exception, survives: bool
) -> None:
    connect, dead = database.connections._connect, 2

    async def connecting() -> Any:
        nonlocal dead
        dead -= 1
        return Dead(await connect(), error) if dead >= 0 else await connect()

    database.connections._connect = connecting

    async def look() -> None:
        async with getattr(database, kind)() as unit:
            assert await unit.fetch(_PID)

    if survives:
        await look()
    else:
        with pytest.raises(OutcomeUnknown):
            await look()
    # Whatever happened, every place came free again.
    async with database.reading(), database.reading():
        pass
