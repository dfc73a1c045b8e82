"""What became of polled requests: for workers, which put it on record and delete what was over long ago."""

from collections import Counter
from dataclasses import dataclass

from vneid_idp.cross_device import store
from vneid_idp.cross_device.rules import Outcome
from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.protocol.polled import PolledKind
from vneid_idp.storage.unit import Row, Unit

_KEPT: Instant = 10 * MINUTE
"""How long after its time a client is told that it was over, and not that there was none."""


@dataclass(frozen=True, slots=True)
class Course:
    """What became of a request to a person: `how` it ended, nothing yet of one that waits, or that nobody answered."""

    request_id: str
    kind: PolledKind
    client_id: str
    person_id: str
    how: Outcome | None


async def put_asked(unit: Unit) -> tuple[Course, ...]:
    """The requests that wait for a person and are not on record yet, and are from now on."""
    return tuple(map(_course, await unit.fetch(store.PUT_ASKED, now=unit.now)))


async def put_over(unit: Unit) -> tuple[Course, ...]:
    """The same of those that ended without an answer of theirs."""
    return tuple(map(_course, await unit.fetch(store.PUT_OVER, now=unit.now)))


def _course(row: Row) -> Course:
    how = None if row["outcome"] is None else Outcome(row["outcome"])
    return Course(row["request_id"], PolledKind(row["kind"]), row["client_id"], row["person_id"], how)


async def sweep(unit: Unit) -> Counter[tuple[str, PolledKind, Outcome]]:
    """Delete requests whose time was over long ago, and what people disowned a day ago; how many requests there were
    that no person stands for, by client, kind, and how they ended."""
    await unit.execute(store.SWEEP_DISOWNED, before=unit.now)
    swept = await unit.fetch(store.SWEEP, before=unit.now - _KEPT)
    return Counter(
        (row["client_id"], PolledKind(row["kind"]), Outcome(row["outcome"] or Outcome.EXPIRED))
        for row in swept
        if row["person_id"] is None
    )
