"""The unit of work: one transaction, one instant. Who holds one may touch the world."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage.statement import Statement

T = TypeVar("T")
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


class InUnit(Protocol):
    """Does `work` in one unit: `Database.transact`, or what asks first, in that very unit, whether somebody may do it
    (`Colleague.act`).

    A use case that opens its units itself takes one, so that whoever calls it can say on which condition it writes.
    """

    async def __call__(self, work: Callable[[Unit], Awaitable[T]], /) -> T:
        """What `work` returns when its unit is committed; it may run more than once. Raises what refuses it."""
        ...


class Database(Protocol):
    """Opens units. One instance a process."""

    name: str
    """`postgresql` or `sqlite`."""
    statements: int
    """How many statements ran since the start; tests watch its difference."""

    async def transact(self, work: Callable[[Unit], Awaitable[T]], *, durable: bool = True) -> T:
        """What `work` returns when its unit is committed: the way to write.

        Where the database undid the unit through no fault of its own (a deadlock, a serialization failure, a connection
        that was lost before COMMIT was sent, a fail-over), `work` runs again from its beginning, a few times, in a new
        unit with a new `now`. So it must do nothing but use its unit: no message sent, no file written, no variable
        of its caller changed. Everything it finds out, it returns.

        Raises what `work` raises, which undoes the unit; `StorageUnavailable` when nothing was kept; `OutcomeUnknown`
        when COMMIT was sent and no answer came, which is never repeated here. `durable` as in `writing`.
        """
        ...

    def writing(self, *, durable: bool = True) -> AbstractAsyncContextManager[Unit]:
        """One transaction, committed when the block ends, rolled back when it raises. Run once: see `transact`.

        For what must not run twice, and says why. `durable=False` is for rows that may be lost with the power (a
        waiting request): PostgreSQL then answers before the log is on disk.
        """
        ...

    def reading(self) -> AbstractAsyncContextManager[Reading]:
        """A unit that only looks, at one snapshot: all its statements see what was committed before the first.

        Where the database cannot be reached yet, or the connection turns out to be lost, it begins again a few times.
        """
        ...

    def single(self, *, durable: bool = True) -> AbstractAsyncContextManager[Unit]:
        """A unit of exactly one statement, which is its own transaction: the hot path, without BEGIN and COMMIT.
        `durable` as in `writing`; what is not writes one table.

        Where the database undid the statement or never got it, it runs again a few times, with the same `now`. Raises
        `OutcomeUnknown` when the connection breaks before the answer: what writes may have been done.
        """
        ...

    def glance(self) -> AbstractAsyncContextManager[Reading]:
        """A reading unit of exactly one statement, which is a snapshot by itself: the hot path, without BEGIN.

        It runs again a few times where no answer came.
        """
        ...

    def on_write(self, tables: Collection[str], call: Callable[[], None]) -> None:
        """Have `call` called after each unit of this process that wrote one of `tables`, before anybody hears of it.

        For caches, which only forget then: `call` does not wait, and raises nothing. It is called as well where nothing
        was kept, or nobody knows whether it was. What other processes write is not told, nor what `load` writes.
        """
        ...

    async def close(self) -> None:
        """Give back every connection."""
        ...


class StorageUnavailable(DomainError):
    """The database did not answer, or could not. Nothing of the unit was kept."""

    code = "temporarily_unavailable"
    status = 503
    title = "The database cannot be reached at the moment. Nothing was changed; try again."


class Interrupted(StorageUnavailable):
    """As its base, and for a reason that may be gone at once: the same unit can succeed when it is run again."""


class OutcomeUnknown(DomainError):
    """The database was told to keep the unit, and the connection broke before it answered."""

    code = "outcome_unknown"
    status = 503
    title = "The answer of the database was lost. It may have been done: ask before you repeat."


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


class StatementFailed(Exception):
    """A statement of ours is wrong, or was used wrongly: a bug, and no refusal.

    The text has the statement's name and the kind of error, and can be logged: never a value, and no SQL. The driver's
    own words are in `__cause__`, and can hold values.
    """

    def __init__(self, statement: str, kind: str) -> None:
        super().__init__(f"{statement}: {kind}")
        self.statement = statement
        self.kind = kind

    @property
    def fields(self) -> dict[str, str]:
        """What a log may say of it (`vneid_idp.log`)."""
        return {"statement": self.statement, "failure": self.kind}
