"""The load: many virtual users at once, each with a connection and sessions of its own."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.flows import Flow, FlowFailed, Session, Target
from bench.http import Connection, ConnectionLost


@dataclass(slots=True)
class Outcome:
    """What a turn of load found. Latencies are in seconds; `usage` holds the CPU seconds of each process watched."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    usage: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """How much, and how long: `users` at once, `warm_up` seconds uncounted, then `seconds` counted."""

    users: int
    warm_up: float
    seconds: float


async def run_load(
    target: Target, flow: Flow, sessions: Sequence[Session], load: Load, usage: Callable[[], tuple[float, ...]]
) -> Outcome:
    """Repeat `flow` and count what completes within the counted time.

    A session belongs to one user, who goes through its own in turn: no two requests rotate one refresh token.
    """
    connections = [await Connection.open(target.host, target.port) for _ in range(load.users)]
    opens_at = time.perf_counter() + load.warm_up
    closes_at = opens_at + load.seconds
    outcome = Outcome(seconds=load.seconds)

    async def use(connection: Connection, own: Sequence[Session]) -> None:
        turn = 0
        while (began := time.perf_counter()) < closes_at:
            try:
                await flow(connection, target, own[turn % len(own)])
            except (FlowFailed, ConnectionLost, KeyError, ValueError) as failure:
                outcome.failures.append(f"{type(failure).__name__}: {failure}")
                return  # a user who saw a failure stops: the run has failed, and errors must not look like speed
            ended = time.perf_counter()
            if opens_at <= ended < closes_at:
                outcome.latencies.append(ended - began)
            turn += 1

    users = [asyncio.create_task(use(each, sessions[i :: load.users])) for i, each in enumerate(connections)]
    await asyncio.sleep(load.warm_up)
    before, started = usage(), time.perf_counter()
    await asyncio.sleep(closes_at - started)
    outcome.usage = tuple(after - earlier for after, earlier in zip(usage(), before, strict=True))
    await asyncio.gather(*users)
    for connection in connections:
        connection.close()
    return outcome
