"""Statements on the numbers of registers, and the form in which a row keeps one."""

from typing import Any

import orjson
from sqlalchemy import BigInteger, Text, bindparam, delete, literal_column, select, update

from vneid_idp.policy.intervals import Step, Trigger
from vneid_idp.registered_numbers.rules import Ladder, NextStep, NumberFacts, RegisteredNumber
from vneid_idp.registered_numbers.tables import registered_numbers
from vneid_idp.registers.classes import RowClass
from vneid_idp.storage.bulk import load
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading, Row, Unit

_c = registered_numbers.c
COLUMNS = tuple(column.name for column in _c)
"""Of a row, in the order of `row_of`."""
_FACTS = (
    "registered_at",
    "asked_at",
    "confirmed_at",
    "proved_at",
    "disowned_at",
    "disputed_at",
    "device_changed_at",
    "one_way_at",
    "two_way_at",
    "ended_at",
    "recycled_at",
)
_PLAIN = (
    "number_id",
    "family_id",
    "client_id",
    "number_digest",
    "sealed_number",
    "holder_digest",
    "upload_id",
    "row_digest",
    "absent_at",
)
FIRST = ""
"""Smaller than every id."""

# By the digest alone, which names the carrier: see the index.
_this = select(registered_numbers).where(
    _c.number_digest == bindparam("of_number", type_=Text), _c.recycled_at.is_(None)
)
_FIND = Statement(_this)
_SEIZE = Statement(_this.with_for_update())
_of_holder = select(registered_numbers).where(
    _c.number_id == bindparam("of_id", type_=Text), _c.holder_digest == bindparam("of_holder", type_=Text)
)
_FIND_OF_HOLDER = Statement(_of_holder)
_SEIZE_OF_HOLDER = Statement(_of_holder.with_for_update())
_LIST_OF_HOLDER = Statement(
    select(registered_numbers)
    .where(
        _c.holder_digest == bindparam("of_holder", type_=Text),
        _c.number_id > bindparam("after", type_=Text),
        _c.recycled_at.is_(None),
        _c.absent_at.is_(None),
    )
    .order_by(_c.number_id)
    .limit(bindparam("limit", type_=BigInteger))
)
_HELD_AT = Statement(
    select(_c.number_digest).where(
        _c.holder_digest == bindparam("of_holder", type_=Text),
        _c.family_id == bindparam("of_family", type_=Text),
        *(_c.row_class != literal_column(f"'{other}'") for other in (RowClass.MACHINE, RowClass.ORGANISATION)),
        *(_c[fact].is_(None) for fact in ("recycled_at", "absent_at", "ended_at", "disowned_at")),
    )
)
WRITE = Statement(
    update(registered_numbers)
    .where(_c.number_id == bindparam("of_id", type_=Text))
    .values({name: bindparam(name, type_=_c[name].type) for name in COLUMNS if name != "number_id"})
)
_FORGET_HOLDER = Statement(
    update(registered_numbers).where(_c.holder_digest == bindparam("of_holder", type_=Text)).values(holder_digest=None)
)
_DELETE_OF_FAMILY = Statement(
    delete(registered_numbers).where(
        _c.number_id.in_(
            select(_c.number_id)
            .where(_c.family_id == bindparam("of_family", type_=Text))
            .limit(bindparam("most", type_=BigInteger))
        )
    )
)


def row_of(number: RegisteredNumber) -> dict[str, Any]:
    """A number as its row has it, by column."""
    ladder, due = number.ladder, number.next_step
    return {
        **{name: getattr(number, name) for name in _PLAIN},
        **{name: getattr(number.facts, name) for name in _FACTS},
        "row_class": number.row_class.value,
        "reasons": orjson.dumps([reason.value for reason in number.reasons]).decode(),
        "trigger": None if ladder is None else ladder.trigger.value,
        "triggered_at": None if ladder is None else ladder.since,
        "notices": 0 if ladder is None else ladder.notices,
        "noticed_at": None if ladder is None else ladder.noticed_at,
        "next_step": None if due is None else due.step.value,
        "next_at": None if due is None else due.at,
    }


def read_number(row: Row) -> RegisteredNumber:
    """The number in a row."""
    return RegisteredNumber(
        **{name: row[name] for name in _PLAIN},
        row_class=RowClass(row["row_class"]),
        reasons=tuple(map(RowClass, orjson.loads(row["reasons"]))),
        facts=NumberFacts(**{name: row[name] for name in _FACTS}),
        ladder=_ladder(row) if row["trigger"] is not None else None,
        next_step=NextStep(Step(row["next_step"]), row["next_at"]) if row["next_step"] is not None else None,
    )


def _ladder(row: Row) -> Ladder:
    return Ladder(Trigger(row["trigger"]), row["triggered_at"], row["notices"], row["noticed_at"])


async def find(unit: Reading, family_id: str, number_digest: str) -> RegisteredNumber | None:
    """The number of a carrier under this digest."""
    return _of_family(family_id, await unit.fetch_one(_FIND, of_number=number_digest))


async def seize(unit: Unit, family_id: str, number_digest: str) -> RegisteredNumber | None:
    """The same, held until the unit ends: whoever sweeps or answers meanwhile waits, and sees what came of it."""
    return _of_family(family_id, await unit.fetch_one(_SEIZE, of_number=number_digest))


async def find_of_holder(unit: Reading, holder_digest: str, number_id: str) -> RegisteredNumber | None:
    """A number that is registered for this holder; nothing for anybody else's."""
    return _number(await unit.fetch_one(_FIND_OF_HOLDER, of_id=number_id, of_holder=holder_digest))


async def seize_of_holder(unit: Unit, holder_digest: str, number_id: str) -> RegisteredNumber | None:
    """The same, held until the unit ends."""
    return _number(await unit.fetch_one(_SEIZE_OF_HOLDER, of_id=number_id, of_holder=holder_digest))


async def list_of_holder(
    unit: Reading, holder_digest: str, *, after: str | None, limit: int
) -> tuple[RegisteredNumber, ...]:
    """A page of the numbers that stand in registers for somebody, of all carriers, in the order in which they came;
    the last `number_id` is `after` of the next."""
    rows = await unit.fetch(_LIST_OF_HOLDER, of_holder=holder_digest, after=after or FIRST, limit=limit)
    return tuple(map(read_number, rows))


async def held_at(unit: Reading, family_id: str, holder_digest: str) -> frozenset[str]:
    """The digests of the numbers that count as somebody's in a carrier's register: of a person to speak with people,
    not ended, and not disowned."""
    rows = await unit.fetch(_HELD_AT, of_family=family_id, of_holder=holder_digest)
    return frozenset(row["number_digest"] for row in rows)


async def add(unit: Unit, number: RegisteredNumber) -> None:
    """Add a number that stands nowhere yet."""
    row = row_of(number)
    await load(unit, registered_numbers, COLUMNS, [tuple(row[name] for name in COLUMNS)])


async def write(unit: Unit, number: RegisteredNumber) -> None:
    """Write a number that was seized in this unit."""
    values = row_of(number)
    await unit.execute(WRITE, of_id=values.pop("number_id"), **values)


async def forget_holder(unit: Unit, holder_digest: str) -> None:
    """Take the holder off their numbers, which stay the carrier's."""
    await unit.execute(_FORGET_HOLDER, of_holder=holder_digest)


async def delete_of_family(unit: Unit, family_id: str, most: int) -> int:
    """Delete so many numbers of a carrier; how many there were."""
    return await unit.execute(_DELETE_OF_FAMILY, of_family=family_id, most=most)


def _of_family(family_id: str, row: Row | None) -> RegisteredNumber | None:
    return None if row is None or row["family_id"] != family_id else read_number(row)


def _number(row: Row | None) -> RegisteredNumber | None:
    return None if row is None else read_number(row)
