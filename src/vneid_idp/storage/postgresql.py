"""PostgreSQL through asyncpg."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from vneid_idp.kernel.clock import Clock, Instant
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import AlreadyThere, Reading, Row, StorageUnavailable, Unit

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


async def _keep(connection: Any) -> None:
    """Replace asyncpg's RESET ALL on release: no unit leaves session state behind, and it costs a round trip."""


class PostgresqlDatabase:
    """A pool of connections to one PostgreSQL database."""

    name = "postgresql"

    def __init__(self, dsn: str, clock: Clock, *, connections: int) -> None:
        self.statements = 0
        self._clock = clock
        self._dsn = dsn
        self._connections = connections
        self._pool: Any = None
        self._opening = asyncio.Lock()

    async def _opened(self) -> Any:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn,
                    min_size=1,
                    max_size=self._connections,
                    command_timeout=10,
                    reset=_keep,
                    server_settings={"application_name": "vneid_idp", "jit": "off"},
                )
        return self._pool

    async def _acquired(self) -> tuple[Any, Any]:
        try:
            pool = self._pool or await self._opened()
            return pool, await pool.acquire(timeout=10)
        except OSError as error:
            # Also no such socket and no such host: whatever keeps us from it, the database is away.
            raise StorageUnavailable from error

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        try:
            pool, connection = await self._acquired()
            try:
                yield connection
            finally:
                await pool.release(connection)
        except asyncpg.UniqueViolationError as error:
            raise AlreadyThere from error
        except _UNREACHABLE as error:
            raise StorageUnavailable from error

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Reading]:
        """See `Database.reading`."""
        async with self._connection() as connection:
            yield PostgresqlUnit(self, connection, self._clock.now())

    @asynccontextmanager
    async def single(self) -> AsyncIterator[Unit]:
        """See `Database.single`."""
        async with self._connection() as connection:
            yield PostgresqlUnit(self, connection, self._clock.now())

    @asynccontextmanager
    async def writing(self, *, durable: bool = True) -> AsyncIterator[Unit]:
        """See `Database.writing`."""
        async with self._connection() as connection:
            await connection.execute("BEGIN" if durable else "BEGIN; SET LOCAL synchronous_commit = off")
            try:
                yield PostgresqlUnit(self, connection, self._clock.now())
            except BaseException:
                await connection.execute("ROLLBACK")
                raise
            await connection.execute("COMMIT")

    async def close(self) -> None:
        """See `Database.close`."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None
