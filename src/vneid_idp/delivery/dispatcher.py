"""Sends what is in the queue. One in every process; any number of them share the queue.

An attempt has a time limit and runs beside the others, so many at a time for each channel; so a recipient that hangs
takes up its own places and no others.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from vneid_idp.delivery import service
from vneid_idp.delivery.channels import MANNERS, SECONDS, Channel
from vneid_idp.delivery.outcomes import Delivered, DeliveryOutcome, Refused, Unclear
from vneid_idp.delivery.sender import Delivery, Sender
from vneid_idp.delivery.store import Queued
from vneid_idp.kernel.clock import SECOND
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import NotSealedHere, Sealer
from vneid_idp.kernel.secrets import new_chance
from vneid_idp.log import Log, Value
from vneid_idp.storage.unit import Database

_log = Log(__name__)

AT_ONCE = 32
"""How many attempts of one channel run in this process at a time."""
_BREATH = 0.05
"""Seconds between two rounds."""


class Dispatcher:
    """Sends through `senders`; a channel without one is left to other processes. `finish` it at the end."""

    def __init__(
        self,
        db: Database,
        sealer: Sealer,
        senders: Mapping[Channel, Sender],
        *,
        chance: Callable[[], float] = new_chance,
        at_once: int = AT_ONCE,
        seconds: float = SECONDS,
    ) -> None:
        self._db = db
        self._sealer = sealer
        self._senders = senders
        self._chance = chance
        self._at_once = at_once
        self._seconds = seconds
        self._under_way: dict[asyncio.Task[None], Channel] = {}

    async def attempt(self, deliveries: Sequence[Delivery]) -> None:
        """Send now what was enqueued in a unit that is committed, and wait for the outcome as long as its channel is
        patient. Never raises: the change stands, and what is not sent now is sent by a worker.
        """
        mine = [each for each in deliveries if each.channel in self._senders]
        mine = mine[: min((self._free(channel) for channel in {each.channel for each in mine}), default=0)]
        if not mine:
            return
        try:
            taken = await self._db.transact(lambda unit: service.take_these(unit, mine))
        except DomainError as error:
            _log.warning("delivery.left_to_workers", code=error.code)
            return
        for row in taken:
            self._start(row)
        # A round of this process may have been faster: its attempt is as good.
        names = {_name(each) for each in mine}
        under_way = {task for task in self._under_way if task.get_name() in names}
        if under_way:
            patience = max(MANNERS[self._under_way[task]].patience for task in under_way) / SECOND
            await asyncio.wait(under_way, timeout=patience)

    async def round(self) -> int:
        """Start sending what is due, as far as there is room; how many."""
        async with self._db.glance() as glance:
            channels = await service.due_channels(glance)
        started = 0
        for channel in channels:
            free = self._free(channel)
            if channel in self._senders and free > 0:
                async with self._db.single() as unit:
                    taken = await service.take(unit, channel, free)
                started += len([self._start(row) for row in taken])
        return started

    async def drain(self) -> None:
        """Send what is due, round after round while there is any. For a worker, every second."""
        while await self.round():
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(_BREATH)  # else each that ends would have its place filled by a statement of its own

    async def sweep(self) -> None:
        """Have every sender let go of what nobody needs any more."""
        for sender in self._each():
            await sender.sweep()

    async def finish(self) -> None:
        """Wait until everything that was started has been settled, which time limits bound; close the senders."""
        while self._under_way:
            await asyncio.wait(self._under_way)
        for sender in self._each():
            await sender.close()

    def _each(self) -> Sequence[Sender]:
        return tuple({id(sender): sender for sender in self._senders.values()}.values())

    def _free(self, channel: Channel) -> int:
        return self._at_once - Counter(self._under_way.values())[channel]

    def _start(self, row: Queued) -> asyncio.Task[None]:
        task = asyncio.create_task(self._deliver(row), name=_name(row))
        self._under_way[task] = row.channel
        task.add_done_callback(lambda done: self._under_way.pop(done, None))
        return task

    async def _deliver(self, row: Queued) -> None:
        """One attempt and its outcome. What cannot be settled is taken again, or given up, after its lease."""
        outcome = await self._send(row)
        if not isinstance(outcome, Delivered):
            _log.info("delivery.failed", outcome=outcome.code, attempt=row.attempts, **_named(row))
        chance = self._chance()
        try:
            await self._db.transact(lambda unit: service.settle(unit, row, outcome, chance))
        except Exception as error:
            _log.failure("delivery.not_settled", error, **_named(row))

    async def _send(self, row: Queued) -> DeliveryOutcome:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._senders[row.channel].send(service.open_delivery(self._sealer, row))
        except NotSealedHere:
            return Refused("unreadable")
        except TimeoutError:
            return Unclear("timed_out")
        except Exception as error:
            _log.failure("delivery.sender_failed", error, **_named(row))
            return Unclear("failed")


def _name(row: Queued | Delivery) -> str:
    """Of the task that makes an attempt."""
    return f"delivery {row.delivery_id}"


def _named(row: Queued) -> dict[str, Value]:
    return {"delivery_id": row.delivery_id, "channel": row.channel.value}
