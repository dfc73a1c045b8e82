"""The hash chain over batches of events: each batch's hash covers its events and the hash before it.

Who changes, adds, removes or moves a sealed event must recompute every later hash; the hash of the last batch, kept
outside the database (a log, a printout), then shows it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from vneid_idp.audit.events import RecordedEvent
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import base64url

START = ""
"""The previous hash of the first batch."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A link of the chain."""

    number: int
    previous: str
    hash: str
    count: int
    sealed_at: Instant


class BatchHash:
    """The hash of one batch, computed as its events stream by in the order of their ids."""

    def __init__(self, number: int, previous: str, sealed_at: Instant) -> None:
        self.count = 0
        self._hash = hashlib.sha256(orjson.dumps([number, previous, sealed_at]))

    def add(self, event: RecordedEvent) -> None:
        """Cover one more event. Each is framed as JSON, so that no two lists of events give the same bytes."""
        members = [event.event_id, event.at, event.kind, event.person_id, event.client_id, event.subject_id, event.text]
        self._hash.update(b"\n" + orjson.dumps(members))
        self.count += 1

    def value(self) -> str:
        """The hash over what was added, as base64url."""
        return base64url(self._hash.digest())


def next_batch(last: Batch | None, events: Iterable[RecordedEvent], now: Instant) -> Batch:
    """The batch of `events`, in the order of their ids, that follows `last`."""
    number, previous = (1, START) if last is None else (last.number + 1, last.hash)
    hashing = BatchHash(number, previous, now)
    for event in events:
        hashing.add(event)
    return Batch(number, previous, hashing.value(), hashing.count, now)


def find_broken_link(last: Batch | None, batch: Batch, found: BatchHash) -> str | None:
    """What is wrong with `batch`, which stands after `last` and whose events hash to `found`; None if nothing is."""
    number, previous = (1, START) if last is None else (last.number + 1, last.hash)
    if batch.number != number:
        return f"batch {number} is missing"
    if batch.previous != previous:
        return "it does not follow the batch before it"
    if batch.count != found.count:
        return f"it sealed {batch.count} events, and there are {found.count}"
    if batch.hash != found.value():
        return "an event was changed, or the batch itself"
    return None
