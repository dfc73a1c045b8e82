"""A worker process: the provider on a database that other processes work on too. See `workers.py`, which starts it.

Orders come as lines of JSON on the standard input, and are carried out side by side; answers leave on the output.
"""

import asyncio
import sys
import traceback
from contextlib import AsyncExitStack
from typing import Any

import orjson

from tests.support.country import Country, country
from tests.support.takers import TAKERS, Target
from tests.support.watch import Watch
from vneid_idp.storage.unit import Unit

_LONGEST_LINE = 1 << 20


class Worker:
    """Carries orders out on the database that is open."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._land: Country | None = None
        self._commits: dict[int, asyncio.Event] = {}
        self._running: set[asyncio.Task[None]] = set()

    def receive(self, line: bytes) -> None:
        """Begin what one line says."""
        task = asyncio.create_task(self._carry_out(orjson.loads(line)))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _carry_out(self, order: dict[str, Any]) -> None:
        number = order.pop("number")
        try:
            answer(number, **await getattr(self, order.pop("do"))(number, **order))
        except Exception:
            answer(number, error=traceback.format_exc())

    async def open(self, number: int, url: str, secret: str) -> dict[str, Any]:
        """Serve on this database from now on."""
        self._land = await self._stack.enter_async_context(country(url, Watch(), secret=secret))
        return {}

    async def request(
        self, number: int, method: str, url: str, headers: list[tuple[str, str]], body: str
    ) -> dict[str, Any]:
        """Answer an HTTP request."""
        assert self._land is not None
        async with self._land.browser() as browser:
            found = await browser.request(method, url, headers=headers, content=body.encode())
        return {"status": found.status_code, "headers": list(found.headers.items()), "body": found.text}

    async def take(self, number: int, taker: str, target: dict[str, Any]) -> dict[str, Any]:
        """Take a right away, say so when all is done but the commit, and wait for the word."""
        land, commit = self._land, self._commits.setdefault(number, asyncio.Event())
        assert land is not None

        async def work(unit: Unit) -> None:
            await TAKERS[taker](land.idp, unit, Target(**target))
            if not commit.is_set():
                answer(number, ready=True)
            await commit.wait()

        await land.idp.db.transact(work)
        return {"done": True}

    async def commit(self, number: int, which: int) -> dict[str, Any]:
        """The word for the taker `which`."""
        self._commits[which].set()
        return {}

    async def advance(self, number: int, by: int) -> dict[str, Any]:
        """Let time pass at this worker."""
        assert self._land is not None
        self._land.watch.advance(by)
        return {}

    async def close(self, number: int = 0) -> dict[str, Any]:
        """Serve nothing any more, and drop what is under way: after a failed round a taker may wait for ever."""
        others = self._running - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._stack.aclose()
        return {}


def answer(number: int, **found: Any) -> None:
    """Write one line."""
    sys.stdout.buffer.write(orjson.dumps({"number": number, **found}) + b"\n")
    sys.stdout.buffer.flush()


async def main() -> None:
    """Work until the input ends."""
    reader = asyncio.StreamReader(limit=_LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    worker = Worker()
    while line := await reader.readline():
        worker.receive(line)
    await worker.close()


if __name__ == "__main__":
    asyncio.run(main())
