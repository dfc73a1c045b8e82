"""Run a unit again that the database undid through no fault of its own."""

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
    clock = asyncio.get_running_loop().time
    latest = clock() + _PATIENCE_SECONDS
    for attempt in range(1, ATTEMPTS):
        try:
            async with unit_of() as unit:
                return await work(unit)
        except Interrupted as error:
            if clock() > latest:
                raise
            _log.warning("unit.repeated", attempt=attempt, error=type(error.__cause__ or error).__name__)
            await asyncio.sleep(_pause(attempt))
    async with unit_of() as unit:
        return await work(unit)


def _pause(attempt: int) -> float:
    """Between half and all of the pause, at random: two units in each other's way must not meet again."""
    longest = _FIRST_PAUSE_SECONDS * 2.0 ** (attempt - 1)
    return longest * (0.5 + random_bytes(1)[0] / 510)
