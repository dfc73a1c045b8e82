"""A worker in a process of its own: `python -m tests.faults.worker DATABASE_URL FOLDER HANG`.

It sends what is in the queue and adds a line to `FOLDER/sent` for each thing sent: what a receiver would have. With a
recipient called `held` it stops for ever before it sends (`HANG` is `before`), or when it has sent (`after`), and says
so; `never` stops nowhere. The present is what stands in `FOLDER/now`.
"""

import asyncio
import os
import sys
from pathlib import Path

from tests.support.people import SEALER
from vneid_idp.delivery import service
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.dispatcher import Dispatcher
from vneid_idp.delivery.outcomes import Delivered, DeliveryOutcome
from vneid_idp.delivery.sender import Delivery, Sender
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.database import open_database


class SharedClock:
    """The present of all processes of a test."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "now"

    def now(self) -> Instant:
        """See `Clock`."""
        return int(self._path.read_text())


class Writer(Sender):
    """A sender that writes down what it sends, in one write each."""

    def __init__(self, folder: Path, hang: str) -> None:
        self._file = os.open(folder / "sent", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._hang = hang

    async def send(self, delivery: Delivery) -> DeliveryOutcome:
        """See `Sender`."""
        if delivery.recipient == "held" and self._hang == "before":
            await self._stop(delivery)
        os.write(self._file, f"{os.getpid()} {delivery.delivery_id}\n".encode())
        if delivery.recipient == "held" and self._hang == "after":
            await self._stop(delivery)
        return Delivered()

    async def _stop(self, delivery: Delivery) -> None:
        print(f"holds {delivery.channel}", flush=True)
        await asyncio.Event().wait()


async def work(database_url: str, folder: Path, hang: str) -> None:
    """The beat of `workers.tasks`, quicker."""
    db = open_database(database_url, SharedClock(folder), connections=2)
    senders = dict.fromkeys(Channel, Writer(folder, hang))
    dispatcher = Dispatcher(db, SEALER, senders, seconds=600)
    print("works", flush=True)
    while True:
        await dispatcher.round()
        await db.transact(service.give_up_lost)
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
