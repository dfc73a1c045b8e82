"""A provider in a process of its own that sends what clients have to be told: `python -m tests.support.push_worker
DATABASE_URL NOW ROOT_SECRET`."""

import asyncio
import sys

from tests.support.country import country
from tests.support.watch import Watch
from vneid_idp.use_cases.wake_streams import wake_streams


async def work(database_url: str, now: int, secret: str) -> None:
    """Send once."""
    async with country(database_url, Watch(now), secret=secret) as land:
        await wake_streams(land.idp.db, land.idp.clients)
        await land.idp.dispatcher.drain()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
