"""A carrier's numbers in groups: those that are alike in what decides where they stand and what is due of them are one,
however many there are. What came in one upload and was moved by the same sweeps is such a group.
"""

from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, Text, bindparam, case, cast, func, select

from vneid_idp.policy.intervals import Step, Trigger
from vneid_idp.registered_numbers.rules import Ladder, NextStep, NumberFacts, RegisteredNumber
from vneid_idp.registered_numbers.tables import registered_numbers
from vneid_idp.registers.classes import RowClass
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading, Row

_c = registered_numbers.c
_INSTANTS = ("trigger", "triggered_at", "notices", "noticed_at", "one_way_at", "two_way_at", "next_step", "next_at")
_WHETHER = ("asked_at", "confirmed_at", "proved_at", "disowned_at", "disputed_at", "ended_at", "absent_at")
"""Of these it counts whether it happened, and not when."""


def _happened(name: str) -> ColumnElement[int]:
    return case((_c[name].is_(None), 0), else_=1).label(name)


_alike_in = (*(_c[name] for name in _INSTANTS), *map(_happened, _WHETHER))
_COUNT = Statement(
    select(*_alike_in, cast(func.count(), BigInteger).label("numbers"))
    .where(_c.family_id == bindparam("of_family", type_=Text), _c.recycled_at.is_(None))
    .group_by(*_alike_in)
)


@dataclass(frozen=True, slots=True)
class Group:
    """Numbers that stand alike."""

    number: RegisteredNumber
    """One as any of them, without an id and whatever else makes a number this one."""
    count: int


async def list_groups(unit: Reading, family_id: str) -> tuple[Group, ...]:
    """All numbers of a carrier's register, in groups. Those that were given to somebody else since count once, as
    theirs."""
    rows = await unit.fetch(_COUNT, of_family=family_id)
    return tuple(Group(_number(family_id, row), row["numbers"]) for row in rows)


def _number(family_id: str, row: Row) -> RegisteredNumber:
    happened = {name: 1 if row[name] else None for name in _WHETHER}
    absent_at = happened.pop("absent_at")
    on_ladder, step = row["trigger"] is not None, row["next_step"]
    return RegisteredNumber(
        number_id="",
        family_id=family_id,
        client_id="",
        number_digest="",
        sealed_number="",
        holder_digest=None,
        row_class=RowClass.CONSISTENT,
        reasons=(),
        upload_id="",
        row_digest="",
        absent_at=absent_at,
        facts=NumberFacts(1, one_way_at=row["one_way_at"], two_way_at=row["two_way_at"], **happened),
        ladder=Ladder(Trigger(row["trigger"]), row["triggered_at"], row["notices"], row["noticed_at"])
        if on_ladder
        else None,
        next_step=None if step is None else NextStep(Step(step), row["next_at"]),
    )
