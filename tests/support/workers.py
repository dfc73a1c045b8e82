"""Worker processes that share nothing but the database: each is a whole provider (`race_worker.py`)."""

import asyncio
import itertools
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import orjson

from tests.support.country import ISSUER, SECRET, Country
from tests.support.takers import Target
from tests.support.watch import Watch
from vneid_idp.kernel.clock import Instant

_ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 60


class WorkerProcess:
    """One of them, as the test sees it. Used by one event loop at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.race_worker"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._numbers = itertools.count(1)
        self._listeners: dict[int, Callable[[dict[str, Any]], object]] = {}
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = orjson.loads(line)
            self._listeners[message.pop("number")](message)

    def _order(self, do: str, **more: Any) -> "Order":
        number, loop = next(self._numbers), asyncio.get_running_loop()
        order = Order(number, asyncio.Queue())
        self._listeners[number] = lambda message: loop.call_soon_threadsafe(order.answers.put_nowait, message)
        assert self._process.stdin is not None
        self._process.stdin.write(orjson.dumps({"number": number, "do": do, **more}) + b"\n")
        self._process.stdin.flush()
        return order

    async def open(self, database_url: str) -> None:
        """Have it serve on this database."""
        await self._order("open", url=database_url, secret=SECRET).answer()

    async def close(self) -> None:
        """Have it let go of the database."""
        await self._order("close").answer()

    async def advance(self, by: Instant) -> None:
        """Let time pass at it: its clock is its own."""
        await self._order("advance", by=by).answer()

    async def take(self, taker: str, target: Target) -> "Taking":
        """Have it take a right away, but for the commit."""
        order = self._order("take", taker=taker, target=asdict(target))
        assert (await order.answer()) == {"ready": True}
        return Taking(self, order)

    async def commit(self, order: "Order") -> None:
        """Let the taker commit; returns when the commit is acknowledged."""
        await self._order("commit", which=order.number).answer()
        assert (await order.answer()) == {"done": True}

    async def request(self, request: httpx.Request) -> httpx.Response:
        """Have it answer a request."""
        headers = [(name, value) for name, value in request.headers.items() if name != "content-length"]
        body = (await request.aread()).decode()
        order = self._order("request", method=request.method, url=str(request.url), headers=headers, body=body)
        found = await order.answer()
        return httpx.Response(found["status"], headers=found["headers"], content=found["body"].encode())

    def stop(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE_SECONDS)
        finally:
            self._process.kill()
            self._reading.join(_PATIENCE_SECONDS)
            self._process.stdout.close()


@dataclass(frozen=True, slots=True)
class Order:
    """Something that a worker was told to do."""

    number: int
    answers: "asyncio.Queue[dict[str, Any]]"

    async def answer(self) -> dict[str, Any]:
        """What it says next. Raises `AssertionError` with the worker's traceback."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            message = await self.answers.get()
        assert "error" not in message, message["error"]
        return message


@dataclass(frozen=True, slots=True)
class Taking:
    """A taker that waits for the word to commit."""

    worker: WorkerProcess
    order: Order

    async def commit(self) -> None:
        """Give it; returns when what was taken is acknowledged."""
        await self.worker.commit(self.order)


class _Forwarded(httpx.AsyncBaseTransport):
    def __init__(self, worker: WorkerProcess) -> None:
        self._worker = worker

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._worker.request(request)


@dataclass(frozen=True, slots=True)
class Branch(Country):
    """The country whose browsers talk to a worker."""

    worker: WorkerProcess

    def browser(self) -> httpx.AsyncClient:
        """See `Country.browser`."""
        return httpx.AsyncClient(transport=_Forwarded(self.worker), base_url=ISSUER)

    async def later(self, by: Instant) -> "Branch":
        """The branch when so much time has passed there, and nowhere else."""
        await self.worker.advance(by)
        return replace(self, watch=Watch(self.watch.now() + by))

    @classmethod
    def of(cls, land: Country, worker: WorkerProcess) -> "Branch":
        """The same country, at this worker."""
        return cls(land.app, land.idp, land.watch, land.people, worker)


@contextmanager
def workers(count: int) -> Iterator[tuple[WorkerProcess, ...]]:
    """So many of them, for as long as the block lasts."""
    started = tuple(WorkerProcess() for _ in range(count))
    try:
        yield started
    finally:
        for worker in started:
            worker.stop()
