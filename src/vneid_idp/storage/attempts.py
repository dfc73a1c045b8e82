"""Run again what the database undid, or never got, through no fault of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from vneid_idp.kernel.secrets import random_bytes
from vneid_idp.log import Log
from vneid_idp.storage.unit import Interrupted, T, Unit

_log = Log(__name__)

ATTEMPTS = 5
_FIRST_PAUSE_SECONDS = 0.02
"""Doubled each time: five attempts spread over some 0.3 s, long enough for a server that restarts politely."""

_PATIENCE_SECONDS = 5
"""An attempt that took so long was waited for already, by SQLite for its lock or by PostgreSQL for one of its."""


async def repeated(unit_of: Callable[[], AbstractAsyncContextManager[Unit]], work: Callable[[Unit], Awaitable[T]]) -> T:
    """What `work` returns in a unit of `unit_of` that was committed: see `Database.transact`."""

    async def run() -> T:
        async with unit_of() as unit:
            return await work(unit)

    return await persevering(run)


async def persevering(
    run: Callable[[], Awaitable[T]], *, failed: Interrupted | None = None, since: float | None = None
) -> T:
    """What `run` returns, which may be called a few times: it leaves nothing behind where it raises `Interrupted`.

    `failed` is how a first attempt ended that was made already, and `since` when that began, by the loop's clock.
    """
    clock = asyncio.get_running_loop().time
    latest = (clock() if since is None else since) + _PATIENCE_SECONDS
    for attempt in range(1, ATTEMPTS):
        if failed is None:
            try:
                return await run()
            except Interrupted as error:
                failed = error
        if clock() > latest:
            raise failed
        _log.warning("unit.repeated", attempt=attempt, error=type(failed.__cause__ or failed).__name__)
        failed = None
        await asyncio.sleep(_pause(attempt))
    return await run()


async def run_alone_again(
    run: Callable[[], Awaitable[T]], failure: Exception, *, alone: bool, since: float | None = None
) -> T:
    """What `run` returns, the statement of a unit that has just failed so; `alone` is whether it is the only one.

    Raises `failure` where there is nothing to hope for: other statements of the unit were undone with this one, or it
    would fail again. `since` as in `persevering`.
    """
    if not alone or not isinstance(failure, Interrupted):
        raise failure
    return await persevering(run, failed=failure, since=since)


def _pause(attempt: int) -> float:
    """Between half and all of the pause, at random: two units in each other's way must not meet again."""
    longest = _FIRST_PAUSE_SECONDS * 2.0 ** (attempt - 1)
    return longest * (0.5 + random_bytes(1)[0] / 510)
