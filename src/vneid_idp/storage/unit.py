"""The unit of work: one transaction, one instant. Who holds one may touch the world."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage.statement import Statement

Row = Mapping[str, Any]
"""A row as the driver gives it: `row["column"]`."""


class Reading(Protocol):
    """May look. `now` is the instant of the whole unit."""

    @property
    def now(self) -> Instant:
        """The instant at which this unit happens."""
        ...

    async def fetch(self, statement: Statement, **values: Any) -> list[Row]:
        """All rows of `statement`."""
        ...

    async def fetch_one(self, statement: Statement, **values: Any) -> Row | None:
        """The first row of `statement`, or nothing."""
        ...


class Unit(Reading, Protocol):
    """May look and write: raise to undo, return to keep."""

    async def execute(self, statement: Statement, **values: Any) -> int:
        """Run `statement`; the number of rows that it changed."""
        ...

    async def execute_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run `statement` once for each of `rows`."""
        ...


class Database(Protocol):
    """Opens units. One instance a process."""

    name: str
    """`postgresql` or `sqlite`."""
    statements: int
    """How many statements ran since the start; tests watch its difference."""

    def reading(self) -> AbstractAsyncContextManager[Reading]:
        """A unit that only looks: no transaction, each statement sees what is committed."""
        ...

    def writing(self, *, durable: bool = True) -> AbstractAsyncContextManager[Unit]:
        """One transaction, committed when the block ends, rolled back when it raises.

        `durable=False` is for rows that may be lost with the power (a waiting request): PostgreSQL then answers before
        the log is on disk.
        """
        ...

    def single(self) -> AbstractAsyncContextManager[Unit]:
        """A unit of exactly one statement, which is its own transaction: the hot path, without BEGIN and COMMIT."""
        ...

    async def close(self) -> None:
        """Give back every connection."""
        ...


class StorageUnavailable(DomainError):
    """The database did not answer, or refused. Nothing of the unit was kept."""

    code = "temporarily_unavailable"
    status = 503
    title = "The database cannot be reached at the moment. Nothing was changed; try again."


class AlreadyThere(DomainError):
    """A unique index refused a row that the program did not expect to exist."""

    code = "conflict"
    status = 409
    title = "Something with the same key exists already."


class ImpossibleText(DomainError):
    """A value holds a null character or something else that is no text for the database: whoever sent it was wrong."""

    code = "malformed_text"
    status = 400
    title = "A value holds characters that are no text, such as a null character."
