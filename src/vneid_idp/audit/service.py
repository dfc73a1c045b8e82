"""The record of events: record, read a person's history, seal, verify."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date

from vneid_idp.audit import store
from vneid_idp.audit.chain import Batch, BatchHash, find_broken_link, next_batch
from vneid_idp.audit.events import ALARMS, Event, EventKind, RecordedEvent
from vneid_idp.audit.store import EventsCameIn
from vneid_idp.kernel.clock import Instant, local_date
from vneid_idp.storage.unit import Reading, Unit

__all__ = [
    "BrokenLink",
    "Event",
    "EventKind",
    "EventsCameIn",
    "Sealed",
    "Verification",
    "count_unsealed",
    "counts_of",
    "find_event",
    "history_of",
    "history_of_kind",
    "last_batch",
    "oldest_unsealed",
    "record",
    "seal_batch",
    "verify",
]

_LATEST = "evu"
"""Sorts after every event id (`evt_…`) in every collation."""
FULL_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first batch at which the chain does not hold, and why."""

    batch: int
    reason: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk along the chain found.

    `head` is the hash of the last good batch: compare it with one kept outside the database.
    """

    batches: int
    events: int
    unsealed: int
    head: str
    broken: BrokenLink | None


@dataclass(frozen=True, slots=True)
class Sealed:
    """A batch that was added to the chain, and the events in it that an operator should look at."""

    batch: Batch
    alarms: tuple[RecordedEvent, ...]


async def record(unit: Unit, event: Event) -> str:
    """Append `event` in the transaction of the change that it describes; its id, ordered by time."""
    return await store.add(unit, event)


async def find_event(unit: Reading, kind: EventKind, person_id: str, subject_id: str) -> RecordedEvent | None:
    """An event of a kind, about this subject, in a person's history: what has an id is done once."""
    return await store.find_event(unit, kind, person_id, subject_id)


async def history_of(
    unit: Reading, person_id: str, *, before: str | None = None, limit: int = 50
) -> tuple[RecordedEvent, ...]:
    """What happened to a person, the latest first; the last one's `event_id` is `before` of the next page."""
    return await store.history_of(unit, person_id, before or _LATEST, limit)


async def history_of_kind(
    unit: Reading, person_id: str, kind: EventKind, *, limit: int = 50
) -> tuple[RecordedEvent, ...]:
    """What of a kind happened to a person, the latest first."""
    return await store.history_of_kind(unit, person_id, kind, limit)


async def seal_batch(unit: Unit, *, limit: int = FULL_BATCH) -> Sealed | None:
    """Chain at most `limit` events that are in no batch yet; None if there are none, or another worker was faster.

    Called every few seconds by a background worker. Raises `EventsCameIn`, to be tried again, when an event was
    committed among those that were read.
    """
    last = await store.find_last_batch(unit)
    members = await store.unsealed(unit, limit)
    if not members:
        return None
    batch = next_batch(last, members, unit.now)
    if not await store.add_batch(unit, batch, members):
        return None
    await store.add_counts(unit, Counter(map(_counted_as, members)))
    return Sealed(batch, tuple(event for event in members if event.kind in ALARMS))


def _counted_as(event: RecordedEvent) -> tuple[str, str, str]:
    detail = str(event.data.get("method", "")) if event.kind == EventKind.SIGNIN_FAILED else ""
    if event.kind in ALARMS:
        detail = event.client_id or ""
    return local_date(event.at).isoformat(), event.kind, detail


async def counts_of(unit: Reading, day: date) -> Mapping[tuple[str, str], int]:
    """How often what happened on a day in Viet Nam, by kind and, of sign-ins that failed, by method and of alarms by
    client; of what is in a batch already. Nobody is told apart."""
    return await store.counts_of(unit, day.isoformat())


async def last_batch(unit: Reading) -> Batch | None:
    """The head of the chain."""
    return await store.find_last_batch(unit)


async def count_unsealed(unit: Reading) -> int:
    """How many events are in no batch yet."""
    return await store.count_unsealed(unit)


async def oldest_unsealed(unit: Reading) -> Instant | None:
    """Since when the oldest event waits that is in no batch yet."""
    found = await store.unsealed(unit, 1)
    return found[0].at if found else None


FaultOf = Callable[[Reading, RecordedEvent], Awaitable[str | None]]
"""What is wrong with that of which an event bears the proof."""


async def verify(unit: Reading, *faults_of: FaultOf) -> Verification:
    """Walk the whole chain, a page at a time, and stop at the first link that does not hold, or does not prove what it
    bears the proof of."""
    last: Batch | None = None
    events = 0

    def result(unsealed: int, broken: BrokenLink | None) -> Verification:
        head, count = ("", 0) if last is None else (last.hash, last.number)
        return Verification(count, events, unsealed, head, broken)

    async for batch in store.batches(unit):
        found = BatchHash(batch.number, batch.previous, batch.sealed_at)
        fault: str | None = None
        async for event in store.events_of(unit, batch.number):
            found.add(event)
            for fault_of in faults_of:
                fault = fault or await fault_of(unit, event)
        if reason := find_broken_link(last, batch, found) or fault:
            return result(0, BrokenLink(batch.number, reason))
        last, events = batch, events + found.count
    stray = await store.find_batch_beyond(unit, 0 if last is None else last.number)
    if stray is not None:
        return result(0, BrokenLink(stray, "events bear its number, and the batch itself is missing"))
    return result(await store.count_unsealed(unit), None)
