"""Messages on their way to a phone: written sealed, taken once, swept when they are of no more use."""

import asyncio

from sqlalchemy import select

from tests.support.people import SEALER
from tests.support.watch import Watch
from vneid_idp.identity.otp import Message
from vneid_idp.identity.outbox import Outbox
from vneid_idp.identity.tables import outbox_messages
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database

_ALL = Statement(select(outbox_messages))


async def test_a_message_is_shown_until_its_code_expires_and_never_in_the_open(db: Database, watch: Watch) -> None:
    outbox = Outbox(SEALER)
    for serial in range(2):
        async with db.writing() as unit:
            await outbox.send(unit, Message(f"+8495000000{serial}", "135790", "vi", unit.now + MINUTE))
        watch.advance(SECOND)
    async with db.writing() as unit:
        assert {sent.message.phone for sent in await outbox.latest(unit)} == {"+84950000000", "+84950000001"}
        stored = repr([tuple(row[c.name] for c in outbox_messages.c) for row in await unit.fetch(_ALL)])
        assert "135790" not in stored
        assert "8495" not in stored
    watch.advance(MINUTE)
    async with db.writing() as unit:
        assert await outbox.latest(unit) == await outbox.waiting(unit) == []
        assert await outbox.sweep(unit) == 2


async def test_of_many_workers_one_delivers(db: Database) -> None:
    outbox = Outbox(SEALER)
    async with db.writing() as unit:
        await outbox.send(unit, Message("+84950000001", "135790", "vi", unit.now + MINUTE))
    async with db.reading() as unit:
        (waiting,) = await outbox.waiting(unit)

    async def take() -> bool:
        async with db.writing() as unit:
            return await outbox.take(unit, waiting.message_id)

    assert sum(await asyncio.gather(*(take() for _ in range(20)))) == 1
    async with db.reading() as unit:
        assert await outbox.waiting(unit) == []
        assert len(await outbox.latest(unit)) == 1
