"""Statements on many numbers of a register at once."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import JSON, BigInteger, Select, Text, bindparam, cast, func, literal_column, select, true, update

from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.intervals import Step
from vneid_idp.registered_numbers.rules import NextStep, RegisteredNumber
from vneid_idp.registered_numbers.store import FIRST, WRITE, read_number, row_of
from vneid_idp.registered_numbers.tables import registered_numbers
from vneid_idp.storage.bulk import load
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading, Unit

_c = registered_numbers.c
# A table that an import fills was empty a minute ago: a plan that was made then would read all of it each time.
_PLAN_ANEW = Statement(
    select(func.set_config("plan_cache_mode", "force_custom_plan", True)), sqlite=select(literal_column("1"))
)
_FAMILY = bindparam("of_family", type_=Text)
_texts = bindparam("texts", type_=Text)
# They come as a JSON array: one statement however many there are. Each is looked up by itself, whatever the planner
# believes to be in the table.
_each = func.json_array_elements_text(cast(_texts, JSON)).table_valued("value", name="each")
_each_on_sqlite = func.json_each(_texts).table_valued("value", name="each")


def _of_each(found: Select[Any], *, held: bool = False) -> Statement:
    one = found.where(_c.recycled_at.is_(None))
    among = one.where(_c.number_digest == _each.c.value).limit(1)
    each = (among.with_for_update() if held else among).lateral("found")
    return Statement(
        select(each).select_from(_each.join(each, true())),
        sqlite=one.where(_c.number_digest.in_(select(_each_on_sqlite.c.value))),
    )


_STANDING = _of_each(select(_c.number_digest, _c.row_digest, _c.absent_at))
_SEIZE = _of_each(select(registered_numbers), held=True)
_one_sealed = select(_c.number_id, _c.sealed_number).where(_c.family_id == _FAMILY)
_sealed_of_each = _one_sealed.where(_c.number_id == _each.c.value).limit(1).lateral("found")
_SEALED = Statement(
    select(_sealed_of_each).select_from(_each.join(_sealed_of_each, true())),
    sqlite=_one_sealed.where(_c.number_id.in_(select(_each_on_sqlite.c.value))),
)
_WALK = Statement(
    select(_c.number_id, _c.upload_id, _c.absent_at, _c.recycled_at, _c.sealed_number, _c.next_step, _c.next_at)
    .where(_c.family_id == _FAMILY, _c.number_id > bindparam("after", type_=Text))
    .order_by(_c.number_id)
    .limit(bindparam("most", type_=BigInteger))
)
_MISS = Statement(
    update(registered_numbers)
    .where(_c.number_id == bindparam("of_id", type_=Text))
    .values(absent_at=bindparam("now", type_=BigInteger), next_step=None, next_at=None)
)


class Standing(NamedTuple):
    """What is known of a number before an upload tells of it."""

    row_digest: str
    absent_at: Instant | None


class Walked(NamedTuple):
    """A number that is passed on a walk through all."""

    number_id: str
    upload_id: str
    stands: bool
    """Whether it stands in the register, and has not become another's."""
    sealed_number: str
    next_step: NextStep | None


NEW_COLUMNS = (
    "number_id", "family_id", "client_id", "number_digest", "sealed_number", "holder_digest", "row_class", "reasons",
    "upload_id", "row_digest", "registered_at", "trigger", "triggered_at", "notices", "proved_at", "next_step",
    "next_at",
)  # fmt: skip
"""What there can be of a number that nothing happened to yet; COPY takes less time for fewer columns."""


def new_row(number: RegisteredNumber) -> tuple[Any, ...]:
    """The row of a number as it begins, in the order of `NEW_COLUMNS`."""
    row = row_of(number)
    return tuple(row[name] for name in NEW_COLUMNS)


class Pattern:
    """The row of a number with what differs from one number to the next left open: rows of one kind are the same but
    for five columns, and a register has millions."""

    _OPEN = tuple(
        NEW_COLUMNS.index(name)
        for name in ("number_id", "number_digest", "sealed_number", "holder_digest", "row_digest")
    )

    def __init__(self, number: RegisteredNumber) -> None:
        self._row = list(new_row(number))

    def row(self, *texts: str | None) -> tuple[Any, ...]:
        """The row of the number with this id, digest, sealed number, digest of its holder, and digest of its row."""
        row = self._row.copy()
        for place, text in zip(self._OPEN, texts, strict=True):
            row[place] = text
        return tuple(row)


async def plan_anew(unit: Unit) -> None:
    """Have the statements of this unit planned by what the tables hold now."""
    await unit.fetch(_PLAN_ANEW)


async def standing(unit: Reading, digests: Collection[str]) -> dict[str, Standing]:
    """Those of these numbers of a carrier that its register has already."""
    rows = await unit.fetch(_STANDING, texts=_json(sorted(digests)))
    return {row["number_digest"]: Standing(row["row_digest"], row["absent_at"]) for row in rows}


async def sealed_numbers(unit: Reading, family_id: str, number_ids: Collection[str]) -> dict[str, str]:
    """The sealed numbers of a carrier under these ids."""
    rows = await unit.fetch(_SEALED, of_family=family_id, texts=_json(number_ids))
    return {row["number_id"]: row["sealed_number"] for row in rows}


async def seize(unit: Unit, digests: Collection[str]) -> tuple[RegisteredNumber, ...]:
    """These numbers of a carrier, held until the unit ends."""
    if not digests:
        return ()
    return tuple(map(read_number, await unit.fetch(_SEIZE, texts=_json(sorted(digests)))))


async def add(unit: Unit, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add numbers that stand nowhere yet, each a row in the order of `NEW_COLUMNS`."""
    await load(unit, registered_numbers, NEW_COLUMNS, rows)


async def write(unit: Unit, numbers: Collection[RegisteredNumber]) -> None:
    """Write numbers that were seized in this unit."""
    if numbers:
        rows = [row_of(number) for number in numbers]
        await unit.execute_many(WRITE, [{"of_id": row.pop("number_id"), **row} for row in rows])


async def walk(unit: Reading, family_id: str, *, after: str | None, limit: int) -> list[Walked]:
    """A page of all numbers of a carrier, in the order in which they came; the last id is `after` of the next."""
    rows = await unit.fetch(_WALK, of_family=family_id, after=after or FIRST, most=limit)
    return [
        Walked(
            row["number_id"],
            row["upload_id"],
            row["absent_at"] is None and row["recycled_at"] is None,
            row["sealed_number"],
            None if row["next_step"] is None else NextStep(Step(row["next_step"]), row["next_at"]),
        )
        for row in rows
    ]


async def miss(unit: Unit, number_ids: Collection[str]) -> None:
    """Mark numbers that stand in the register no more: nothing is due of them."""
    await unit.execute_many(_MISS, [{"of_id": number_id, "now": unit.now} for number_id in number_ids])


def _json(texts: Collection[str]) -> str:
    return orjson.dumps(list(texts)).decode()
