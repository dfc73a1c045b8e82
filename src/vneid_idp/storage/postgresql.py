"""PostgreSQL through asyncpg."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Any

import asyncpg

from vneid_idp.kernel.clock import Clock, Instant
from vneid_idp.storage import postgresql_errors as errors
from vneid_idp.storage.attempts import repeated
from vneid_idp.storage.connections import Connections
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading, Row, StatementFailed, T, Unit

_LONGEST_STATEMENT_SECONDS = 10
_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class PostgresqlUnit:
    """A unit on one connection. `once` is for units of one statement, `reading` for those that only look."""

    __slots__ = ("_database", "_once", "_reading", "_spent", "connection", "failed", "now", "sound")

    def __init__(
        self, database: "PostgresqlDatabase", connection: Any, now: Instant, *, once: bool, reading: bool
    ) -> None:
        self._database = database
        self._once = once
        self._spent = False
        self._reading = reading
        self.connection = connection
        self.now = now
        self.failed = False
        """Whether a statement failed: PostgreSQL then keeps nothing of the transaction."""
        self.sound = True
        """Whether the connection can be used for another unit."""

    async def fetch(self, statement: Statement, **values: Any) -> list[Row]:
        """All rows of `statement`."""
        self._count(statement)
        try:
            compiled = statement.postgresql()
            rows: list[Row] = await self.connection.fetch(compiled.sql, *compiled.arguments(values))
        except Exception as error:
            raise self._failure(error, statement.name) from error
        return rows

    async def fetch_one(self, statement: Statement, **values: Any) -> Row | None:
        """The first row of `statement`, or nothing."""
        rows = await self.fetch(statement, **values)
        return rows[0] if rows else None

    async def execute(self, statement: Statement, **values: Any) -> int:
        """Run `statement`; the number of rows that it changed."""
        self._count(statement)
        try:
            compiled = statement.postgresql()
            tag: str = await self.connection.execute(compiled.sql, *compiled.arguments(values))
        except Exception as error:
            raise self._failure(error, statement.name) from error
        return int(tag.rpartition(" ")[2])

    async def execute_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run `statement` once for each of `rows`."""
        self._count(statement)
        try:
            compiled = statement.postgresql()
            await self.connection.executemany(compiled.sql, [compiled.arguments(row) for row in rows])
        except Exception as error:
            raise self._failure(error, statement.name) from error

    async def copy(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Write `rows` with COPY."""
        try:
            await self.connection.copy_records_to_table(table, records=rows, columns=list(columns), timeout=None)
        except Exception as error:
            raise self._failure(error, f"COPY {table}") from error

    async def begin(self, sql: str) -> None:
        """Open the transaction with `sql`."""
        try:
            await self.connection.execute(sql)
        except Exception as error:
            raise self._failure(error, sql) from error

    async def commit(self) -> None:
        """Keep the unit. Raises `OutcomeUnknown` where the server was told to, and does not say whether it did."""
        if self.failed:
            # The server would answer COMMIT with a ROLLBACK and no error.
            await self.undo()
            raise StatementFailed("COMMIT", "a unit went on after one of its statements had failed")
        closed = self.connection.is_closed()
        try:
            await self.connection.execute("COMMIT")
        except Exception as error:
            self.sound = False
            raise errors.commit_failed(error, closed_before=closed) from error

    async def undo(self) -> None:
        """Roll back; where that cannot be said any more, the server does it when it misses the connection."""
        if not self.sound:
            return
        try:
            await self.connection.execute("ROLLBACK")
        except Exception:
            self.sound = False

    def _count(self, statement: Statement) -> None:
        self._database.statements += 1
        if self._once:
            if self._spent:
                raise StatementFailed(statement.name, "a second statement in a unit of one")
            self._spent = True

    def _failure(self, error: Exception, statement: str) -> Exception:
        """Remember what is left of the unit after `error`; what to raise in its place."""
        self.failed = True
        closed = self.connection.is_closed()
        if errors.is_lost(error, closed):
            self.sound = False
            if not isinstance(error, TimeoutError):
                # What broke this connection broke the others, which would fail one after the other.
                self._database.connections.forget_resting()
        kept = self._once and not self._reading
        return errors.translated(error, statement, closed=closed, reading=self._reading, kept=kept)


class _Lent:
    """A unit on a lent connection, as a context manager.

    A class, since the generators of `@asynccontextmanager` would cost as much as asyncpg's side of the statement.
    """

    __slots__ = ("_database", "_once", "_reading", "_unit")

    def __init__(self, database: "PostgresqlDatabase", *, once: bool, reading: bool) -> None:
        self._database = database
        self._once = once
        self._reading = reading

    async def __aenter__(self) -> PostgresqlUnit:
        database = self._database
        try:
            connection = await database.connections.borrow()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            # Also no such socket and no such host: whatever keeps us from it, the database is away.
            raise errors.unreachable(error) from error
        self._unit = PostgresqlUnit(database, connection, database.clock.now(), once=self._once, reading=self._reading)
        return self._unit

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        unit = self._unit
        # Who is cancelled or runs out of time leaves a statement behind that may still run, and a broken connection
        # leaves anything: only after an error between statements, or one that the server told of, is its state known.
        is_known = error is None or (isinstance(error, Exception) and not isinstance(error, TimeoutError))
        if is_known and unit.sound and not unit.connection.is_in_transaction():
            self._database.connections.give_back(unit.connection)
        else:
            self._database.connections.drop(unit.connection)


class PostgresqlDatabase:
    """Connections to one PostgreSQL database."""

    name = "postgresql"

    def __init__(self, dsn: str, clock: Clock, *, connections: int) -> None:
        self.statements = 0
        self.clock = clock
        self.connections = Connections(lambda: _connect(dsn), connections)

    async def transact(self, work: Callable[[Unit], Awaitable[T]], *, durable: bool = True) -> T:
        """See `Database.transact`."""
        return await repeated(lambda: self.writing(durable=durable), work)

    @asynccontextmanager
    async def writing(self, *, durable: bool = True) -> AsyncIterator[Unit]:
        """See `Database.writing`."""
        async with _Lent(self, once=False, reading=False) as unit:
            await unit.begin("BEGIN" if durable else "BEGIN; SET LOCAL synchronous_commit = off")
            try:
                yield unit
            except Exception:
                await unit.undo()
                raise
            # One that is cancelled is not rolled back here: its connection is closed, and the server does it.
            await unit.commit()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Reading]:
        """See `Database.reading`."""
        async with _Lent(self, once=False, reading=True) as unit:
            await unit.begin(_SNAPSHOT)
            try:
                yield unit
            except Exception:
                await unit.undo()
                raise
            await unit.undo()

    def single(self) -> AbstractAsyncContextManager[Unit]:
        """See `Database.single`."""
        return _Lent(self, once=True, reading=False)

    def glance(self) -> AbstractAsyncContextManager[Reading]:
        """See `Database.glance`."""
        return _Lent(self, once=True, reading=True)

    async def close(self) -> None:
        """See `Database.close`."""
        await self.connections.close()


async def _connect(dsn: str) -> Any:
    return await asyncpg.connect(
        dsn,
        timeout=10,
        command_timeout=_LONGEST_STATEMENT_SECONDS,
        server_settings={"application_name": "vneid_idp", "jit": "off"},
    )
