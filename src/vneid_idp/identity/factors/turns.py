"""Whose turn it is: a bounded queue that is fair between networks, and not between requests.

A few addresses that flood the door must not make everybody else wait, nor fill the queue for them. So who waits stands
in the queue of the own address, the addresses of an IPv6 customer stand together, and each of these is served in turn
(stochastic fairness queueing, P. McKenney 1990, without the hash). When all places are taken, whoever comes from where
fewer wait takes the place of the last of those who crowd it. Whoever is known to have been here before stands with the
account in place of the address, and is let in before strangers, but once: an account buys one place, not many.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from vneid_idp.kernel.errors import DomainError


class TooBusy(DomainError):
    """The queue is full, or somebody from where fewer wait took the place."""

    code = "too_busy"
    status = 503
    title = "Too many people are signing in at this moment. Try again in a few seconds."
    retry_after = 3
    """Seconds, for the `Retry-After` header."""


@dataclass(frozen=True, slots=True)
class Share:
    """With whom somebody shares turns: the networks around an address, the widest first; the address itself is last.
    Of who is known, the account and then its browser."""

    path: tuple[str, ...] = ("",)
    known: bool = False
    """Who was here before takes a stranger's place when all are taken and nobody else waits for the same account."""


@dataclass(slots=True, eq=False)
class _Waiter:
    turn: "asyncio.Future[None]"
    queued: bool = True


@dataclass(slots=True)
class _Group:
    """Who waits in a network: smaller networks in the order of their turns, or at an address the waiting themselves."""

    known: bool = False
    groups: "OrderedDict[str, _Group]" = field(default_factory=OrderedDict)
    waiting: deque[_Waiter] = field(default_factory=deque)
    count: int = 0


class Turns:
    """So many `at_once`, so many more `waiting`."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._free = at_once
        self._places = waiting
        self._root = _Group()

    @asynccontextmanager
    async def turn(self, share: Share) -> AsyncIterator[None]:
        """Wait for a turn, and have it while the block lasts. Raises `TooBusy`, then nothing was begun."""
        await self._wait(share)
        try:
            yield
        finally:
            self._next()

    async def _wait(self, share: Share) -> None:
        if self._free:
            self._free -= 1
            return
        if self._root.count >= self._places:
            self._make_place(share)
        mine = _Waiter(asyncio.get_running_loop().create_future())
        self._join(share, mine)
        try:
            await mine.turn
        except asyncio.CancelledError:
            if mine.queued:
                self._leave(share.path, mine)
            elif not mine.turn.cancelled() and mine.turn.exception() is None:
                self._next()  # the turn came, and nobody is there to take it
            raise

    def _next(self) -> None:
        """Give the turn on to the first who still waits."""
        while self._root.count:
            waiter = self._pop()
            if not waiter.turn.done():
                waiter.turn.set_result(None)
                return
        self._free += 1

    def _pop(self) -> _Waiter:
        """Whose turn it is; their network stands last afterwards."""
        group = self._root
        while True:
            group.count -= 1
            if not group.groups:
                waiter = group.waiting.popleft()
                waiter.queued = False
                return waiter
            name, inner = next(iter(group.groups.items()))
            if inner.count == 1:
                del group.groups[name]
            else:
                group.groups.move_to_end(name)
            group = inner

    def _join(self, share: Share, mine: _Waiter) -> None:
        group = self._root
        group.count += 1
        for name in share.path:
            group = group.groups.setdefault(name, _Group(share.known))
            group.count += 1
        group.waiting.append(mine)

    def _leave(self, path: tuple[str, ...], waiter: _Waiter) -> None:
        """Take somebody out of the queue."""
        group = self._root
        group.count -= 1
        for name in path:
            inner = group.groups[name]
            inner.count -= 1
            if not inner.count:
                del group.groups[name]
            group = inner
        group.waiting.remove(waiter)
        waiter.queued = False

    def _make_place(self, share: Share) -> None:
        """Send away the last to come of where most wait. Raises `TooBusy` when more do not wait anywhere."""
        path = self._crowd(share)
        group = self._root
        for name in path:
            group = group.groups[name]
        last = group.waiting[-1]
        self._leave(path, last)
        if not last.turn.done():
            last.turn.set_exception(TooBusy())

    def _crowd(self, share: Share) -> tuple[str, ...]:
        """The address that gives up a place to `share`: the most crowded of the first network, on the way to one's own,
        in which others are more than one's own and oneself; for who is known and first of the account, a stranger."""
        group, own = self._root, 0
        while group.groups:
            here = group.groups.get(share.path[own])
            name, crowd = _largest(group.groups)
            if crowd.count > (here.count if here else 0) + 1:
                return (*share.path[:own], name, *_most_crowded(crowd))
            strangers = {name: each for name, each in group.groups.items() if not each.known}
            if share.known and here is None and strangers:
                name, crowd = _largest(strangers)
                return (*share.path[:own], name, *_most_crowded(crowd))
            if here is None:
                break
            group, own = here, own + 1
        raise TooBusy


def _most_crowded(group: _Group) -> tuple[str, ...]:
    path: list[str] = []
    while group.groups:
        name, group = _largest(group.groups)
        path.append(name)
    return tuple(path)


def _largest(groups: dict[str, _Group]) -> tuple[str, _Group]:
    """Where most wait; of several the one whose turn is the farthest."""
    return max(reversed(groups.items()), key=lambda item: item[1].count)
