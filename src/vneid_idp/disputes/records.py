"""Statements on disputes, and the form in which a row keeps one."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import BigInteger, Text, bindparam, delete, func, or_, select, update

from vneid_idp.disputes.rules import ClaimBasis, DecisionReason, Dispute, DisputeEnd, Side, Whose
from vneid_idp.disputes.tables import disputes
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

_c = disputes.c
_NAMES = tuple(each.name for each in fields(Dispute))
FIRST = ""
"""Smaller than every id."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """What a carrier should have decided by now."""

    family_id: str
    count: int


_id = bindparam("of_id", type_=Text)
_family = _c.family_id == bindparam("of_family", type_=Text)
_person = bindparam("of_person", type_=Text)
_after = bindparam("after", type_=Text)
_most = bindparam("most", type_=BigInteger)
_is_open = _c.ended_at.is_(None)
_before = bindparam("before", type_=BigInteger)

_ADD = Statement(insert(disputes).on_conflict_do_nothing())
_FIND = Statement(select(disputes).where(_c.dispute_id == _id))
_SEIZE = Statement(select(disputes).where(_c.dispute_id == _id).with_for_update())
_WRITE = Statement(
    update(disputes)
    .where(_c.dispute_id == _id)
    .values({name: bindparam(name, type_=_c[name].type) for name in _NAMES if name != "dispute_id"})
)
_OPEN_OF_NUMBER = Statement(
    select(disputes).where(_family, _c.number_digest == bindparam("of_number", type_=Text), _is_open)
)
_of_party = or_(_c.claimant_id == _person, _c.holder_id == _person)
_OPEN_OF_PERSON = Statement(select(disputes).where(_of_party, _is_open).order_by(_c.dispute_id))
_OF_PERSON = Statement(
    select(disputes)
    .where(_of_party, or_(_is_open, _c.ended_at > bindparam("since", type_=BigInteger)))
    .order_by(_c.dispute_id.desc())
    .limit(_most)
)
_LOST = Statement(
    select(_c.dispute_id)
    .where(
        _c.claimant_id == _person,
        _c.binding_id == bindparam("of_binding", type_=Text),
        _c.whose != Whose.CLAIMANT.value,
        _c.ended_at > bindparam("since", type_=BigInteger),
    )
    .limit(1)
)
_CLAIMED = Statement(
    select(_c.opened_at, _c.ended_at).where(
        _c.claimant_id == _person, or_(_is_open, _c.opened_at > bindparam("since", type_=BigInteger))
    )
)
_page = select(disputes).where(_family, _c.dispute_id > _after).order_by(_c.dispute_id).limit(_most)
_LIST, _LIST_OPEN = Statement(_page), Statement(_page.where(_is_open))
_WALK_OPEN = Statement(select(disputes).where(_c.dispute_id > _after, _is_open).order_by(_c.dispute_id).limit(_most))
_OVERDUE = Statement(
    select(_c.family_id, func.count().label("count"))
    .where(_is_open, _c.due_at <= _before)
    .group_by(_c.family_id)
    .order_by(_c.family_id)
)
_ERASE = Statement(
    update(disputes)
    .where(_c.ended_at <= _before, or_(_c.claimant_evidence.is_not(None), _c.holder_evidence.is_not(None)))
    .values(claimant_evidence=None, holder_evidence=None)
)
_FORGET = Statement(delete(disputes).where(_c.ended_at <= _before))
_UNNAME_CLAIMANT = Statement(
    update(disputes).where(_c.claimant_id == _person).values(claimant_id="", claimant_evidence=None)
)
_UNNAME_HOLDER = Statement(update(disputes).where(_c.holder_id == _person).values(holder_id="", holder_evidence=None))
_OF_FAMILY = Statement(delete(disputes).where(_family))


def _row_of(dispute: Dispute) -> dict[str, Any]:
    row = {name: getattr(dispute, name) for name in _NAMES}
    for name in ("basis", "row_of", "ended", "whose", "reason"):
        row[name] = None if row[name] is None else row[name].value
    return row


def _read(row: Row) -> Dispute:
    known = {name: row[name] for name in _NAMES}
    known["basis"] = ClaimBasis(known["basis"])
    for name, kind in (("row_of", Side), ("ended", DisputeEnd), ("whose", Whose), ("reason", DecisionReason)):
        known[name] = None if known[name] is None else kind(known[name])
    return Dispute(**known)


def _one(row: Row | None) -> Dispute | None:
    return None if row is None else _read(row)


async def add(unit: Unit, dispute: Dispute) -> bool:
    """Add one; whether it was, and no other about its number is open."""
    return await unit.execute(_ADD, **_row_of(dispute)) == 1


async def find(unit: Reading, dispute_id: str) -> Dispute | None:
    """One by its id."""
    return _one(await unit.fetch_one(_FIND, of_id=dispute_id))


async def seize(unit: Unit, dispute_id: str) -> Dispute | None:
    """The same, held until the unit ends."""
    return _one(await unit.fetch_one(_SEIZE, of_id=dispute_id))


async def write(unit: Unit, dispute: Dispute) -> None:
    """Write one that was seized in this unit."""
    row = _row_of(dispute)
    await unit.execute(_WRITE, of_id=row.pop("dispute_id"), **row)


async def find_open(unit: Reading, family_id: str, number_digest: str) -> Dispute | None:
    """The open one about a number."""
    return _one(await unit.fetch_one(_OPEN_OF_NUMBER, of_family=family_id, of_number=number_digest))


async def open_of_person(unit: Reading, person_id: str) -> tuple[Dispute, ...]:
    """The open ones of somebody, on whichever side."""
    return tuple(map(_read, await unit.fetch(_OPEN_OF_PERSON, of_person=person_id)))


async def list_of_person(unit: Reading, person_id: str, *, since: Instant, most: int) -> tuple[Dispute, ...]:
    """Those of somebody that are open or ended after `since`, the latest first."""
    return tuple(map(_read, await unit.fetch(_OF_PERSON, of_person=person_id, since=since, most=most)))


async def was_lost(unit: Reading, person_id: str, binding_id: str, since: Instant) -> bool:
    """Whether somebody claimed what this binding holds, and did not get it, after `since`."""
    return await unit.fetch_one(_LOST, of_person=person_id, of_binding=binding_id, since=since) is not None


async def claimed(unit: Reading, person_id: str, since: Instant) -> tuple[int, int]:
    """How many somebody began that are open, and how many after `since`."""
    rows = await unit.fetch(_CLAIMED, of_person=person_id, since=since)
    return sum(row["ended_at"] is None for row in rows), sum(row["opened_at"] > since for row in rows)


async def list_of_family(
    unit: Reading, family_id: str, *, after: str | None, limit: int, only_open: bool
) -> tuple[Dispute, ...]:
    """A page of a carrier's, in the order in which they began; the last id is `after` of the next."""
    rows = await unit.fetch(_LIST_OPEN if only_open else _LIST, of_family=family_id, after=after or FIRST, most=limit)
    return tuple(map(_read, rows))


async def walk_open(unit: Reading, after: str, most: int) -> tuple[Dispute, ...]:
    """A page of all that are open."""
    return tuple(map(_read, await unit.fetch(_WALK_OPEN, after=after, most=most)))


async def list_overdue(unit: Reading) -> tuple[Overdue, ...]:
    """What each carrier should have decided by now, where it is anything."""
    return tuple(Overdue(row["family_id"], row["count"]) for row in await unit.fetch(_OVERDUE, before=unit.now))


async def erase_evidence(unit: Unit, before: Instant) -> int:
    """Erase what was told in disputes that ended before; in how many."""
    return await unit.execute(_ERASE, before=before)


async def forget_ended(unit: Unit, before: Instant) -> int:
    """Delete those that ended before; how many."""
    return await unit.execute(_FORGET, before=before)


async def forget_person(unit: Unit, person_id: str) -> None:
    """Take somebody whose data are destroyed, and what they told, out of all."""
    await unit.execute(_UNNAME_CLAIMANT, of_person=person_id)
    await unit.execute(_UNNAME_HOLDER, of_person=person_id)


async def forget_family(unit: Unit, family_id: str) -> None:
    """Delete those of a carrier that is deleted."""
    await unit.execute(_OF_FAMILY, of_family=family_id)
