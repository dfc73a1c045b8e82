"""Statements on the numbers for which a step is due, and on all that are on the ladder when a policy is published.

Several sweep at once: PostgreSQL passes over the numbers that another one holds, SQLite has one writer. Each goes on
behind the last that it saw, so that no batch looks again at what the batches before it moved.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    FromClause,
    Text,
    Update,
    bindparam,
    cast,
    column,
    func,
    select,
    tuple_,
    update,
)

from vneid_idp.kernel.clock import Instant
from vneid_idp.registered_numbers.rules import RegisteredNumber
from vneid_idp.registered_numbers.store import FIRST, read_number
from vneid_idp.registered_numbers.tables import ladder_plans, registered_numbers
from vneid_idp.registered_numbers.telling_store import plan_anew
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

_c = registered_numbers.c
_MOVED = ("notices", "noticed_at", "asked_at", "one_way_at", "two_way_at", "ended_at", "next_step", "next_at")
"""What a step writes."""


class Place(NamedTuple):
    """A place in the order in which steps are due."""

    next_at: Instant
    number_id: str


START = Place(0, FIRST)
"""Before every place."""

_due = (
    select(registered_numbers)
    .where(
        _c.next_at <= bindparam("until", type_=BigInteger),
        tuple_(_c.next_at, _c.number_id)
        > tuple_(bindparam("after_at", type_=BigInteger), bindparam("after_id", type_=Text)),
    )
    .order_by(_c.next_at, _c.number_id)
    .limit(bindparam("most", type_=BigInteger))
)
_LIST_DUE = Statement(_due)
_SEIZE_DUE = Statement(_due.with_for_update(skip_locked=True))
_rows = bindparam("rows", type_=Text)


def _move(moved: FromClause) -> Update:
    return (
        update(registered_numbers)
        .where(_c.number_id == moved.c.number_id)
        .values({name: moved.c[name] for name in _MOVED})
    )


def _on_postgresql() -> Update:
    columns = [column(name, _c[name].type) for name in ("number_id", *_MOVED)]
    return _move(func.json_to_recordset(cast(_rows, JSON)).table_valued(*columns).render_derived("m", with_types=True))


def _on_sqlite() -> Update:
    each = func.json_each(_rows).table_valued("value")
    read = [func.json_extract(each.c.value, f"$.{name}").label(name) for name in ("number_id", *_MOVED)]
    return _move(select(*read).subquery("m"))


# The rows come as a JSON array of objects: one statement however many there are.
_MOVE = Statement(_on_postgresql(), sqlite=_on_sqlite())
_SEIZE_ON_LADDER = Statement(
    select(registered_numbers)
    .where(_c.number_id > bindparam("after", type_=Text), _c.trigger.is_not(None))
    .order_by(_c.number_id)
    .limit(bindparam("most", type_=BigInteger))
    .with_for_update()
)

_plan = ladder_plans.c
_BEGIN_PLAN = Statement(insert(ladder_plans).on_conflict_do_nothing(index_elements=["publications"]))
_UNFINISHED = _plan.publications == bindparam("of_publications", type_=BigInteger)
_SEIZE_PLAN = Statement(
    select(_plan.planned_until).where(_UNFINISHED, _plan.finished_at.is_(None)).with_for_update(skip_locked=True)
)
_MOVE_PLAN = Statement(
    update(ladder_plans)
    .where(_UNFINISHED)
    .values(
        planned_until=bindparam("until", type_=Text),
        finished_at=bindparam("at", type_=BigInteger),
    )
)


async def list_due(unit: Reading, until: Instant, after: Place, most: int) -> tuple[RegisteredNumber, ...]:
    """The next `most` numbers of which a step is due at `until`, in the order in which they are."""
    rows = await unit.fetch(_LIST_DUE, until=until, after_at=after.next_at, after_id=after.number_id, most=most)
    return tuple(map(read_number, rows))


async def seize_due(unit: Unit, after: Place, most: int) -> tuple[RegisteredNumber, ...]:
    """As `list_due`, at this moment, of those that nobody holds: held until the unit ends, whose statements are planned
    by what the tables hold now."""
    await plan_anew(unit)
    rows = await unit.fetch(_SEIZE_DUE, until=unit.now, after_at=after.next_at, after_id=after.number_id, most=most)
    return tuple(map(read_number, rows))


async def seize_on_ladder(unit: Unit, after: str, most: int) -> tuple[RegisteredNumber, ...]:
    """The next `most` numbers on the ladder by their ids, held until the unit ends: whoever holds one is waited for."""
    return tuple(map(read_number, await unit.fetch(_SEIZE_ON_LADDER, after=after, most=most)))


async def move(unit: Unit, numbers: Sequence[RegisteredNumber]) -> None:
    """Write what steps change of numbers that were seized in this unit. One statement however many there are."""
    if numbers:
        await unit.execute(_MOVE, rows=orjson.dumps(list(map(_moved, numbers))).decode())


def _moved(number: RegisteredNumber) -> dict[str, Any]:
    ladder, step, facts = number.ladder, number.next_step, number.facts
    return {
        "number_id": number.number_id,
        "notices": 0 if ladder is None else ladder.notices,
        "noticed_at": None if ladder is None else ladder.noticed_at,
        "asked_at": facts.asked_at,
        "one_way_at": facts.one_way_at,
        "two_way_at": facts.two_way_at,
        "ended_at": facts.ended_at,
        "next_step": None if step is None else step.step.value,
        "next_at": None if step is None else step.at,
    }


async def begin_plan(unit: Unit, publications: int) -> None:
    """Have all numbers planned anew by the policy of so many publications, unless that was begun."""
    await unit.execute(_BEGIN_PLAN, publications=publications, planned_until=FIRST, finished_at=None)


async def seize_plan(unit: Unit, publications: int) -> str | None:
    """The number up to which all are planned by the policy of so many publications, held until the unit ends; nothing
    where all are, or where another worker is at it."""
    row = await unit.fetch_one(_SEIZE_PLAN, of_publications=publications)
    return None if row is None else str(row["planned_until"])


async def move_plan(unit: Unit, publications: int, until: str, finished_at: Instant | None) -> None:
    """Write down how far a plan came, and when it reached the end."""
    await unit.execute(_MOVE_PLAN, of_publications=publications, until=until, at=finished_at)
