"""What runs beside the requests: each task on its own beat, in every process, safe to run in several at once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do every `seconds`."""

    name: str
    seconds: float
    work: Callable[[], Awaitable[Any]]


async def repeat(task: Task) -> None:
    """Do it, for ever. A failure is logged by its type, since a text could hold personal data, and tried again."""
    while True:
        await asyncio.sleep(task.seconds)
        try:
            await task.work()
        except Exception as error:
            logger.error("background task %s failed: %s", task.name, type(error).__name__)


@asynccontextmanager
async def running(tasks: Sequence[Task]) -> AsyncIterator[None]:
    """Run `tasks` while the block lasts."""
    started = [asyncio.create_task(repeat(task), name=task.name) for task in tasks]
    try:
        yield
    finally:
        for each in started:
            each.cancel()
        await asyncio.gather(*started, return_exceptions=True)
