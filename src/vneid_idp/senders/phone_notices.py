"""Notices to phones that something waits, through the push services of their browsers (RFC 8030).

Nothing stands in them: neither who asks nor what about, and never a number to pick. A phone that gets one asks here
what there is to show, so a push service learns only that something happened.
"""

import asyncio
from dataclasses import dataclass

from vneid_idp.clients.keys import Unreachable
from vneid_idp.delivery.outcomes import Delivered, DeliveryOutcome, Failed
from vneid_idp.delivery.sender import Delivery, Sender
from vneid_idp.identity.factors import enrolled_phones
from vneid_idp.identity.factors.enrolled_phones import EnrolledPhone
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import SECOND, Clock
from vneid_idp.keys.ring import KeyRing
from vneid_idp.keys.vapid import NoPushService
from vneid_idp.log import Log
from vneid_idp.storage.unit import Database
from vneid_idp.web.outbound import Outbound

_log = Log(__name__)
_GONE = frozenset({404, 410})
"""The browser takes no more notices there (RFC 8030 §7.3)."""
_TOPIC = "waiting"
"""A later notice takes the place of one that was not delivered yet (RFC 8030 §5.4)."""


@dataclass(frozen=True, slots=True)
class PhoneNotices(Sender):
    """The *notifier* of phones: tells every phone of `recipient` to look, as long as the delivery is of use."""

    issuer: str
    clock: Clock
    db: Database
    keys: KeyRing
    vault: Vault
    outbound: Outbound

    async def send(self, delivery: Delivery) -> DeliveryOutcome:
        """See `Sender`. Of several phones that could not be reached one is enough for another attempt."""
        async with self.db.reading() as unit:
            phones = await enrolled_phones.list_phones(unit, delivery.recipient)
            answering = [phone for phone in phones if phone.rests_since is None]
            told = [(phone, await enrolled_phones.subscription_of(unit, self.vault, phone)) for phone in answering]
        until = delivery.not_after or delivery.created_at
        # At once: a push service that hangs keeps no other phone waiting.
        problems = await asyncio.gather(
            *(self._try(phone, endpoint, until) for phone, endpoint in told if endpoint is not None)
        )
        return next((Failed(problem) for problem in problems if problem is not None), Delivered())

    async def _try(self, phone: EnrolledPhone, endpoint: str, until: int) -> str | None:
        """As `_tell`: what fails at one phone keeps no other from being told."""
        try:
            return await self._tell(phone, endpoint, until)
        except Exception as error:
            _log.failure("phone_notice.failed", error)
            return "failed"

    async def _tell(self, phone: EnrolledPhone, endpoint: str, until: int) -> str | None:
        """Why the phone was not told, and may be another time."""
        now = self.clock.now()
        try:
            authorization = self.keys.vapid.authorization(endpoint, self.issuer, now)
        except NoPushService:  # kept by an earlier version
            await self._forget(phone)
            return None
        headers = {
            "authorization": authorization,
            "ttl": str(max(0, until - now) // SECOND),
            "urgency": "high",
            "topic": _TOPIC,
        }
        try:
            status = await self.outbound.post_nothing(endpoint, headers)
        except Unreachable:
            return "unreachable"
        if status in _GONE:
            await self._forget(phone)
            return None
        return f"status_{status}" if status == 429 or status >= 500 else None

    async def _forget(self, phone: EnrolledPhone) -> None:
        await self.db.transact(lambda unit: enrolled_phones.subscribe(unit, self.vault, phone, None))
