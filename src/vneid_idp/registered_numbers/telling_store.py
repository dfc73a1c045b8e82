"""Statements by which a whole register is written: many numbers in each."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import JSON, BigInteger, Text, bindparam, cast, func, select, update

from vneid_idp.kernel.clock import Instant
from vneid_idp.registered_numbers.rules import RegisteredNumber
from vneid_idp.registered_numbers.store import COLUMNS, FIRST, read_number, row_of
from vneid_idp.registered_numbers.tables import registered_numbers
from vneid_idp.storage.bulk import load
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading, Unit

_c = registered_numbers.c
_FAMILY = bindparam("of_family", type_=Text)
_texts = bindparam("texts", type_=Text)
# They come as a JSON array: one statement however many there are.
_AMONG = select(func.json_array_elements_text(cast(_texts, JSON)).column_valued("text"))
_AMONG_ON_SQLITE = select(func.json_each(_texts).table_valued("value").c.value)

_stands = select(_c.number_digest, _c.row_digest, _c.absent_at).where(_c.family_id == _FAMILY, _c.recycled_at.is_(None))
_STANDING = Statement(
    _stands.where(_c.number_digest.in_(_AMONG)), sqlite=_stands.where(_c.number_digest.in_(_AMONG_ON_SQLITE))
)
_whole = select(registered_numbers).where(_c.family_id == _FAMILY, _c.recycled_at.is_(None)).order_by(_c.number_id)
_SEIZE = Statement(
    _whole.where(_c.number_digest.in_(_AMONG)).with_for_update(),
    sqlite=_whole.where(_c.number_digest.in_(_AMONG_ON_SQLITE)),
)
_WRITE = Statement(
    update(registered_numbers)
    .where(_c.number_id == bindparam("of_id", type_=Text))
    .values({name: bindparam(name, type_=_c[name].type) for name in COLUMNS if name != "number_id"})
)
_NOT_TOLD = Statement(
    select(_c.number_id, _c.number_digest, _c.sealed_number)
    .where(
        _c.family_id == _FAMILY,
        _c.upload_id != bindparam("of_upload", type_=Text),
        _c.recycled_at.is_(None),
        _c.absent_at.is_(None),
        _c.number_digest > bindparam("after", type_=Text),
    )
    .order_by(_c.number_digest)
    .limit(bindparam("most", type_=BigInteger))
)
_miss = update(registered_numbers).where(_c.absent_at.is_(None), _c.recycled_at.is_(None))
_gone = {"absent_at": bindparam("now", type_=BigInteger), "next_step": None, "next_at": None}
_MISS = Statement(
    _miss.where(_c.number_id.in_(_AMONG)).values(_gone),
    sqlite=_miss.where(_c.number_id.in_(_AMONG_ON_SQLITE)).values(_gone),
)


class Standing(NamedTuple):
    """What is known of a number before an upload tells of it."""

    row_digest: str
    absent_at: Instant | None


class Pattern:
    """The row of a number with what differs from one number to the next left open: rows of one kind are the same but
    for six columns, and a register has millions."""

    _OPEN = tuple(
        COLUMNS.index(name) for name in ("number_id", "number_digest", "sealed_number", "holder_digest", "row_digest")
    )

    def __init__(self, number: RegisteredNumber) -> None:
        row = row_of(number)
        self._row = [row[name] for name in COLUMNS]

    def row(self, *texts: str | None) -> tuple[Any, ...]:
        """The row of the number with this id, digest, sealed number, digest of its holder, and digest of its row."""
        row = self._row.copy()
        for place, text in zip(self._OPEN, texts, strict=True):
            row[place] = text
        return tuple(row)


async def standing(unit: Reading, family_id: str, digests: Collection[str]) -> dict[str, Standing]:
    """Those of these numbers that the carrier's register has already."""
    rows = await unit.fetch(_STANDING, of_family=family_id, texts=_json(digests))
    return {row["number_digest"]: Standing(row["row_digest"], row["absent_at"]) for row in rows}


async def seize(unit: Unit, family_id: str, digests: Collection[str]) -> tuple[RegisteredNumber, ...]:
    """These numbers, held until the unit ends."""
    if not digests:
        return ()
    return tuple(map(read_number, await unit.fetch(_SEIZE, of_family=family_id, texts=_json(digests))))


async def add(unit: Unit, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add numbers that stand nowhere yet, each a row in the order of `COLUMNS`."""
    await load(unit, registered_numbers, COLUMNS, rows)


async def write(unit: Unit, numbers: Collection[RegisteredNumber]) -> None:
    """Write numbers that were seized in this unit."""
    if numbers:
        rows = [row_of(number) for number in numbers]
        await unit.execute_many(_WRITE, [{"of_id": row.pop("number_id"), **row} for row in rows])


async def not_told_by(
    unit: Reading, family_id: str, upload_id: str, *, after: str | None, limit: int
) -> list[tuple[str, str, str]]:
    """A page of the numbers of which an upload neither told for the first time nor told anything else than before: id,
    digest and sealed number. The last digest is `after` of the next."""
    rows = await unit.fetch(_NOT_TOLD, of_family=family_id, of_upload=upload_id, after=after or FIRST, most=limit)
    return [(row["number_id"], row["number_digest"], row["sealed_number"]) for row in rows]


async def miss(unit: Unit, number_ids: Collection[str]) -> int:
    """Mark numbers that stand in the register no more: nothing is due of them. How many."""
    return await unit.execute(_MISS, texts=_json(number_ids), now=unit.now) if number_ids else 0


def _json(texts: Collection[str]) -> str:
    return orjson.dumps(list(texts)).decode()
