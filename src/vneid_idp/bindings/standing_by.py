"""Parents and guardians who confirmed a child's account as well, and supervise it together with the one who bound it.

A binding counts by one proof and tells what was agreed under one consent, its representative's. Who stands by takes
over, with an own proof and an own consent, when the representative can supervise no more (`use_cases/hand_over.py`).
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.standing_by_tables import binding_guardians
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit


@dataclass(frozen=True, slots=True)
class Guard:
    """Somebody who stands by for a child's binding: with which proof, and under which own consent."""

    person_id: str
    """The child."""
    binding_id: str
    guardian_id: str
    client_id: str
    level: int
    consent_id: str | None


_c = binding_guardians.c
_this = (_c.person_id == bindparam("of_person"), _c.binding_id == bindparam("of_binding"))
_ADD = Statement(
    insert(binding_guardians)
    .values({column.name: bindparam(column.name) for column in _c})
    .on_conflict_do_nothing(index_elements=["person_id", "binding_id", "guardian_id"])
)
_REMOVE = Statement(delete(binding_guardians).where(*_this, _c.guardian_id == bindparam("of_guardian")))
_OF_BINDING = Statement(select(binding_guardians).where(*_this).order_by(_c.since, _c.guardian_id))
_OF_CHILD = Statement(select(binding_guardians).where(_c.person_id == bindparam("of_person")))
_OF_GUARDIAN = Statement(select(binding_guardians).where(_c.guardian_id == bindparam("of_guardian")))

_FIND = Statement(
    select(binding_guardians).where(
        _c.guardian_id == bindparam("of_guardian"), _c.binding_id == bindparam("of_binding")
    )
)


async def stand_by(unit: Unit, binding: Binding, guardian_id: str, level: int, consent_id: str | None) -> bool:
    """Let somebody supervise a child's binding as well; whether that is news."""
    assert binding.person_id is not None
    added = await unit.execute(
        _ADD,
        person_id=binding.person_id,
        binding_id=binding.binding_id,
        guardian_id=guardian_id,
        client_id=binding.client_id,
        level=level,
        consent_id=consent_id,
        since=unit.now,
    )
    return added == 1


async def join(unit: Unit, binding: Binding, guardian_id: str, level: int, consent_id: str | None) -> None:
    """As `stand_by`, of somebody who confirmed it: with the newest proof and consent, and on the child's record."""
    assert binding.person_id is not None
    await leave(unit, binding.person_id, binding.binding_id, guardian_id)
    await stand_by(unit, binding, guardian_id, level, consent_id)
    data = {"kind": binding.kind, "guardian_id": guardian_id}
    await record(unit, Event(EventKind.BINDING_JOINED, binding.person_id, binding.client_id, binding.binding_id, data))


async def leave(unit: Unit, person_id: str, binding_id: str, guardian_id: str) -> None:
    """Let somebody supervise a child's binding no more."""
    await unit.execute(_REMOVE, of_person=person_id, of_binding=binding_id, of_guardian=guardian_id)


async def find(unit: Reading, guardian_id: str, binding_id: str) -> Guard | None:
    """Whether somebody stands by for a binding."""
    row = await unit.fetch_one(_FIND, of_guardian=guardian_id, of_binding=binding_id)
    return None if row is None else _guard(row)


async def of_binding(unit: Reading, binding: Binding) -> list[Guard]:
    """Who stands by for a binding, the first first."""
    assert binding.person_id is not None
    rows = await unit.fetch(_OF_BINDING, of_person=binding.person_id, of_binding=binding.binding_id)
    return [_guard(row) for row in rows]


async def of_child(unit: Reading, person_id: str) -> list[Guard]:
    """Who stands by for anything that a child holds."""
    return [_guard(row) for row in await unit.fetch(_OF_CHILD, of_person=person_id)]


async def of_guardian(unit: Reading, guardian_id: str) -> list[Guard]:
    """For what somebody stands by."""
    return [_guard(row) for row in await unit.fetch(_OF_GUARDIAN, of_guardian=guardian_id)]


def _guard(row: Row) -> Guard:
    return Guard(
        person_id=row["person_id"],
        binding_id=row["binding_id"],
        guardian_id=row["guardian_id"],
        client_id=row["client_id"],
        level=row["level"],
        consent_id=row["consent_id"],
    )
