"""Held PostgreSQL connections, the one that was used last lent first.

asyncpg's own pool wraps each lending in a holder, a proxy and a timer, which took 8 % of the CPU time of a sign-in.
What is left here is a list, and a semaphore for when it is empty.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

_PATIENCE_SECONDS = 10
_LONGEST_REST_SECONDS = 300
_LONGEST_FAREWELL_SECONDS = 5


class Connections:
    """At most `most` connections of asyncpg, opened by `connect` when they are first needed."""

    def __init__(self, connect: Callable[[], Awaitable[Any]], most: int) -> None:
        self._connect = connect
        self._resting: list[tuple[Any, float]] = []
        self._room = asyncio.Semaphore(most)
        self._leaving: set[asyncio.Task[None]] = set()
        self._closed = False

    async def borrow(self) -> Any:
        """A connection that nobody else uses until it is given back or dropped.

        Raises `TimeoutError` when none comes free in ten seconds, and whatever connecting raises.
        """
        if self._room.locked():
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._room.acquire()
        else:
            await self._room.acquire()
        try:
            return self._rested() or await self._connect()
        except BaseException:
            self._room.release()
            raise

    def give_back(self, connection: Any) -> None:
        """Keep a connection of which it is known that nothing runs on it and no transaction is open."""
        if self._closed or connection.is_closed():
            self.drop(connection)
            return
        self._resting.append((connection, asyncio.get_running_loop().time()))
        self._room.release()

    def drop(self, connection: Any) -> None:
        """Part with a connection that may be broken, or on which something may still run.

        Its place comes free when it is closed: asyncpg first makes the server stop what was cancelled.
        """
        self._part(connection).add_done_callback(lambda _: self._room.release())

    def forget_resting(self) -> None:
        """Close what rests now: the server that it leads to is not the one it was."""
        while self._resting:
            self._part(self._resting.pop()[0])

    async def close(self) -> None:
        """Close what rests now, and each lent connection when it comes back."""
        self._closed = True
        self.forget_resting()
        await asyncio.gather(*self._leaving)

    def _rested(self) -> Any:
        """The connection that rested shortest, if it can still be trusted.

        One that rested long may have been forgotten by a firewall between: a statement on it would wait in vain.
        """
        while self._resting:
            connection, since = self._resting.pop()
            if not connection.is_closed():
                if asyncio.get_running_loop().time() - since < _LONGEST_REST_SECONDS:
                    return connection
                self._part(connection)
        return None

    def _part(self, connection: Any) -> asyncio.Task[None]:
        task = asyncio.create_task(_farewell(connection))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
        return task


async def _farewell(connection: Any) -> None:
    try:
        await connection.close(timeout=_LONGEST_FAREWELL_SECONDS)
    except Exception:
        # Asyncpg has cut the connection by now; that it could not be closed politely is nobody's concern.
        return
