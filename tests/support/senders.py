"""Senders for tests: what they were given, and outcomes on demand."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from vneid_idp.delivery.outcomes import Delivered, DeliveryOutcome
from vneid_idp.delivery.sender import Delivery, Sender


@dataclass
class Recorder(Sender):
    """A sender that remembers what it was given. Several dispatchers may share one."""

    outcome: DeliveryOutcome = field(default_factory=Delivered)
    sent: list[Delivery] = field(default_factory=list)
    hang: set[str] = field(default_factory=set)
    """Recipients that do not answer until `released`."""
    released: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: Counter[str] = field(default_factory=Counter)
    most_under_way: Counter[str] = field(default_factory=Counter)

    async def send(self, delivery: Delivery) -> DeliveryOutcome:
        """See `Sender`."""
        who = delivery.recipient
        self.sent.append(delivery)
        self.under_way[who] += 1
        self.most_under_way[who] = max(self.most_under_way[who], self.under_way[who])
        try:
            if who in self.hang:
                await self.released.wait()
            await asyncio.sleep(0)
            return self.outcome
        finally:
            self.under_way[who] -= 1

    @property
    def ids(self) -> list[str]:
        """The ids of what was sent, in order."""
        return [delivery.delivery_id for delivery in self.sent]
