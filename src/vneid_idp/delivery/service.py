"""The queue: enqueue, take, settle, and what the operator does with what was given up."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from vneid_idp.audit.deeds import Deed, data_of
from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.delivery import store
from vneid_idp.delivery.channels import LEASE, MANNERS, Addressee, Channel
from vneid_idp.delivery.outcomes import Delivered, DeliveryOutcome
from vneid_idp.delivery.rules import Again, Done, GiveUp, may_be_retried, next_of
from vneid_idp.delivery.sender import Delivery
from vneid_idp.delivery.store import Queued as Queued
from vneid_idp.delivery.store import QueueState as QueueState
from vneid_idp.kernel.clock import DAY, MINUTE, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import NotSealedHere, Sealer, SealPurpose
from vneid_idp.kernel.secrets import new_id
from vneid_idp.storage.unit import Reading, Unit

KEPT: Instant = 30 * DAY
"""How long a delivery that was given up stays to be seen."""
OVERDUE: Instant = MINUTE
"""Who waits longer than this after the time for the next attempt waits too long: no worker runs, or too few."""


class NotGivenUp(DomainError):
    """There is no delivery of this id, or it is still under way."""

    code = "not_given_up"
    status = 404
    title = "No delivery of this id was given up."


class CannotBeRetried(DomainError):
    """A code by message, or something that has expired."""

    code = "cannot_be_retried"
    status = 409
    title = "This delivery goes out once at most, or has expired; it can only be discarded."


async def enqueue(
    unit: Unit,
    sealer: Sealer,
    channel: Channel,
    recipient: str,
    payload: Mapping[str, Any],
    *,
    not_after: Instant | None = None,
) -> Delivery:
    """Have `payload`, a JSON object, sent to `recipient` once the unit has been committed; never from `not_after` on.

    `recipient` is the id of a person or a client, as the channel has it. The caller may pass what is returned to
    `Dispatcher.attempt` after the commit; else a worker sends it after the channel's head start.
    """
    delivery = Delivery(recipient, new_id("dlv"), channel, payload, unit.now, not_after)
    sealed = sealer.seal_json(SealPurpose.DELIVERY, [delivery.delivery_id, payload])
    await store.add(unit, _row(delivery, sealed=sealed))
    return delivery


async def enqueue_about(unit: Unit, channel: Channel, recipient: str, about: Mapping[str, str]) -> Delivery:
    """As `enqueue`, for what the sender makes at the time of sending. `about` holds pseudonymous ids and nothing else:
    it stands in the table as it is.
    """
    delivery = Delivery(recipient, new_id("dlv"), channel, about, unit.now, None)
    await store.add(unit, _row(delivery, about=orjson.dumps(about).decode()))
    return delivery


async def enqueue_only(unit: Unit, channel: Channel, recipient: str) -> Delivery:
    """As `enqueue_about`, where the recipient says it all, and in place of what waits for it on the channel already:
    due at once, from the first attempt on.
    """
    delivery = the_only(channel, recipient, unit.now)
    await store.replace(unit, _row(delivery))
    return delivery


async def ensure_only(unit: Unit, channel: Channel, recipient: str) -> None:
    """As `enqueue_only`, but what waits for it on the channel already goes on as it is: whoever is at it sees what came
    meanwhile, or another one is enqueued after it."""
    await store.add_new(unit, _row(the_only(channel, recipient, unit.now)))


def the_only(channel: Channel, recipient: str, created_at: Instant) -> Delivery:
    """What `enqueue_only` enqueues, for who was not handed it and wants it attempted now."""
    return Delivery(recipient, f"{channel}_{recipient}", channel, {}, created_at, None)


def _row(delivery: Delivery, *, sealed: str | None = None, about: str | None = None) -> Queued:
    return Queued(
        recipient=delivery.recipient,
        delivery_id=delivery.delivery_id,
        channel=delivery.channel,
        sealed=sealed,
        about=about,
        created_at=delivery.created_at,
        next_attempt_at=delivery.created_at + MANNERS[delivery.channel].head_start,
        attempts=0,
        taken_until=None,
        last_outcome=None,
        not_after=delivery.not_after,
        given_up_at=None,
    )


async def cancel(unit: Unit, channel: Channel, recipient: str) -> int:
    """Have nothing more of a channel sent to a recipient; how many deliveries that ended."""
    return await store.cancel(unit, channel, recipient)


async def due_channels(unit: Reading) -> list[Channel]:
    """The channels on which something is due."""
    return await store.due_channels(unit)


async def take(unit: Unit, channel: Channel, most: int) -> list[Queued]:
    """Take at most `most` due deliveries for sending; nobody else gets them while the lease lasts. One statement."""
    return await store.take(unit, channel, most, unit.now + LEASE)


async def take_these(unit: Unit, deliveries: Sequence[Delivery]) -> list[Queued]:
    """Take those of `deliveries` that nobody has taken yet and whose turn it is."""
    until = unit.now + LEASE
    rows = [await store.take_one(unit, each.channel, each.recipient, each.delivery_id, until) for each in deliveries]
    return [row for row in rows if row is not None]


def open_delivery(sealer: Sealer, row: Queued) -> Delivery:
    """The delivery in a row; raises `NotSealedHere` also for a payload that was moved here from another row."""
    payload: Mapping[str, Any] = {} if row.about is None else orjson.loads(row.about)
    if row.sealed is not None:
        delivery_id, payload = sealer.open_json(SealPurpose.DELIVERY, row.sealed)
        if delivery_id != row.delivery_id:
            raise NotSealedHere(SealPurpose.DELIVERY)
    return Delivery(row.recipient, row.delivery_id, row.channel, payload, row.created_at, row.not_after)


async def settle(unit: Unit, row: Queued, outcome: DeliveryOutcome, chance: float) -> None:
    """Write down what came of an attempt. Changes nothing when the lease passed and another worker took it over.

    `chance`, drawn evenly from [0, 1), spreads the next attempt.
    """
    code = None if isinstance(outcome, Delivered) else outcome.code
    match next_of(MANNERS[row.channel], outcome, row.attempts, row.not_after, unit.now, chance):
        case Done():
            await store.remove(unit, row)
        case Again(at, attempts):
            await store.again(unit, row, at, attempts, code)
        case GiveUp():
            if await store.give_up(unit, row, code):
                await _record(unit, EventKind.DELIVERY_GIVEN_UP, row, code)


async def give_up_lost(unit: Unit) -> int:
    """Give up what may not be sent any more: what has expired, and what goes out once at most and was in the hands of a
    process that died. How many. For a worker, every few seconds.
    """
    lost = await store.give_up_lost(unit)
    for row in lost:
        await _record(unit, EventKind.DELIVERY_GIVEN_UP, row, row.last_outcome)
    return len(lost)


async def sweep(unit: Unit) -> int:
    """Delete what was given up a month ago; how many. For a worker, now and then."""
    return await store.sweep(unit, unit.now - KEPT)


async def list_deliveries(unit: Reading, *, dead: bool = False, after: str = "", limit: int = 100) -> list[Queued]:
    """A page of the queue in the order of ids; `after` is the last id of the page before. With `dead`, only what was
    given up.
    """
    return await store.page(unit, dead=dead, after=after, most=limit)


async def retry(unit: Unit, delivery_id: str, deed: Deed) -> None:
    """Have another round of attempts made at a delivery that was given up. Raises `NotGivenUp`, `CannotBeRetried`."""
    row = await _get(unit, delivery_id)
    if not may_be_retried(MANNERS[row.channel], row.not_after, unit.now):
        raise CannotBeRetried
    if not await store.revive(unit, row.recipient, row.delivery_id):
        raise NotGivenUp
    await _record(unit, EventKind.DELIVERY_RETRIED, row, row.last_outcome, deed)


async def discard(unit: Unit, delivery_id: str, deed: Deed) -> None:
    """Forget a delivery that was given up. Raises `NotGivenUp`."""
    row = await _get(unit, delivery_id)
    if not await store.discard(unit, row.recipient, row.delivery_id):
        raise NotGivenUp
    await _record(unit, EventKind.DELIVERY_DISCARDED, row, row.last_outcome, deed)


async def _get(unit: Reading, delivery_id: str) -> Queued:
    row = await store.find(unit, delivery_id)
    if row is None:
        raise NotGivenUp
    return row


async def queue_states(unit: Reading) -> list[QueueState]:
    """How each channel stands: what waits, what is overdue, what was given up."""
    found = await store.queue_states(unit, unit.now - OVERDUE)
    return [found.get(channel, QueueState(channel, 0, 0, 0)) for channel in Channel]


async def oldest(unit: Reading) -> tuple[Instant | None, Instant | None]:
    """Since when the oldest that is under way waits, and when the oldest that is kept was given up."""
    return await store.oldest(unit)


async def _record(unit: Unit, kind: EventKind, row: Queued, code: str | None, deed: Deed | None = None) -> None:
    to_person = MANNERS[row.channel].addressee is Addressee.PERSON
    await record(
        unit,
        Event(
            kind,
            person_id=row.recipient if to_person else None,
            client_id=None if to_person else row.recipient,
            subject_id=row.delivery_id,
            data={"channel": row.channel.value, "attempts": row.attempts, "outcome": code, **data_of(deed)},
        ),
    )
