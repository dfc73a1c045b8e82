"""The sandbox keeps text messages for its page: sealed, once, until their codes expire."""

from sqlalchemy import select

from tests.support.people import SEALER
from tests.support.watch import Watch
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.outcomes import Delivered
from vneid_idp.delivery.sender import Delivery
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.sandbox.outbox import SandboxPhones, latest_messages
from vneid_idp.sandbox.tables import sandbox_messages
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database
from vneid_idp.web.make_believe import TextMessage

_ALL = Statement(select(sandbox_messages))


def delivery(number: int, at: int) -> Delivery:
    payload = {"phone": f"+8495000000{number}", "code": "135790", "language": "vi"}
    return Delivery("per_a", f"dlv_{number}", Channel.SMS, payload, at, at + MINUTE)


async def shown(db: Database) -> list[TextMessage]:
    async with db.reading() as unit:
        return await latest_messages(unit, SEALER)


async def test_messages_are_shown_until_their_codes_expire_the_newest_first(db: Database, watch: Watch) -> None:
    phones, start = SandboxPhones(db, SEALER), watch.now()
    for number in range(2):
        assert await phones.send(delivery(number, watch.now())) == Delivered()
        watch.advance(SECOND)
    await phones.send(delivery(0, start))
    assert await shown(db) == [
        TextMessage("+84950000001", "135790", start + SECOND, start + SECOND + MINUTE),
        TextMessage("+84950000000", "135790", start, start + MINUTE),
    ]
    watch.advance(MINUTE)
    assert await shown(db) == []


async def test_they_stand_nowhere_in_the_open_and_are_swept(db: Database, watch: Watch) -> None:
    phones = SandboxPhones(db, SEALER)
    await phones.send(delivery(0, watch.now()))
    async with db.reading() as unit:
        stored = repr([tuple(row[column.name] for column in sandbox_messages.c) for row in await unit.fetch(_ALL)])
    assert "135790" not in stored
    assert "8495" not in stored
    await phones.sweep()
    assert len(await shown(db)) == 1
    watch.advance(MINUTE + 1)
    await phones.sweep()
    async with db.reading() as unit:
        assert await unit.fetch(_ALL) == []
