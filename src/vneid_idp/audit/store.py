"""Queries on events and batches."""

from collections.abc import AsyncIterator, Mapping, Sequence

import orjson
from sqlalchemy import bindparam, func, insert, select, update

from vneid_idp.audit.chain import Batch
from vneid_idp.audit.events import Event, EventKind, RecordedEvent
from vneid_idp.audit.tables import event_batches, event_counts, events
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import new_id
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.statement import insert as insert_or
from vneid_idp.storage.unit import Reading, Row, Unit

NOBODY = ""
"""Stands for no person in the key of `events`."""
_PAGE = 500


class EventsCameIn(DomainError):
    """Events came in among those that were about to be sealed. Nothing was kept; the next attempt takes them along."""

    code = "events_came_in"
    status = 409
    title = "Events came in while a batch was being sealed."


_ADD = Statement(
    insert(events).values({column.name: bindparam(column.name) for column in events.columns if column.name != "batch"})
)
_HISTORY = Statement(
    select(events)
    .where(events.c.person_id == bindparam("who"), events.c.event_id < bindparam("before"))
    .order_by(events.c.event_id.desc())
    .limit(bindparam("limit"))
)
_HISTORY_OF_KIND = Statement(
    select(events)
    .where(events.c.person_id == bindparam("who"), events.c.kind == bindparam("of_kind"))
    .order_by(events.c.event_id.desc())
    .limit(bindparam("limit"))
)
_LAST_BATCH = Statement(select(event_batches).order_by(event_batches.c.number.desc()).limit(1))
_BATCHES = Statement(
    select(event_batches)
    .where(event_batches.c.number > bindparam("after"))
    .order_by(event_batches.c.number)
    .limit(bindparam("limit"))
)
_UNSEALED = Statement(
    select(events).where(events.c.batch.is_(None)).order_by(events.c.event_id).limit(bindparam("limit"))
)
_COUNT_UNSEALED = Statement(select(func.count().label("count")).where(events.c.batch.is_(None)))
_STRAY = Statement(
    select(events.c.batch, func.count().label("count"))
    .where(events.c.batch > bindparam("last"))
    .group_by(events.c.batch)
    .order_by(events.c.batch)
    .limit(1)
)
_OF_BATCH = Statement(
    select(events)
    .where(events.c.batch == bindparam("number"), events.c.event_id > bindparam("after"))
    .order_by(events.c.event_id)
    .limit(bindparam("limit"))
)
_FIND = Statement(
    select(events)
    .where(
        events.c.person_id == bindparam("person_id"),
        events.c.kind == bindparam("kind"),
        events.c.subject_id == bindparam("subject_id"),
    )
    .limit(1)
)
_ADD_BATCH = Statement(
    insert_or(event_batches)
    .values({column.name: bindparam(column.name) for column in event_batches.columns})
    .on_conflict_do_nothing(index_elements=[event_batches.c.number])
    .returning(event_batches.c.number)
)
_MARK = Statement(
    update(events)
    .values(batch=bindparam("number"))
    .where(events.c.batch.is_(None), events.c.event_id.between(bindparam("first"), bindparam("last")))
)
_counted = insert_or(event_counts).values(
    day=bindparam("day"), kind=bindparam("kind"), detail=bindparam("detail"), count=bindparam("more")
)
_COUNT = Statement(
    _counted.on_conflict_do_update(
        index_elements=["day", "kind", "detail"], set_={"count": event_counts.c.count + _counted.excluded["count"]}
    )
)
_COUNTS = Statement(select(event_counts).where(event_counts.c.day == bindparam("day")))


def _recorded(row: Row) -> RecordedEvent:
    return RecordedEvent(
        event_id=row["event_id"],
        at=row["at"],
        kind=row["kind"],
        person_id=row["person_id"] or None,
        client_id=row["client_id"],
        subject_id=row["subject_id"],
        text=row["data"],
        batch=row["batch"],
    )


def _batch(row: Row) -> Batch:
    return Batch(row["number"], row["previous"], row["hash"], row["count"], row["sealed_at"])


async def find_event(unit: Reading, kind: EventKind, person_id: str, subject_id: str) -> RecordedEvent | None:
    """See `service.find_event`."""
    row = await unit.fetch_one(_FIND, kind=kind.value, person_id=person_id, subject_id=subject_id)
    return None if row is None else _recorded(row)


async def add(unit: Unit, event: Event) -> str:
    """Append `event`; its id."""
    event_id = new_id("evt")
    await unit.execute(
        _ADD,
        event_id=event_id,
        at=unit.now,
        kind=event.kind.value,
        person_id=event.person_id or NOBODY,
        client_id=event.client_id,
        subject_id=event.subject_id,
        data=orjson.dumps(event.data).decode(),
    )
    return event_id


async def history_of(unit: Reading, person_id: str, before: str, limit: int) -> tuple[RecordedEvent, ...]:
    """At most `limit` events of a person that are older than the event `before`, the latest first."""
    return tuple(_recorded(row) for row in await unit.fetch(_HISTORY, who=person_id, before=before, limit=limit))


async def history_of_kind(unit: Reading, person_id: str, kind: EventKind, limit: int) -> tuple[RecordedEvent, ...]:
    """At most `limit` events of a kind of a person, the latest first."""
    rows = await unit.fetch(_HISTORY_OF_KIND, who=person_id, of_kind=kind.value, limit=limit)
    return tuple(_recorded(row) for row in rows)


async def find_last_batch(unit: Reading) -> Batch | None:
    """The batch that the next one follows."""
    row = await unit.fetch_one(_LAST_BATCH)
    return None if row is None else _batch(row)


async def unsealed(unit: Reading, limit: int) -> tuple[RecordedEvent, ...]:
    """At most `limit` events in no batch yet, oldest first."""
    return tuple(_recorded(row) for row in await unit.fetch(_UNSEALED, limit=limit))


async def count_unsealed(unit: Reading) -> int:
    """How many events are in no batch yet."""
    row = await unit.fetch_one(_COUNT_UNSEALED)
    return 0 if row is None else int(row["count"])


async def find_batch_beyond(unit: Reading, last: int) -> int | None:
    """A batch number after `last` that events bear, although there is no such batch."""
    row = await unit.fetch_one(_STRAY, last=last)
    return None if row is None else int(row["batch"])


async def add_batch(unit: Unit, batch: Batch, members: Sequence[RecordedEvent]) -> bool:
    """Seal `members` into `batch`; false if another worker has taken that number, and then nothing is changed."""
    row = await unit.fetch_one(
        _ADD_BATCH,
        number=batch.number,
        previous=batch.previous,
        hash=batch.hash,
        count=batch.count,
        sealed_at=batch.sealed_at,
    )
    if row is None:
        return False
    first, last = members[0].event_id, members[-1].event_id
    if await unit.execute(_MARK, number=batch.number, first=first, last=last) != len(members):
        # An event among them was committed after they were read: it would bear a number whose hash does not know it.
        raise EventsCameIn
    return True


async def batches(unit: Reading) -> AsyncIterator[Batch]:
    """All batches in order, a page at a time."""
    after = 0
    while rows := await unit.fetch(_BATCHES, after=after, limit=_PAGE):
        for row in rows:
            yield _batch(row)
        after = rows[-1]["number"]


async def events_of(unit: Reading, number: int) -> AsyncIterator[RecordedEvent]:
    """The events of a batch in the order of their ids, a page at a time."""
    after = ""
    while rows := await unit.fetch(_OF_BATCH, number=number, after=after, limit=_PAGE):
        for row in rows:
            yield _recorded(row)
        after = rows[-1]["event_id"]


async def add_counts(unit: Unit, counts: Mapping[tuple[str, str, str], int]) -> None:
    """Add so many to what was counted, by day, kind and detail."""
    for (day, kind, detail), more in sorted(counts.items()):
        await unit.execute(_COUNT, day=day, kind=kind, detail=detail, more=more)


async def counts_of(unit: Reading, day: str) -> dict[tuple[str, str], int]:
    """What was counted on a day, by kind and detail."""
    return {(row["kind"], row["detail"]): row["count"] for row in await unit.fetch(_COUNTS, day=day)}
