"""SQLite through aiosqlite: the embedded default. One writer, several readers, write-ahead log."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import aiosqlite

from vneid_idp.kernel.clock import Clock, Instant
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import AlreadyThere, Reading, Row, StorageUnavailable, Unit

_READERS = 3
_DUPLICATES = ("SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE")


class SqliteUnit:
    """A unit on one connection."""

    __slots__ = ("_database", "connection", "now")

    def __init__(self, database: "SqliteDatabase", connection: aiosqlite.Connection, now: Instant) -> None:
        self._database = database
        self.connection = connection
        self.now = now

    async def fetch(self, statement: Statement, **values: Any) -> list[Row]:
        """All rows of `statement`."""
        self._database.statements += 1
        if statement.sqlite_after is not None:
            return await self._fetch_and_then(statement, statement.sqlite_after, values)
        compiled = statement.sqlite()
        rows: Any = await self.connection.execute_fetchall(compiled.sql, compiled.arguments(values))
        return list(rows)

    async def _fetch_and_then(self, statement: Statement, after: Statement, values: dict[str, Any]) -> list[Row]:
        """Both halves of a statement that is one on PostgreSQL: all of it, or nothing."""
        first, second = statement.sqlite(), after.sqlite()
        alone = not self.connection.in_transaction
        try:
            if alone:
                await self.connection.execute_fetchall("BEGIN IMMEDIATE")
            rows: Any = list(await self.connection.execute_fetchall(first.sql, first.arguments(values)))
            for row in rows:
                await self.connection.execute_fetchall(second.sql, second.arguments({**values, **dict(row)}))
            if alone:
                await self.connection.execute_fetchall("COMMIT")
        except BaseException:
            if alone:
                await self.connection.rollback()
            raise
        return cast("list[Row]", rows)

    async def fetch_one(self, statement: Statement, **values: Any) -> Row | None:
        """The first row of `statement`, or nothing."""
        rows = await self.fetch(statement, **values)
        return rows[0] if rows else None

    async def execute(self, statement: Statement, **values: Any) -> int:
        """Run `statement`; the number of rows that it changed."""
        if statement.sqlite_after is not None:
            return len(await self.fetch(statement, **values))
        self._database.statements += 1
        compiled = statement.sqlite()
        async with self.connection.execute(compiled.sql, compiled.arguments(values)) as cursor:
            return cursor.rowcount

    async def execute_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run `statement` once for each of `rows`."""
        self._database.statements += 1
        compiled = statement.sqlite()
        await self.connection.executemany(compiled.sql, [compiled.arguments(dict(row)) for row in rows])


class SqliteDatabase:
    """One SQLite file."""

    name = "sqlite"

    def __init__(self, path: Path, clock: Clock) -> None:
        self.statements = 0
        self._path = path
        self._clock = clock
        self._writer: aiosqlite.Connection | None = None
        self._writing = asyncio.Lock()
        self._readers: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        self._opening = asyncio.Lock()

    async def _connect(self, *, read_only: bool) -> aiosqlite.Connection:
        connection = aiosqlite.connect(self._path, isolation_level=None)
        try:
            await connection
        except sqlite3.Error:
            # aiosqlite tells the thread of a failed connection to stop and does not wait for it: the thread would
            # report to a loop that may be gone by then.
            await asyncio.to_thread(connection._thread.join)
            raise
        connection.row_factory = sqlite3.Row
        # FULL: an acknowledged commit outlives the power, not only the process.
        for pragma in ("busy_timeout = 10000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            await connection.execute_fetchall(f"PRAGMA {pragma}")
        if read_only:
            await connection.execute_fetchall("PRAGMA query_only = ON")
        return connection

    async def _opened(self) -> aiosqlite.Connection:
        async with self._opening:
            if self._writer is None:
                writer = await self._connect(read_only=False)
                for _ in range(_READERS):
                    self._readers.put_nowait(await self._connect(read_only=True))
                self._writer = writer
            return self._writer

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            # Some errors come from the module itself and have no code.
            if getattr(error, "sqlite_errorname", "") in _DUPLICATES:
                raise AlreadyThere from error
            raise StorageUnavailable from error

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Reading]:
        """See `Database.reading`."""
        async with self._translated():
            await self._opened()
            connection = await self._readers.get()
            try:
                yield SqliteUnit(self, connection, self._clock.now())
            finally:
                self._readers.put_nowait(connection)

    @asynccontextmanager
    async def single(self) -> AsyncIterator[Unit]:
        """See `Database.single`."""
        async with self._translated():
            writer = self._writer or await self._opened()
            async with self._writing:
                yield SqliteUnit(self, writer, self._clock.now())

    @asynccontextmanager
    async def writing(self, *, durable: bool = True) -> AsyncIterator[Unit]:
        """See `Database.writing`. `IMMEDIATE` takes the write lock first, so that no unit fails half way for it."""
        async with self._translated():
            writer = self._writer or await self._opened()
            async with self._writing:
                try:
                    await writer.execute_fetchall("BEGIN IMMEDIATE")
                    yield SqliteUnit(self, writer, self._clock.now())
                    await writer.execute_fetchall("COMMIT")
                except BaseException:
                    # Also when the caller is cancelled while BEGIN or COMMIT is still on its way to the connection's
                    # thread, and when a COMMIT fails, which leaves the transaction open.
                    await writer.rollback()
                    raise

    async def close(self) -> None:
        """See `Database.close`."""
        while not self._readers.empty():
            await self._readers.get_nowait().close()
        if self._writer is not None:
            await self._writer.close()
            self._writer = None
