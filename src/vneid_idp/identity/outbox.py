"""Messages on their way to a phone: written with the change that asks for them, handed over after the commit.

In production a worker gives them to the operator's SMS gateway; in the sandbox a page shows them.
"""

from dataclasses import asdict, dataclass

from sqlalchemy import bindparam, delete, insert, select, update

from vneid_idp.identity.otp import Message
from vneid_idp.identity.tables import outbox_messages
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.sealing import Purpose, Sealer
from vneid_idp.kernel.secrets import new_id
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading, Row, Unit

_ADD = Statement(insert(outbox_messages))
_LATEST = Statement(
    select(outbox_messages)
    .where(outbox_messages.c.expires_at > bindparam("now"))
    .order_by(outbox_messages.c.message_id.desc())
    .limit(50)
)
_WAITING = Statement(
    select(outbox_messages)
    .where(outbox_messages.c.expires_at > bindparam("now"), outbox_messages.c.delivered_at.is_(None))
    .order_by(outbox_messages.c.message_id)
    .limit(50)
)
# Of several workers one takes the message: better that a code is lost than that a phone rings twice.
_TAKE = Statement(
    update(outbox_messages)
    .where(outbox_messages.c.message_id == bindparam("of"), outbox_messages.c.delivered_at.is_(None))
    .values(delivered_at=bindparam("now"))
)
_SWEEP = Statement(delete(outbox_messages).where(outbox_messages.c.expires_at < bindparam("now")))


@dataclass(frozen=True, slots=True)
class Sent:
    """A message and when it was written."""

    message_id: str
    message: Message
    sent_at: Instant


class Outbox:
    """A `Notifier` that writes messages down, sealed, since they hold a phone number and a secret."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def send(self, unit: Unit, message: Message) -> None:
        """Have `message` delivered once the unit has been committed."""
        await unit.execute(
            _ADD,
            message_id=new_id("msg"),
            sealed=self._sealer.seal_json(Purpose.PERSONAL_DATA, asdict(message)),
            sent_at=unit.now,
            expires_at=message.expires_at,
            delivered_at=None,
        )

    async def latest(self, unit: Reading) -> list[Sent]:
        """The messages whose codes are still good, newest first."""
        return [self._sent(row) for row in await unit.fetch(_LATEST, now=unit.now)]

    async def waiting(self, unit: Reading) -> list[Sent]:
        """Messages that nobody has taken for delivery yet, oldest first."""
        return [self._sent(row) for row in await unit.fetch(_WAITING, now=unit.now)]

    async def take(self, unit: Unit, message_id: str) -> bool:
        """Take a message for delivery; `True` for one caller only."""
        return await unit.execute(_TAKE, of=message_id, now=unit.now) == 1

    async def sweep(self, unit: Unit) -> int:
        """Delete messages whose codes have expired; how many."""
        return await unit.execute(_SWEEP, now=unit.now)

    def _sent(self, row: Row) -> Sent:
        value = self._sealer.open_json(Purpose.PERSONAL_DATA, row["sealed"])
        return Sent(row["message_id"], Message(**value), row["sent_at"])
