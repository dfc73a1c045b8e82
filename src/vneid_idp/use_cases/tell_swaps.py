"""A client asks to be told when the number of somebody's account comes into another SIM, and is told so.

Who agreed to that is told of in the unit that writes the swap down, whatever else ends by it: what a client has is a
subscription, and no grant. It ends with the consent, with the client and with the person, and is told its end.
"""

from dataclasses import dataclass

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.clients.service import find_client
from vneid_idp.consent import service as consents
from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.channels import Channel
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import new_id
from vneid_idp.protocol.camara import SUBSCRIBE_SWAPS, UNSUBSCRIBE_SWAPS
from vneid_idp.protocol.permitted import counting
from vneid_idp.protocol.swap_events import SwapEvent
from vneid_idp.storage.unit import Database, Reading, Unit
from vneid_idp.swap_subscriptions import service as subscriptions
from vneid_idp.swap_subscriptions.rules import Reason, SwapSubscription
from vneid_idp.use_cases.ask_about import hold_asking
from vneid_idp.use_cases.numbers_in_name import bindings_of_number

_PORTION = 500
"""Subscriptions that are ended in one unit."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a client asks for."""

    sink: str
    token: str | None
    token_expires_at: Instant | None
    expires_at: Instant | None
    most_events: int | None


async def subscribe(
    unit: Unit, vault: Vault, client_id: str, grant_id: str, person: RegistryRecord, wanted: Wanted
) -> SwapSubscription | None:
    """Open a subscription about the number of the person's account; nothing where no carrier has that in their name.

    Raises `GrantEnded`, `InsufficientScope`, and as `open_subscription`.
    """
    await hold_asking(unit, client_id, grant_id, SUBSCRIBE_SWAPS)
    held = await bindings_of_number(unit, vault, person.person_id, person.phone or "")
    if all(each.facts.released_at is not None for each in held):
        return None
    key = await vault.ensure_key(unit, person.person_id)
    new = SwapSubscription(
        person_id=person.person_id,
        subscription_id=new_id("sub"),
        client_id=client_id,
        sink=wanted.sink,
        sealed_token=None if wanted.token is None else key.seal(subscriptions.SEALED_TOKEN, wanted.token.encode()),
        token_expires_at=wanted.token_expires_at,
        started_at=unit.now,
        expires_at=wanted.expires_at,
        most_events=wanted.most_events,
    )
    await subscriptions.open_subscription(unit, new)
    await record(unit, _event(EventKind.SWAPS_SUBSCRIBED, new))
    await _enqueue(unit, new, SwapEvent.STARTED, unit.now)
    return new


async def unsubscribe(unit: Unit, client_id: str, grant_id: str, subscription_id: str) -> None:
    """End a subscription for its client. Raises `GrantEnded`, `InsufficientScope` and `SubscriptionNotFound`."""
    _, grant = await hold_asking(unit, client_id, grant_id, UNSUBSCRIBE_SWAPS)
    await subscriptions.get_standing(unit, grant.person_id, client_id, subscription_id)
    ended = await subscriptions.end(unit, grant.person_id, subscription_id, Reason.SUBSCRIPTION_DELETED)
    await _tell_ends(unit, [] if ended is None else [ended])


async def tell_swap(unit: Unit, person_id: str, at: Instant) -> None:
    """Have all who subscribed to it told that the number of the person's account is in another SIM since `at`, or moves
    to another carrier. The person is seized. Whom they, or the operator, permit it no more is told of the end."""
    for each in await subscriptions.list_standing(unit, person_id):
        if not await _may_be_told(unit, each):
            ended = await subscriptions.end(unit, person_id, each.subscription_id, Reason.NETWORK_TERMINATED)
            await _tell_ends(unit, [] if ended is None else [ended])
            continue
        counted = await subscriptions.count_swap(unit, person_id, each.subscription_id)
        if counted is None:
            continue
        await record(unit, _event(EventKind.SWAP_TOLD, counted))
        await _enqueue(unit, counted, SwapEvent.SWAPPED, at)
        if counted.is_used_up:
            ended = await subscriptions.end(unit, person_id, each.subscription_id, Reason.MAX_EVENTS_REACHED)
            await _tell_ends(unit, [] if ended is None else [ended])


async def _may_be_told(unit: Reading, subscription: SwapSubscription) -> bool:
    client = await find_client(unit, subscription.client_id)
    consent = await consents.find_current(unit, subscription.person_id, subscription.client_id)
    if client is None or consent is None:
        return False
    permission = counting(client, consent.decisions).get(SUBSCRIBE_SWAPS)
    return permission is not None and permission.given


async def end_under_consent(unit: Unit, person_id: str, client_id: str) -> None:
    """End what a client is told of somebody whose own consent ends in this unit."""
    await _tell_ends(unit, await subscriptions.end_of_both(unit, person_id, client_id))


async def end_of_deleted_client(unit: Unit, client_id: str) -> None:
    """End what a client that is deleted in this unit is told. The end is the last that it hears."""
    await _tell_ends(unit, await subscriptions.end_of_client(unit, client_id))


async def end_unreachable(unit: Unit, person_id: str, subscription_id: str) -> None:
    """End a subscription whose address said that it is gone: nobody is there to be told of the end."""
    ended = await subscriptions.end(unit, person_id, subscription_id, Reason.NETWORK_TERMINATED)
    if ended is not None:
        await record(unit, _event(EventKind.SWAPS_UNSUBSCRIBED, ended))


async def end_due_subscriptions(db: Database) -> None:
    """End the subscriptions whose time is over, or whose token for the address is about to expire. For a worker."""

    async def portion(unit: Unit) -> int:
        ended = await subscriptions.end_due(unit, _PORTION)
        await _tell_ends(unit, ended)
        return len(ended)

    while await db.transact(portion) == _PORTION:
        pass


async def _tell_ends(unit: Unit, ended: list[SwapSubscription]) -> None:
    for each in ended:
        await record(unit, _event(EventKind.SWAPS_UNSUBSCRIBED, each))
        await _enqueue(unit, each, SwapEvent.ENDED, unit.now)


async def _enqueue(unit: Unit, subscription: SwapSubscription, event: SwapEvent, at: Instant) -> None:
    about = {
        "person_id": subscription.person_id,
        "subscription_id": subscription.subscription_id,
        "event": event.value,
        "at": str(at),
    }
    await deliveries.enqueue_about(unit, Channel.SWAP_EVENTS, subscription.client_id, about)


def _event(kind: EventKind, subscription: SwapSubscription) -> Event:
    data = {} if subscription.reason is None else {"reason": subscription.reason.value}
    return Event(kind, subscription.person_id, subscription.client_id, subscription.subscription_id, data)
