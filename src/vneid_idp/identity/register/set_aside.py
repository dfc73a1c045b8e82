"""Changes of the registry's feed that could not be followed: set aside, so that those behind them are not held up.

One a place in the feed. It goes when the operator has it tried again, or when a later change of the same person is
followed: the registry is asked for the whole record each time, so the later one brings what the earlier one would have.
"""

import json
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, select

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.identity.register.feed import Fact, RegistryChange
from vneid_idp.identity.register.tables import registry_set_aside as table
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

_this = (table.c.feed == bindparam("of_feed"), table.c.cursor == bindparam("of_cursor"))
_ADD = Statement(insert(table).values({column.name: bindparam(column.name) for column in table.c}))
_FIND = Statement(select(table).where(*_this))
_LIST = Statement(select(table).order_by(table.c.set_aside_at, table.c.cursor))
_COUNT = Statement(select(func.count().label("changes")).select_from(table))
_REMOVE = Statement(delete(table).where(*_this))
_RESOLVE = Statement(delete(table).where(table.c.person_id == bindparam("of_person")))


class NotSetAside(DomainError):
    """No change of this place in the feed is set aside."""

    code = "not_set_aside"
    status = 404
    title = "No change at this place in the registry's feed is set aside."


@dataclass(frozen=True, slots=True)
class SetAside:
    """A change that waits for the operator."""

    change: RegistryChange
    error: str
    """The kind of error that it ran into; never its text, which could hold data."""
    set_aside_at: Instant


async def put(unit: Unit, feed: str, change: RegistryChange, error: str) -> None:
    """Keep a change that could not be followed, and put it on record."""
    await unit.execute(
        _ADD,
        feed=feed,
        cursor=change.cursor,
        person_id=change.person_id,
        facts=json.dumps(change.facts),
        changed_at=change.at,
        error=error,
        set_aside_at=unit.now,
    )
    await _record(unit, EventKind.REGISTER_SET_ASIDE, change, {"error": error})


async def find(unit: Reading, feed: str, cursor: str) -> SetAside:
    """The change at a place in the feed. Raises `NotSetAside`."""
    row = await unit.fetch_one(_FIND, of_feed=feed, of_cursor=cursor)
    if row is None:
        raise NotSetAside
    return _read(row)


def _read(row: Row) -> SetAside:
    facts = tuple(Fact(name) for name in json.loads(row["facts"]))
    change = RegistryChange(row["cursor"], row["person_id"], facts, row["changed_at"])
    return SetAside(change, row["error"], row["set_aside_at"])


async def list_set_aside(unit: Reading) -> list[tuple[str, SetAside]]:
    """Everything that is set aside, of any feed, with the feed's name; the oldest first."""
    return [(row["feed"], _read(row)) for row in await unit.fetch(_LIST)]


async def count(unit: Reading) -> int:
    """How many changes are set aside."""
    row = await unit.fetch_one(_COUNT)
    assert row is not None
    return int(row["changes"])


async def resolve(unit: Unit, person_id: str) -> None:
    """A person was brought into step: what was set aside about them is over, whatever feed told it."""
    await unit.execute(_RESOLVE, of_person=person_id)


async def retried(unit: Unit, feed: str, change: RegistryChange, deed: Deed) -> None:
    """The operator has a change tried again, in the unit that follows it. Raises `NotSetAside` if it was done."""
    if not await unit.execute(_REMOVE, of_feed=feed, of_cursor=change.cursor):
        raise NotSetAside
    await _record(unit, EventKind.REGISTER_RETRIED, change, deed.data)


async def _record(unit: Unit, kind: EventKind, change: RegistryChange, data: dict[str, str]) -> None:
    # About the person, and no matter of theirs: not in their own history.
    facts = {"facts": sorted(change.facts), "cursor": change.cursor}
    await record(unit, Event(kind, subject_id=change.person_id, data=facts | data))
