"""A queue, and who sends from it."""

import asyncio
from collections import Counter

from sqlalchemy import select

from tests.support.people import SEALER
from tests.support.senders import Recorder
from vneid_idp.audit.tables import events
from vneid_idp.delivery import service
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.dispatcher import Dispatcher
from vneid_idp.delivery.sender import Delivery
from vneid_idp.delivery.service import Queued
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database, StorageUnavailable

TOKEN, SMS, LOGO = Channel.LOGOUT_TOKEN, Channel.SMS, Channel.LOGO
MARK = "+84950007319"


def dispatcher(db: Database, sender: Recorder, *, seconds: float = 10, at_once: int = 32) -> Dispatcher:
    """A process that sends everything through `sender`, and draws the longest pause each time."""
    senders = dict.fromkeys(Channel, sender)
    return Dispatcher(db, SEALER, senders, chance=lambda: 1 - 2**-53, seconds=seconds, at_once=at_once)


async def attempt_now(process: Dispatcher, *made: Delivery) -> None:
    """Have `process` attempt them now, and wait until each is settled, however long a busy machine takes."""
    await process.attempt(list(made))
    await process.finish()


async def enqueue(
    db: Database, recipient: str = "cli_a", channel: Channel = TOKEN, not_after: Instant | None = None
) -> Delivery:
    """Something to deliver."""
    async with db.writing() as unit:
        payload = {"phone": MARK, "code": "135790"}
        return await service.enqueue(unit, SEALER, channel, recipient, payload, not_after=not_after)


async def queue(db: Database, *, dead: bool = False) -> list[Queued]:
    """What waits, or what was given up."""
    async with db.reading() as unit:
        return await service.list_deliveries(unit, dead=dead)


async def give_up_lost(db: Database) -> int:
    """Give up what nobody will send."""
    async with db.writing() as unit:
        return await service.give_up_lost(unit)


async def run(*processes: Dispatcher) -> int:
    """Each process sends until nothing is due; how many attempts they made."""

    async def one(process: Dispatcher) -> int:
        count = 0
        while started := await process.round():
            count += started
            await process.finish()
        return count

    return sum(await asyncio.gather(*(one(process) for process in processes)))


async def recorded(db: Database) -> Counter[str]:
    """How often each kind of event was recorded."""
    async with db.reading() as unit:
        return Counter(row["kind"] for row in await unit.fetch(Statement(select(events.c.kind))))


async def take(db: Database, channel: Channel) -> list[Queued]:
    """What a process does that is killed before it sends."""
    async with db.single() as unit:
        return await service.take(unit, channel, 10)


class Broken:
    """A database that fails where an attempt is settled."""

    def __init__(self, sound: Database) -> None:
        self.sound = sound

    def __getattr__(self, name: str) -> object:
        return getattr(self.sound, name)

    async def transact(self, work: object, *, durable: bool = True) -> None:
        raise StorageUnavailable
