"""The phone of everybody in the sandbox: one-time codes that would go out by SMS are kept, and a page shows them."""

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.delivery.outcomes import Delivered, DeliveryOutcome
from vneid_idp.delivery.sender import Delivery, Sender
from vneid_idp.kernel.sealing import Sealer, SealPurpose
from vneid_idp.sandbox.tables import sandbox_messages
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Database, Reading, Row
from vneid_idp.web.context import idp
from vneid_idp.web.make_believe import TextMessage
from vneid_idp.web.templates import render

# A repeat of the same delivery is the same message.
_KEEP = Statement(
    insert(sandbox_messages)
    .values({column.name: bindparam(column.name) for column in sandbox_messages.c})
    .on_conflict_do_nothing(index_elements=["message_id"])
)
_LATEST = Statement(
    select(sandbox_messages)
    .where(sandbox_messages.c.expires_at > bindparam("now"))
    .order_by(sandbox_messages.c.sent_at.desc(), sandbox_messages.c.message_id.desc())
    .limit(50)
)
_SWEEP = Statement(delete(sandbox_messages).where(sandbox_messages.c.expires_at < bindparam("now")))


@dataclass(frozen=True, slots=True)
class SandboxPhones(Sender):
    """The sender of text messages in the sandbox: keeps them, sealed, until their codes expire."""

    db: Database
    sealer: Sealer

    async def send(self, delivery: Delivery) -> DeliveryOutcome:
        """See `Sender`."""
        async with self.db.single() as unit:
            await unit.execute(
                _KEEP,
                message_id=delivery.delivery_id,
                sealed=self.sealer.seal_json(SealPurpose.PERSONAL_DATA, dict(delivery.payload)),
                sent_at=delivery.created_at,
                expires_at=delivery.not_after or delivery.created_at,
            )
        return Delivered()

    async def sweep(self) -> None:
        """See `Sender`: messages whose codes have expired are forgotten."""
        async with self.db.single() as unit:
            await unit.execute(_SWEEP, now=unit.now)


async def latest_messages(unit: Reading, sealer: Sealer) -> list[TextMessage]:
    """The messages whose codes are still good, newest first."""

    def message(row: Row) -> TextMessage:
        value = sealer.open_json(SealPurpose.PERSONAL_DATA, row["sealed"])
        return TextMessage(value["phone"], value["code"], row["sent_at"], row["expires_at"])

    return [message(row) for row in await unit.fetch(_LATEST, now=unit.now)]


async def outbox_page(request: Request) -> Response:
    """`GET /sandbox/outbox`: messages whose codes are still good, newest first."""
    provider = idp(request)
    async with provider.db.glance() as unit:
        messages = await latest_messages(unit, provider.keys.sealer)
    response = render(request, "sandbox/outbox.html", messages=messages)
    response.headers["Refresh"] = "5"
    return response
