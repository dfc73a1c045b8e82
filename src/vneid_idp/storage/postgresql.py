"""PostgreSQL through asyncpg."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Any

import asyncpg

from vneid_idp.kernel.clock import Clock, Instant
from vneid_idp.storage.connections import Connections
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import AlreadyThere, ImpossibleText, Reading, Row, StorageUnavailable, Unit

_UNREACHABLE = (asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError, TimeoutError)


class PostgresqlUnit:
    """A unit on one connection."""

    __slots__ = ("_database", "connection", "now")

    def __init__(self, database: "PostgresqlDatabase", connection: Any, now: Instant) -> None:
        self._database = database
        self.connection = connection
        self.now = now

    async def fetch(self, statement: Statement, **values: Any) -> list[Row]:
        """All rows of `statement`."""
        self._database.statements += 1
        compiled = statement.postgresql()
        rows: list[Row] = await self.connection.fetch(compiled.sql, *compiled.arguments(values))
        return rows

    async def fetch_one(self, statement: Statement, **values: Any) -> Row | None:
        """The first row of `statement`, or nothing."""
        rows = await self.fetch(statement, **values)
        return rows[0] if rows else None

    async def execute(self, statement: Statement, **values: Any) -> int:
        """Run `statement`; the number of rows that it changed."""
        self._database.statements += 1
        compiled = statement.postgresql()
        tag: str = await self.connection.execute(compiled.sql, *compiled.arguments(values))
        return int(tag.rpartition(" ")[2])

    async def execute_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run `statement` once for each of `rows`."""
        self._database.statements += 1
        compiled = statement.postgresql()
        await self.connection.executemany(compiled.sql, [compiled.arguments(dict(row)) for row in rows])


class _Lent:
    """A unit on a lent connection, as a context manager.

    A class, since the generators of `@asynccontextmanager` would cost as much as asyncpg's side of the statement.
    """

    __slots__ = ("_connection", "_database")

    def __init__(self, database: "PostgresqlDatabase") -> None:
        self._database = database
        self._connection: Any = None

    async def __aenter__(self) -> PostgresqlUnit:
        database = self._database
        try:
            self._connection = await database.connections.borrow()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            # Also no such socket and no such host: whatever keeps us from it, the database is away.
            raise StorageUnavailable from error
        return PostgresqlUnit(database, self._connection, database.clock.now())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._database.connections.give_back(self._connection)
            return
        # Who is cancelled or runs out of time leaves a statement behind that may still run, and a broken connection
        # leaves anything: only after an error between statements, or one that the server told of, is its state known.
        is_known = isinstance(error, Exception) and not isinstance(error, OSError | asyncpg.InterfaceError)
        if is_known and not self._connection.is_in_transaction():
            self._database.connections.give_back(self._connection)
        else:
            self._database.connections.drop(self._connection)
        if isinstance(error, asyncpg.UniqueViolationError):
            raise AlreadyThere from error
        if isinstance(error, asyncpg.CharacterNotInRepertoireError):
            raise ImpossibleText from error
        if isinstance(error, _UNREACHABLE):
            raise StorageUnavailable from error


class PostgresqlDatabase:
    """Connections to one PostgreSQL database."""

    name = "postgresql"

    def __init__(self, dsn: str, clock: Clock, *, connections: int) -> None:
        self.statements = 0
        self.clock = clock
        self.connections = Connections(lambda: _connect(dsn), connections)

    def reading(self) -> AbstractAsyncContextManager[Reading]:
        """See `Database.reading`."""
        return _Lent(self)

    def single(self) -> AbstractAsyncContextManager[Unit]:
        """See `Database.single`."""
        return _Lent(self)

    @asynccontextmanager
    async def writing(self, *, durable: bool = True) -> AsyncIterator[Unit]:
        """See `Database.writing`."""
        async with _Lent(self) as unit:
            await unit.connection.execute("BEGIN" if durable else "BEGIN; SET LOCAL synchronous_commit = off")
            try:
                yield unit
            except Exception:
                await unit.connection.execute("ROLLBACK")
                raise
            # One that is cancelled is not rolled back here: its connection is closed, and the server does it.
            await unit.connection.execute("COMMIT")

    async def close(self) -> None:
        """See `Database.close`."""
        await self.connections.close()


async def _connect(dsn: str) -> Any:
    return await asyncpg.connect(
        dsn, timeout=10, command_timeout=10, server_settings={"application_name": "vneid_idp", "jit": "off"}
    )
