"""Queries on deliveries."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, and_, bindparam, case, delete, func, null, or_, select, update

from vneid_idp.delivery.channels import MANNERS, Channel
from vneid_idp.delivery.tables import deliveries
from vneid_idp.delivery.taking import TAKE, TAKE_ONE
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

_t = deliveries
_NOW = bindparam("now", type_=BigInteger)
_one = and_(_t.c.recipient == bindparam("of_recipient"), _t.c.delivery_id == bindparam("of_delivery"))
# Only for whoever took it: after the lease another worker may have it, whose attempt this is not.
_mine = and_(_one, _t.c.attempts == bindparam("seen"), _t.c.taken_until == bindparam("until"))
_at_most_once = or_(*(_t.c.channel == channel.value for channel, manner in MANNERS.items() if manner.at_most_once))

_ADD = insert(_t).values({column.name: bindparam(column.name) for column in _t.c})
_INSERT = Statement(_ADD)
_REPLACE = Statement(
    _ADD.on_conflict_do_update(
        index_elements=["recipient", "delivery_id"],
        set_={column.name: _ADD.excluded[column.name] for column in _t.c if not column.primary_key},
    )
)
_INSERT_NEW = Statement(_ADD.on_conflict_do_nothing(index_elements=["recipient", "delivery_id"]))
_CANCEL = Statement(
    delete(_t).where(_t.c.recipient == bindparam("of_recipient"), _t.c.channel == bindparam("of_channel"))
)
_DUE_CHANNELS = Statement(
    select(_t.c.channel).where(_t.c.given_up_at.is_(None), _t.c.next_attempt_at <= _NOW).distinct()
)
_REMOVE = Statement(delete(_t).where(_mine))
_AGAIN = Statement(
    update(_t)
    .where(_mine)
    .values(
        next_attempt_at=bindparam("at"),
        attempts=bindparam("attempts_so_far"),
        taken_until=null(),
        last_outcome=bindparam("code"),
    )
)
_GIVE_UP = Statement(
    update(_t)
    .where(_mine)
    .values(
        given_up_at=_NOW,
        taken_until=null(),
        last_outcome=bindparam("code"),
        sealed=case((_at_most_once, null()), else_=_t.c.sealed),
    )
)
_expired = and_(_t.c.not_after <= _NOW, func.coalesce(_t.c.taken_until, 0) <= _NOW)
_interrupted = and_(_at_most_once, _t.c.taken_until <= _NOW)
_GIVE_UP_LOST = Statement(
    update(_t)
    .where(_t.c.given_up_at.is_(None), or_(_interrupted, _expired))
    .values(
        given_up_at=_NOW,
        taken_until=null(),
        last_outcome=case((_interrupted, "interrupted"), else_="expired"),
        sealed=null(),
    )
    .returning(*_t.c)
)
_FIND = Statement(select(_t).where(_t.c.delivery_id == bindparam("of_delivery")))
_LIST = select(_t).where(_t.c.delivery_id > bindparam("after")).order_by(_t.c.delivery_id).limit(bindparam("most"))
_LIST_ALL = Statement(_LIST)
_LIST_DEAD = Statement(_LIST.where(_t.c.given_up_at.is_not(None)))
_REVIVE = Statement(
    update(_t).where(_one, _t.c.given_up_at.is_not(None)).values(given_up_at=null(), attempts=0, next_attempt_at=_NOW)
)
_DISCARD = Statement(delete(_t).where(_one, _t.c.given_up_at.is_not(None)))
_SWEEP = Statement(delete(_t).where(_t.c.given_up_at < bindparam("before")))


_is_dead = _t.c.given_up_at.is_not(None)
_is_overdue = and_(_t.c.given_up_at.is_(None), _t.c.next_attempt_at <= bindparam("due_before"))
_QUEUE_STATES = Statement(
    select(
        _t.c.channel,
        func.count().label("rows"),
        func.sum(case((_is_overdue, 1), else_=0)).label("overdue"),
        func.sum(case((_is_dead, 1), else_=0)).label("dead"),
    ).group_by(_t.c.channel)
)
_OLDEST = Statement(
    select(
        func.min(case((_is_dead, None), else_=_t.c.created_at)).label("waiting"),
        func.min(_t.c.given_up_at).label("dead"),
    )
)


@dataclass(frozen=True, slots=True)
class Queued:
    """A row of the queue."""

    recipient: str
    delivery_id: str
    channel: Channel
    sealed: str | None
    about: str | None
    created_at: Instant
    next_attempt_at: Instant
    attempts: int
    taken_until: Instant | None
    last_outcome: str | None
    not_after: Instant | None
    given_up_at: Instant | None


@dataclass(frozen=True, slots=True)
class QueueState:
    """How many deliveries of a channel wait, how many of those should have been sent by now, how many were given up."""

    channel: Channel
    waiting: int
    overdue: int
    dead: int


def _queued(row: Row) -> Queued:
    values = {name: row[name] for name in Queued.__dataclass_fields__}
    return Queued(**values | {"channel": Channel(row["channel"])})


async def add(unit: Unit, row: Queued) -> None:
    """Insert a delivery."""
    await unit.execute(_INSERT, **_values(row))


async def replace(unit: Unit, row: Queued) -> None:
    """Insert a delivery in place of the one with the same key."""
    await unit.execute(_REPLACE, **_values(row))


async def add_new(unit: Unit, row: Queued) -> None:
    """Insert a delivery unless there is one with the same key, which stays as it is."""
    await unit.execute(_INSERT_NEW, **_values(row))


def _values(row: Queued) -> dict[str, object]:
    return {name: getattr(row, name) for name in Queued.__dataclass_fields__} | {"channel": row.channel.value}


async def cancel(unit: Unit, channel: Channel, recipient: str) -> int:
    """Delete everything of a channel to a recipient; how many."""
    return await unit.execute(_CANCEL, of_recipient=recipient, of_channel=channel.value)


async def due_channels(unit: Reading) -> list[Channel]:
    """The channels with something that is due."""
    return [Channel(row["channel"]) for row in await unit.fetch(_DUE_CHANNELS, now=unit.now)]


async def take(unit: Unit, channel: Channel, most: int, until: Instant) -> list[Queued]:
    """Take at most `most` that are due, until the instant `until`; the longest waiting first."""
    rows = [_queued(row) for row in await unit.fetch(TAKE[channel], now=unit.now, most=most, until=until)]
    return sorted(rows, key=lambda row: (row.next_attempt_at, row.delivery_id))


async def take_one(unit: Unit, channel: Channel, recipient: str, delivery_id: str, until: Instant) -> Queued | None:
    """Take one, due or not; nothing when it is not to be had."""
    row = await unit.fetch_one(
        TAKE_ONE[channel], now=unit.now, of_recipient=recipient, of_delivery=delivery_id, until=until
    )
    return None if row is None else _queued(row)


async def remove(unit: Unit, row: Queued) -> bool:
    """Delete a delivery that was taken; whether it still was this attempt's."""
    return await unit.execute(_REMOVE, **_attempt(row)) == 1


async def again(unit: Unit, row: Queued, at: Instant, attempts: int, code: str | None) -> bool:
    """Give back a delivery that was taken, for another attempt at `at`; whether it still was this attempt's."""
    values = _attempt(row) | {"at": at, "attempts_so_far": attempts, "code": code}
    return await unit.execute(_AGAIN, **values) == 1


async def give_up(unit: Unit, row: Queued, code: str | None) -> bool:
    """Give up a delivery that was taken; whether it still was this attempt's."""
    return await unit.execute(_GIVE_UP, **_attempt(row), code=code, now=unit.now) == 1


def _attempt(row: Queued) -> dict[str, object]:
    return {
        "of_recipient": row.recipient,
        "of_delivery": row.delivery_id,
        "seen": row.attempts,
        "until": row.taken_until,
    }


async def give_up_lost(unit: Unit) -> list[Queued]:
    """Give up what may not be sent any more: expired, or left behind by a dead process where it goes out once."""
    return [_queued(row) for row in await unit.fetch(_GIVE_UP_LOST, now=unit.now)]


async def find(unit: Reading, delivery_id: str) -> Queued | None:
    """The delivery of this id."""
    row = await unit.fetch_one(_FIND, of_delivery=delivery_id)
    return None if row is None else _queued(row)


async def page(unit: Reading, *, dead: bool, after: str, most: int) -> list[Queued]:
    """Deliveries in the order of their ids, those after `after`; with `dead`, only what was given up."""
    rows = await unit.fetch(_LIST_DEAD if dead else _LIST_ALL, after=after, most=most)
    return [_queued(row) for row in rows]


async def revive(unit: Unit, recipient: str, delivery_id: str) -> bool:
    """Make a delivery that was given up due again, from the start; whether it was there."""
    return await unit.execute(_REVIVE, of_recipient=recipient, of_delivery=delivery_id, now=unit.now) == 1


async def discard(unit: Unit, recipient: str, delivery_id: str) -> bool:
    """Delete a delivery that was given up; whether it was there."""
    return await unit.execute(_DISCARD, of_recipient=recipient, of_delivery=delivery_id) == 1


async def sweep(unit: Unit, before: Instant) -> int:
    """Delete what was given up before the instant `before`; how many."""
    return await unit.execute(_SWEEP, before=before)


async def queue_states(unit: Reading, due_before: Instant) -> dict[Channel, QueueState]:
    """The counts of each channel that has any."""
    found = {}
    for row in await unit.fetch(_QUEUE_STATES, due_before=due_before):
        channel, dead = Channel(row["channel"]), int(row["dead"])
        found[channel] = QueueState(channel, int(row["rows"]) - dead, int(row["overdue"]), dead)
    return found


async def oldest(unit: Reading) -> tuple[Instant | None, Instant | None]:
    """Since when the oldest that is under way waits, and when the oldest that is kept was given up."""
    row = await unit.fetch_one(_OLDEST)
    return (None, None) if row is None else (row["waiting"], row["dead"])
