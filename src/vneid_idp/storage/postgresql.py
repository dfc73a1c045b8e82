"""PostgreSQL through asyncpg."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Any, cast

import asyncpg

from vneid_idp.kernel.clock import Clock, Instant
from vneid_idp.storage import postgresql_errors as errors
from vneid_idp.storage.attempts import persevering, repeated, run_alone_again
from vneid_idp.storage.connections import Connections
from vneid_idp.storage.listeners import Listeners
from vneid_idp.storage.statement import Compiled, Statement
from vneid_idp.storage.unit import Interrupted, Reading, Row, StatementFailed, T, Unit

_LONGEST_STATEMENT_SECONDS = 10
_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class PostgresqlUnit:
    """A unit on one connection. `once` is for units of one statement, `at_once` for one that is answered before it is
    on disk, `reading` for those that only look.

    A unit of one statement that was interrupted runs it again by itself, on another connection where its own is lost.
    """

    __slots__ = (
        "_at_once",
        "_database",
        "_once",
        "_reading",
        "_spent",
        "connection",
        "failed",
        "now",
        "sound",
        "written",
    )

    def __init__(
        self, database: "PostgresqlDatabase", connection: Any, now: Instant, *, once: bool, at_once: bool, reading: bool
    ) -> None:
        self._database = database
        self._once = once
        self._at_once = at_once
        self._spent = False
        self._reading = reading
        self.connection = connection
        self.now = now
        self.failed = False
        """Whether a statement failed: PostgreSQL then keeps nothing of the transaction."""
        self.sound = True
        """Whether the connection can be used for another unit."""
        self.written: frozenset[str] = frozenset()
        """The tables that its statements change."""

    async def fetch(self, statement: Statement, **values: Any) -> list[Row]:
        """All rows of `statement`."""
        self._count(statement)
        try:
            compiled = self._compiled(statement)
            rows: list[Row] = await self.connection.fetch(compiled.sql, *compiled.arguments(values))
        except Exception as error:
            failure = self._failure(error, statement.name)
        else:
            return rows
        return cast("list[Row]", await self._again("fetch", statement, values, failure))

    async def fetch_one(self, statement: Statement, **values: Any) -> Row | None:
        """The first row of `statement`, or nothing."""
        rows = await self.fetch(statement, **values)
        return rows[0] if rows else None

    async def execute(self, statement: Statement, **values: Any) -> int:
        """Run `statement`; the number of rows that it changed."""
        self._count(statement)
        try:
            compiled = self._compiled(statement)
            tag: str = await self.connection.execute(compiled.sql, *compiled.arguments(values))
        except Exception as error:
            failure = self._failure(error, statement.name)
        else:
            return _changed(tag)
        return _changed(await self._again("execute", statement, values, failure))

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

    async def _again(self, how: str, statement: Statement, values: Mapping[str, Any], failure: Exception) -> Any:
        """Run the one statement of this unit again, of which the server kept nothing; else raise `failure`."""

        async def attempt() -> Any:
            if not self.sound:
                await self._reconnect()
            self.failed = False
            compiled = self._compiled(statement)
            try:
                return await getattr(self.connection, how)(compiled.sql, *compiled.arguments(values))
            except Exception as error:
                raise self._failure(error, statement.name) from error

        return await run_alone_again(attempt, failure, alone=self._once)

    async def _reconnect(self) -> None:
        """Go on with another connection. Raises `StorageUnavailable` when there is none to be had."""
        if self.connection is not None:
            self._database.connections.drop(self.connection)
            self.connection = None
        self.connection = await self._database.borrow()
        self.sound = True

    def _compiled(self, statement: Statement) -> Compiled:
        return statement.postgresql_at_once() if self._at_once else statement.postgresql()

    def _count(self, statement: Statement) -> None:
        self._database.statements += 1
        if self._once:
            if self._spent:
                raise StatementFailed(statement.name, "a second statement in a unit of one")
            self._spent = True
        if written := statement.writes:
            self.written |= written

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
        failure = errors.translated(error, statement, closed=closed, reading=self._reading, kept=kept)
        failure.__cause__ = error
        return failure


def _changed(tag: str) -> int:
    """How many rows a command changed, of which the server says `UPDATE 3`."""
    return int(tag.rpartition(" ")[2])


class _Lent:
    """A unit on a lent connection, as a context manager.

    A class, since the generators of `@asynccontextmanager` would cost as much as asyncpg's side of the statement.
    """

    __slots__ = ("_at_once", "_begin", "_database", "_once", "_patient", "_reading", "_unit")

    def __init__(
        self,
        database: "PostgresqlDatabase",
        *,
        once: bool,
        at_once: bool = False,
        reading: bool,
        begin: str | None = None,
        patient: bool,
    ) -> None:
        self._database = database
        self._once = once
        self._at_once = at_once
        self._reading = reading
        self._begin = begin
        """With what the transaction opens; a unit of one statement needs none."""
        self._patient = patient
        """Whether to begin again where that failed. Nothing of the unit was run by then."""

    async def __aenter__(self) -> PostgresqlUnit:
        try:
            self._unit = await self._open()
        except Interrupted as error:
            if not self._patient:
                raise
            self._unit = await persevering(self._open, failed=error)
        return self._unit

    async def _open(self) -> PostgresqlUnit:
        database = self._database
        connection = await database.borrow()
        unit = PostgresqlUnit(
            database,
            connection,
            database.clock.now(),
            once=self._once,
            at_once=self._at_once,
            reading=self._reading,
        )
        if self._begin is not None:
            try:
                await unit.begin(self._begin)
            except BaseException as error:
                self._return(unit, error)
                raise
        return unit

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._return(self._unit, error)

    def _return(self, unit: PostgresqlUnit, error: BaseException | None) -> None:
        if unit.written:
            self._database.listeners.tell(unit.written)
        if unit.connection is None:
            return
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
        self.listeners = Listeners()
        self.clock = clock
        self.connections = Connections(lambda: _connect(dsn), connections)

    async def borrow(self) -> Any:
        """A connection that nobody else uses. Raises `StorageUnavailable`, `Interrupted` where it is worth a try."""
        try:
            return await self.connections.borrow()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            # Also no such socket and no such host: whatever keeps us from it, the database is away.
            raise errors.unreachable(error) from error

    async def transact(self, work: Callable[[Unit], Awaitable[T]], *, durable: bool = True) -> T:
        """See `Database.transact`."""
        return await repeated(lambda: self.writing(durable=durable), work)

    @asynccontextmanager
    async def writing(self, *, durable: bool = True) -> AsyncIterator[Unit]:
        """See `Database.writing`."""
        begin = "BEGIN" if durable else "BEGIN; SET LOCAL synchronous_commit = off"
        # Not patient: `transact` is, and runs all of it again.
        async with _Lent(self, once=False, reading=False, begin=begin, patient=False) as unit:
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
        async with _Lent(self, once=False, reading=True, begin=_SNAPSHOT, patient=True) as unit:
            try:
                yield unit
            except Exception:
                await unit.undo()
                raise
            await unit.undo()

    def single(self, *, durable: bool = True) -> AbstractAsyncContextManager[Unit]:
        """See `Database.single`."""
        return _Lent(self, once=True, at_once=not durable, reading=False, patient=True)

    def glance(self) -> AbstractAsyncContextManager[Reading]:
        """See `Database.glance`."""
        return _Lent(self, once=True, reading=True, patient=True)

    def on_write(self, tables: Collection[str], call: Callable[[], None]) -> None:
        """See `Database.on_write`."""
        self.listeners.add(tables, call)

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
