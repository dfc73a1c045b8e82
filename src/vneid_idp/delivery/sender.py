"""The port through which deliveries leave, and what a sender is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from vneid_idp.delivery.channels import MANNERS, Channel
from vneid_idp.delivery.outcomes import DeliveryOutcome
from vneid_idp.kernel.clock import Instant


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something to be sent. `delivery_id` stays the same from attempt to attempt."""

    recipient: str
    delivery_id: str
    channel: Channel
    payload: Mapping[str, Any] = field(repr=False)
    """What is sent, or ids of what the sender makes it of; empty where the recipient says it all."""
    created_at: Instant
    not_after: Instant | None


class UnservedChannel(Exception):
    """There is a channel through which nobody sends: what is put into it would never leave."""


class Sender(Protocol):
    """Sends what goes through one channel. Who holds nothing inherits `sweep` and `close`."""

    async def send(self, delivery: Delivery) -> DeliveryOutcome:
        """Make one attempt. What is raised counts as `Unclear`, and its text is not logged."""
        ...

    async def sweep(self) -> None:
        """Let go of what it keeps and nobody needs any more. For a worker, every few minutes."""
        return

    async def close(self) -> None:
        """Give back what it holds; it is not used after."""
        return


def check_served(senders: Mapping[Channel, Sender]) -> None:
    """Raise `UnservedChannel` unless every channel has a sender, and says in `MANNERS` how it delivers."""
    if unserved := [channel.value for channel in Channel if channel not in senders or channel not in MANNERS]:
        raise UnservedChannel(
            f"{', '.join(unserved)}: a channel needs a sender in app.py (`_assemble`) and a line of `MANNERS` in "
            "delivery/channels.py."
        )
