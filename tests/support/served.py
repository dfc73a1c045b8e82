"""An application of ours on a real socket, in a thread with an event loop of its own, for clients that wait."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, TypeVar

import uvicorn

T = TypeVar("T")


@asynccontextmanager
async def listening_at() -> AsyncIterator[tuple[str, Callable[[Any], None]]]:
    """The address of a socket, and what serves an application there until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        servers: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []

        def serve(app: Any) -> None:
            # Without a word on logs: what it sets stays set for the tests after it.
            server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False))
            servers.append((server, asyncio.create_task(server.serve([bound]))))

        yield f"http://127.0.0.1:{bound.getsockname()[1]}", serve
        for server, serving in servers:
            server.should_exit = True
            await serving


@contextmanager
def in_thread(running: Callable[[], AbstractAsyncContextManager[T]]) -> Iterator[T]:
    """What `running` gives, which lives in a thread until the block ends."""
    found: Future[T] = Future()
    done = threading.Event()

    async def live() -> None:
        async with running() as value:
            found.set_result(value)
            await asyncio.to_thread(done.wait)

    def run() -> None:
        try:
            asyncio.run(live())
        except Exception as error:
            found.set_exception(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield found.result(60)
    finally:
        done.set()
        thread.join()
