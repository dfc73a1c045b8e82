"""SQLite through aiosqlite: the embedded default. One writer, several readers, write-ahead log."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import aiosqlite

from vneid_idp.kernel.clock import Clock, Instant
from vneid_idp.storage import sqlite_errors as errors
from vneid_idp.storage.attempts import persevering, repeated, run_alone_again
from vneid_idp.storage.listeners import Listeners
from vneid_idp.storage.sqlite_file import make_private
from vneid_idp.storage.statement import Compiled, Statement
from vneid_idp.storage.unit import ImpossibleText, Reading, Row, StatementFailed, T, Unit

_READERS = 3


class SqliteUnit:
    """A unit on one connection. `once` is for units of one statement, `reading` for those that only look.

    A unit of one statement that was interrupted runs it again by itself.
    """

    __slots__ = ("_began", "_database", "_once", "_reading", "_spent", "connection", "failed", "now", "written")

    def __init__(
        self,
        database: "SqliteDatabase",
        connection: aiosqlite.Connection,
        now: Instant,
        *,
        once: bool = False,
        reading: bool = False,
    ) -> None:
        self._database = database
        self._once = once
        self._spent = False
        self._reading = reading
        self._began = asyncio.get_running_loop().time() if once else 0.0
        self.connection = connection
        self.now = now
        self.failed = False
        """Whether a statement failed: nothing of the transaction is kept then, as on PostgreSQL."""
        self.written: frozenset[str] = frozenset()
        """The tables that its statements change."""

    async def fetch(self, statement: Statement, **values: Any) -> list[Row]:
        """All rows of `statement`."""
        self._count(statement)
        try:
            return await self._fetch(statement, values)
        except Exception as error:
            failure = self._failure(error, statement.name)
        return await self._again(self._fetch, statement, values, failure)

    async def _fetch(self, statement: Statement, values: dict[str, Any]) -> list[Row]:
        if statement.sqlite_after is not None:
            return await self._fetch_and_then(statement, statement.sqlite_after, values)
        compiled = statement.sqlite()
        rows: Any = await self.connection.execute_fetchall(compiled.sql, _bound(compiled, values))
        return list(rows)

    async def _fetch_and_then(self, statement: Statement, after: Statement, values: dict[str, Any]) -> list[Row]:
        """Both halves of a statement that is one on PostgreSQL: all of it, or nothing."""
        first, second = statement.sqlite(), after.sqlite()
        alone = not self.connection.in_transaction
        try:
            if alone:
                await self.connection.execute_fetchall("BEGIN IMMEDIATE")
            rows: Any = list(await self.connection.execute_fetchall(first.sql, _bound(first, values)))
            for row in rows:
                given = {**values, **dict(row)}
                taken = {name: given[name] for name in second.parameters & given.keys()}
                await self.connection.execute_fetchall(second.sql, _bound(second, taken))
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
        self._count(statement)
        try:
            return await self._execute(statement, values)
        except Exception as error:
            failure = self._failure(error, statement.name)
        return await self._again(self._execute, statement, values, failure)

    async def _execute(self, statement: Statement, values: dict[str, Any]) -> int:
        compiled = statement.sqlite()
        async with self.connection.execute(compiled.sql, _bound(compiled, values)) as cursor:
            return cursor.rowcount

    async def execute_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run `statement` once for each of `rows`."""
        self._count(statement)
        try:
            compiled = statement.sqlite()
            await self.connection.executemany(compiled.sql, [_bound(compiled, row) for row in rows])
        except Exception as error:
            raise self._failure(error, statement.name) from error

    async def begin(self, sql: str) -> None:
        """Open the transaction with `sql`."""
        try:
            await self.connection.execute_fetchall(sql)
        except Exception as error:
            raise self._failure(error, sql) from error

    async def commit(self) -> None:
        """Keep the unit."""
        if self.failed:
            raise StatementFailed("COMMIT", "a unit went on after one of its statements had failed")
        try:
            await self.connection.execute_fetchall("COMMIT")
        except Exception as error:
            raise errors.commit_failed(error) from error

    async def _again(
        self,
        run: Callable[[Statement, dict[str, Any]], Awaitable[T]],
        statement: Statement,
        values: dict[str, Any],
        failure: Exception,
    ) -> T:
        """Run the one statement of this unit again, of which nothing was kept; else raise `failure`."""

        async def attempt() -> T:
            self.failed = False
            try:
                return await run(statement, values)
            except Exception as error:
                raise self._failure(error, statement.name) from error

        return await run_alone_again(attempt, failure, alone=self._once, since=self._began)

    def _count(self, statement: Statement) -> None:
        self._database.statements += 1
        if self.failed:
            # After some errors SQLite has rolled back by itself: the next statement would be kept alone.
            raise StatementFailed(statement.name, "in a unit of which a statement had failed")
        if self._once:
            if self._spent:
                raise StatementFailed(statement.name, "a second statement in a unit of one")
            self._spent = True
        if written := statement.writes:
            self.written |= written

    def _failure(self, error: Exception, statement: str) -> Exception:
        self.failed = True
        failure = errors.translated(error, statement, reading=self._reading)
        if failure is not error:
            failure.__cause__ = error
        return failure


def _bound(compiled: Compiled, values: Mapping[str, Any]) -> list[Any]:
    """The arguments of a statement.

    Texts are looked at here: SQLite would keep a null character, which PostgreSQL does not know, and for half a pair of
    surrogates Python's module may report the error of the statement before.
    """
    arguments = compiled.arguments(values)
    for value in arguments:
        if isinstance(value, str):
            try:
                possible = b"\0" not in value.encode()
            except UnicodeEncodeError:
                possible = False
            if not possible:
                raise ImpossibleText
    return arguments


class SqliteDatabase:
    """One SQLite file."""

    name = "sqlite"

    def __init__(self, path: Path, clock: Clock) -> None:
        self.statements = 0
        self._listeners = Listeners()
        self._path = path
        self._clock = clock
        self._writer: aiosqlite.Connection | None = None
        self._writing = asyncio.Lock()
        self._readers: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        self._opening = asyncio.Lock()

    async def _connect(self, *, read_only: bool) -> aiosqlite.Connection:
        make_private(self._path)
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
        pragmas = ["busy_timeout = 10000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"]
        try:
            for pragma in [*pragmas, "query_only = ON"] if read_only else pragmas:
                await connection.execute_fetchall(f"PRAGMA {pragma}")
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _opened(self) -> aiosqlite.Connection:
        async with self._opening:
            if self._writer is None:
                self._writer = await persevering(self._open_all)
            return self._writer

    async def _open_all(self) -> aiosqlite.Connection:
        """Connect the readers and the writer, or nothing: another program may have the file to itself for a moment."""
        opened: list[aiosqlite.Connection] = []
        try:
            for number in range(1 + _READERS):
                opened.append(await self._connect(read_only=number > 0))
        except sqlite3.Error as error:
            for connection in opened:
                await connection.close()
            raise errors.translated(error, "opening the database") from error
        for reader in opened[1:]:
            self._readers.put_nowait(reader)
        return opened[0]

    async def transact(self, work: Callable[[Unit], Awaitable[T]], *, durable: bool = True) -> T:
        """See `Database.transact`."""
        return await repeated(lambda: self.writing(durable=durable), work)

    @asynccontextmanager
    async def writing(self, *, durable: bool = True) -> AsyncIterator[Unit]:
        """See `Database.writing`. `IMMEDIATE` takes the write lock first, so that no unit fails half way for it."""
        writer = self._writer or await self._opened()
        async with self._writing:
            unit = SqliteUnit(self, writer, self._clock.now())
            try:
                await unit.begin("BEGIN IMMEDIATE")
                yield unit
                await unit.commit()
            except BaseException:
                # Also when the caller is cancelled while BEGIN or COMMIT is still on its way to the connection's
                # thread, and when a COMMIT fails, which leaves the transaction open.
                await writer.rollback()
                raise
            finally:
                self._listeners.tell(unit.written)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Reading]:
        """See `Database.reading`. The first statement takes the snapshot."""
        async with self._reader() as reader:
            unit = SqliteUnit(self, reader, self._clock.now(), reading=True)
            try:
                await unit.begin("BEGIN")
                yield unit
            finally:
                await reader.rollback()

    @asynccontextmanager
    async def single(self, *, durable: bool = True) -> AsyncIterator[Unit]:
        """See `Database.single`."""
        writer = self._writer or await self._opened()
        async with self._writing:
            unit = SqliteUnit(self, writer, self._clock.now(), once=True)
            try:
                yield unit
            finally:
                self._listeners.tell(unit.written)

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[Reading]:
        """See `Database.glance`."""
        async with self._reader() as reader:
            yield SqliteUnit(self, reader, self._clock.now(), once=True, reading=True)

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[aiosqlite.Connection]:
        if self._writer is None:
            await self._opened()
        reader = await self._readers.get()
        try:
            yield reader
        finally:
            self._readers.put_nowait(reader)

    def on_write(self, tables: Collection[str], call: Callable[[], None]) -> None:
        """See `Database.on_write`."""
        self._listeners.add(tables, call)

    async def close(self) -> None:
        """See `Database.close`."""
        while not self._readers.empty():
            await self._readers.get_nowait().close()
        if self._writer is not None:
            await self._writer.close()
            self._writer = None
