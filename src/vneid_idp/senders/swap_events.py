"""Events of subscriptions to SIM swaps: CloudEvents posted to the address that the client named (CAMARA SimSwap)."""

from dataclasses import dataclass
from functools import partial

from vneid_idp.clients.cache import ClientCache
from vneid_idp.clients.keys import Unreachable
from vneid_idp.delivery.outcomes import Delivered, DeliveryOutcome, Failed, Refused
from vneid_idp.delivery.sender import Delivery, Sender
from vneid_idp.identity.vault import PersonKey, Vault
from vneid_idp.log import Log
from vneid_idp.protocol.swap_events import SwapEvent, cloud_event
from vneid_idp.storage.unit import Database
from vneid_idp.swap_subscriptions.rules import SwapSubscription
from vneid_idp.swap_subscriptions.service import SEALED_TOKEN, find
from vneid_idp.use_cases.tell_swaps import end_unreachable
from vneid_idp.web.outbound import Outbound

_log = Log(__name__)

_PERHAPS_LATER = frozenset({408, 425, 429})
"""Statuses below 500 that speak of the moment and not of the event (RFC 9110 §15.5.9, RFC 8470, RFC 6585 §4)."""
_GONE = 410
"""The address is no more, as the client says: it is told nothing from now on."""


@dataclass(frozen=True, slots=True)
class SwapEvents(Sender):
    """Makes the event when it is sent, so that after a withdrawal nothing leaves any more but that it ended.

    Its `id` is that of the delivery, so a receiver recognises a repeat. The end is told by the token that came with the
    subscription, as long as the person's data are not destroyed, and to a client that was deleted as well.
    """

    issuer: str
    db: Database
    vault: Vault
    clients: ClientCache
    outbound: Outbound

    async def send(self, delivery: Delivery) -> DeliveryOutcome:
        """See `Sender`."""
        about = delivery.payload
        person_id, subscription_id, event = about["person_id"], about["subscription_id"], SwapEvent(about["event"])
        async with self.db.reading() as unit:
            found = await find(unit, person_id, subscription_id)
            key = await self.vault.find_key(unit, person_id)
        if found is None:
            return Delivered()
        if event is not SwapEvent.ENDED and (found.is_silent or await self.clients.find(delivery.recipient) is None):
            return Delivered()
        value = cloud_event(self.issuer, delivery.delivery_id, event, subscription_id, int(about["at"]), found.reason)
        try:
            status = await self.outbound.post_cloud_event(found.sink, value, _token(found, key), found.client_id)
        except Unreachable:
            _log.info("swap_event.unreachable", delivery_id=delivery.delivery_id, client_id=found.client_id)
            return Failed("unreachable")
        if status == _GONE:
            await self.db.transact(partial(end_unreachable, person_id=person_id, subscription_id=subscription_id))
            return Delivered()
        if status >= 500 or 300 <= status < 400 or status in _PERHAPS_LATER:
            return Failed(f"status_{status}")
        return Refused(f"status_{status}") if status >= 400 else Delivered()


def _token(subscription: SwapSubscription, key: PersonKey | None) -> str | None:
    if subscription.sealed_token is None or key is None:
        return None
    return key.open(SEALED_TOKEN, subscription.sealed_token).decode()
