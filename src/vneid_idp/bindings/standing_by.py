"""Parents and guardians who confirmed a child's account as well, and supervise it together with the one who bound it.

A binding counts by one proof and tells what was agreed under one consent, its representative's. Who stands by takes
over, with an own proof and an own consent, when the representative can supervise no more (`use_cases/hand_over.py`).
That takes a child: so the birth date stands beside it, sealed, for whoever takes something away asks no register.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, delete, select, update

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.standing_by_tables import binding_guardians
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import Instant
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
    birth_date: str | None
    """The child's, sealed: `birth_date_of` opens it."""
    since: Instant
    """When they proved it: nobody proves anything at the moment at which they take over."""


_SEALED = "binding_guardians.birth_date"
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
_NOTE = Statement(
    update(binding_guardians)
    .where(_c.person_id == bindparam("of_person"))
    .values(birth_date=bindparam("sealed_birth_date"))
)
_OF_GUARDIAN = Statement(select(binding_guardians).where(_c.guardian_id == bindparam("of_guardian")))

_FIND = Statement(
    select(binding_guardians).where(
        _c.guardian_id == bindparam("of_guardian"), _c.binding_id == bindparam("of_binding")
    )
)


async def stand_by(
    unit: Unit,
    binding: Binding,
    guardian_id: str,
    level: int,
    consent_id: str | None,
    birth_date: str | None,
    *,
    since: Instant | None = None,
) -> bool:
    """Let somebody supervise a child's binding as well; whether that is news. `birth_date` is the child's, sealed;
    `since` is when they proved it, unless now."""
    assert binding.person_id is not None
    added = await unit.execute(
        _ADD,
        person_id=binding.person_id,
        binding_id=binding.binding_id,
        guardian_id=guardian_id,
        client_id=binding.client_id,
        level=level,
        consent_id=consent_id,
        birth_date=birth_date,
        since=unit.now if since is None else since,
    )
    return added == 1


async def join(
    unit: Unit,
    vault: Vault,
    binding: Binding,
    guardian_id: str,
    level: int,
    consent_id: str | None,
    birth_date: date,
) -> None:
    """As `stand_by`, of somebody who confirmed it: with the newest proof and consent, and on the child's record."""
    assert binding.person_id is not None
    await leave(unit, binding.person_id, binding.binding_id, guardian_id)
    sealed = await _seal(unit, vault, binding.person_id, birth_date)
    await stand_by(unit, binding, guardian_id, level, consent_id, sealed)
    data = {"kind": binding.kind, "guardian_id": guardian_id}
    await record(unit, Event(EventKind.BINDING_JOINED, binding.person_id, binding.client_id, binding.binding_id, data))


async def leave(unit: Unit, person_id: str, binding_id: str, guardian_id: str) -> None:
    """Let somebody supervise a child's binding no more."""
    await unit.execute(_REMOVE, of_person=person_id, of_binding=binding_id, of_guardian=guardian_id)


async def note_birth_date(unit: Unit, vault: Vault, person_id: str, birth_date: date) -> None:
    """The register tells when a child was born for whom somebody stands by."""
    sealed = await _seal(unit, vault, person_id, birth_date)
    await unit.execute(_NOTE, of_person=person_id, sealed_birth_date=sealed)


async def birth_date_of(unit: Reading, vault: Vault, guard: Guard) -> date | None:
    """When the child was born; nothing where it is not known, or the child was forgotten."""
    key = None if guard.birth_date is None else await vault.find_key(unit, guard.person_id)
    if key is None or guard.birth_date is None:
        return None
    return date.fromisoformat(key.open(_SEALED, guard.birth_date).decode())


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
        birth_date=row["birth_date"],
        since=row["since"],
    )


async def _seal(unit: Unit, vault: Vault, person_id: str, birth_date: date) -> str:
    key = await vault.ensure_key(unit, person_id)
    return key.seal(_SEALED, birth_date.isoformat().encode())
