"""Each class of database error is what it is, on both databases: a bug, an outage, a refusal that was foreseen."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import asyncpg
import pytest
from sqlalchemy import bindparam, select, text

from tests.support.postgres import Cluster
from tests.support.watch import Watch
from vneid_idp.keys.tables import keys
from vneid_idp.storage import postgresql_errors, sqlite_errors
from vneid_idp.storage.database import open_database
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import (
    AlreadyThere,
    Database,
    ImpossibleText,
    Interrupted,
    OutcomeUnknown,
    StatementFailed,
    StorageUnavailable,
    Unit,
)

VALUE = "per_secret"
ADD = Statement(
    insert(keys).values(
        kind=bindparam("kind"), generation=bindparam("number"), kid="k", announced_at=0, activate_at=bindparam("at")
    )
)
NO_TABLE = Statement(text("SELECT 1 AS one FROM nowhere WHERE x = :value").bindparams(bindparam("value")))
NO_SQL = Statement(text("SELEKT 'per_secret'"))
FIND = {"by kind": Statement(select(keys.c.kid).where(keys.c.kind == bindparam("kind")))}

GOOD: dict[str, Any] = {"kind": VALUE, "number": 1, "at": 0}


async def failure(db: Database, way: str, statement: Statement, **values: Any) -> Exception:
    opened: Callable[[], AbstractAsyncContextManager[Unit]] = getattr(db, way)
    with pytest.raises(Exception) as caught:  # noqa: PT011 which one it is, the caller asks
        async with opened() as unit:
            await unit.execute(statement, **values)
    return caught.value


@pytest.mark.parametrize("way", ["writing", "single"])
@pytest.mark.parametrize(
    ("statement", "values", "name"),
    [
        (NO_TABLE, {"value": VALUE}, "NO_TABLE"),
        (NO_SQL, {}, "NO_SQL"),
        (ADD, GOOD | {"at": None}, "ADD"),
        (ADD, GOOD | {"number": 2**70}, "ADD"),
        (ADD, GOOD | {"at": [VALUE]}, "ADD"),
        (ADD, GOOD | {"more": VALUE}, "ADD"),
        (ADD, {"kind": VALUE, "number": 1}, "ADD"),
        (FIND["by kind"], {"wrong": VALUE}, "FIND[by kind]"),
    ],
    ids=["table", "sql", "null", "overflow", "kind of value", "unknown", "missing", "in a table"],
)
async def test_a_wrong_statement_is_a_bug_that_says_its_name_and_no_value(
    db: Database, way: str, statement: Statement, values: dict[str, Any], name: str
) -> None:
    error = await failure(db, way, statement, **values)
    assert isinstance(error, StatementFailed)
    assert error.statement == f"tests.storage.test_errors.{name}"
    assert VALUE not in str(error)
    assert "SEL" not in str(error)
    # Whoever comes next finds a whole connection.
    async with db.writing() as unit:
        assert await unit.execute(ADD, **GOOD) == 1


async def test_what_was_foreseen_is_no_bug(db: Database) -> None:
    async with db.writing() as unit:
        await unit.execute(ADD, **GOOD)
    for way in ("writing", "single"):
        assert isinstance(await failure(db, way, ADD, **GOOD), AlreadyThere)
        for impossible in ("\0", "\ud800"):
            assert isinstance(await failure(db, way, ADD, **GOOD | {"kind": impossible}), ImpossibleText)


async def test_a_unit_of_one_statement_refuses_a_second(db: Database) -> None:
    for opened in (db.single, db.glance):
        async with opened() as unit:
            await unit.fetch(FIND["by kind"], kind="x")
            with pytest.raises(StatementFailed, match="second statement"):
                await unit.fetch(FIND["by kind"], kind="x")


async def test_a_full_house_is_an_outage(postgresql_cluster: Cluster, postgresql_url: str, watch: Watch) -> None:
    name = postgresql_url.split("@/")[1].split("?")[0]
    postgresql_cluster.run("CREATE ROLE guest LOGIN")
    postgresql_cluster.run(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
    database = open_database(postgresql_url.replace("postgres@", "guest@"), watch)
    with pytest.raises(StorageUnavailable) as refused:
        async with database.glance() as unit:
            await unit.fetch(FIND["by kind"], kind="x")
    assert not isinstance(refused.value, Interrupted)
    await database.close()
    postgresql_cluster.run("DROP ROLE guest")


async def test_a_full_disk_is_an_outage_of_sqlite(sqlite_url: str, watch: Watch) -> None:
    database = open_database(sqlite_url, watch)
    async with database.glance() as unit:
        await unit.fetch(FIND["by kind"], kind="x")
    pages = Statement(text("PRAGMA max_page_count = 1"))
    async with database.single() as unit:
        await unit.fetch(pages)

    async def fill(unit: Unit) -> None:
        for number in range(200):
            await unit.execute(ADD, kind="k" * 4000, number=number, at=0)

    with pytest.raises(StorageUnavailable) as refused:
        await database.transact(fill)
    assert refused.value.status == 503
    assert isinstance(refused.value.__cause__, sqlite3.OperationalError)
    async with database.glance() as unit:
        assert await unit.fetch(FIND["by kind"], kind="k" * 4000) == []
    await database.close()


async def test_a_lock_that_nobody_gives_back_is_an_outage_of_sqlite(sqlite_url: str, watch: Watch) -> None:
    ours, others = open_database(sqlite_url, watch), open_database(sqlite_url, watch)
    async with ours.single() as unit:
        await unit.fetch(Statement(text("PRAGMA busy_timeout = 0")))
    async with others.writing():
        with pytest.raises(Interrupted):
            async with ours.writing():
                pass
    await asyncio.gather(ours.close(), others.close())


async def test_a_deadlock_and_a_serialization_failure_can_be_run_again() -> None:
    for error in (asyncpg.DeadlockDetectedError(), asyncpg.SerializationError()):
        for kept in (True, False):
            assert isinstance(of_postgresql(error, kept=kept), Interrupted)


def of_postgresql(error: Exception, *, closed: bool = False, reading: bool = False, kept: bool = False) -> Exception:
    return postgresql_errors.translated(error, "statement", closed=closed, reading=reading, kept=kept)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.TooManyConnectionsError(),
        asyncpg.DiskFullError(),
        asyncpg.OutOfMemoryError(),
        asyncpg.QueryCanceledError(),
        asyncpg.LockNotAvailableError(),
        asyncpg.PostgresSystemError(),
        TimeoutError(),
    ],
)
def test_outages_of_postgresql(error: Exception) -> None:
    found = of_postgresql(error)
    assert isinstance(found, StorageUnavailable)
    assert not isinstance(found, Interrupted)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        BrokenPipeError(),
        asyncpg.AdminShutdownError(),
        asyncpg.CrashShutdownError(),
        asyncpg.CannotConnectNowError(),
        asyncpg.ConnectionDoesNotExistError(),
        asyncpg.ConnectionFailureError(),
    ],
)
def test_a_lost_connection_leaves_open_only_what_is_its_own_transaction(error: Exception) -> None:
    assert postgresql_errors.is_lost(error, closed=False)
    assert isinstance(of_postgresql(error), Interrupted)
    assert isinstance(of_postgresql(error, kept=True), OutcomeUnknown)


def test_a_connection_that_was_closed_before_lost_nothing() -> None:
    error = asyncpg.InterfaceError("connection is closed")
    assert isinstance(of_postgresql(error, closed=True, kept=True), Interrupted)
    farewell = asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress")
    assert postgresql_errors.is_lost(farewell, closed=False)
    assert isinstance(of_postgresql(farewell, kept=True), Interrupted)
    assert isinstance(postgresql_errors.commit_failed(farewell, closed_before=False), Interrupted)
    assert isinstance(of_postgresql(error, kept=True), StatementFailed)


def test_a_standby_is_asked_no_more_and_a_writing_reader_is_a_bug() -> None:
    error = asyncpg.ReadOnlySQLTransactionError()
    assert isinstance(of_postgresql(error), Interrupted)
    assert isinstance(of_postgresql(error, reading=True), StatementFailed)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SQLITE_BUSY_SNAPSHOT", Interrupted),
        ("SQLITE_LOCKED", Interrupted),
        ("SQLITE_IOERR_WRITE", StorageUnavailable),
        ("SQLITE_CANTOPEN", StorageUnavailable),
        ("SQLITE_CORRUPT", StorageUnavailable),
        ("SQLITE_READONLY_DBMOVED", StorageUnavailable),
        ("SQLITE_ERROR", StatementFailed),
        ("SQLITE_MISMATCH", StatementFailed),
        ("", StatementFailed),
    ],
)
def test_errors_of_sqlite(name: str, expected: type[Exception]) -> None:
    error = sqlite3.OperationalError("about per_secret")
    error.sqlite_errorname = name
    found = sqlite_errors.translated(error, "statement")
    assert type(found) is expected
    assert "per_secret" not in str(found)


def test_a_commit_that_broke_on_the_disk_is_unknown() -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_FSYNC"
    assert isinstance(sqlite_errors.commit_failed(error), OutcomeUnknown)
