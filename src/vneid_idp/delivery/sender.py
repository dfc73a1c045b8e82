"""The port through which deliveries leave, and what a sender is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.outcomes import Outcome
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


class Sender(Protocol):
    """Sends what goes through one channel."""

    async def send(self, delivery: Delivery) -> Outcome:
        """Make one attempt. What is raised counts as `Unclear`, and its text is not logged."""
        ...
