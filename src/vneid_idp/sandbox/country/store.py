"""Queries about the people of the make-believe registry."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import JSON, Text, bindparam, cast, delete, func, select

from vneid_idp.identity.tables import person_keys
from vneid_idp.kernel.clock import Instant
from vneid_idp.sandbox.country import tables
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

_people, _numbers, _keys = tables.registry_people, tables.registry_numbers, person_keys
_guardianships = tables.guardianships

_SEALED_PERSON = (_people.c.person_id, _people.c.sealed, _keys.c.sealed_key)
_people_with_keys = _people.join(_keys, _keys.c.person_id == _people.c.person_id)

_this_person = (
    select(*_SEALED_PERSON).select_from(_people_with_keys).where(_people.c.person_id == bindparam("person_id"))
)
_FIND_PERSON = Statement(_this_person)
_SEIZE_PERSON = Statement(_this_person.with_for_update(of=_people))
_FIND_PERSON_BY_NUMBER = Statement(
    select(*_SEALED_PERSON)
    .select_from(_numbers.join(_people_with_keys, _people.c.person_id == _numbers.c.person_id))
    .where(_numbers.c.number_digest == bindparam("number_digest"))
)
_digests = bindparam("number_digests", type_=Text)
_people_by_number = select(*_SEALED_PERSON).select_from(
    _numbers.join(_people_with_keys, _people.c.person_id == _numbers.c.person_id)
)
# The digests come as a JSON array: one statement however many there are.
_FIND_PEOPLE_BY_NUMBER = Statement(
    _people_by_number.where(
        _numbers.c.number_digest.in_(
            select(func.json_array_elements_text(cast(_digests, JSON)).column_valued("digest"))
        )
    ),
    sqlite=_people_by_number.where(
        _numbers.c.number_digest.in_(select(func.json_each(_digests).table_valued("value").c.value))
    ),
)
_ENTERED = Statement(
    select(_people.c.person_id)
    .where(_people.c.person_id == bindparam("person_id"))
    .union_all(select(_numbers.c.person_id).where(_numbers.c.number_digest == bindparam("number_digest")))
)
_CHILDREN = Statement(
    select(*_SEALED_PERSON)
    .select_from(_guardianships.join(_people_with_keys, _people.c.person_id == _guardianships.c.child_id))
    .where(_guardianships.c.guardian_id == bindparam("guardian_id"))
)
_upsert_person = insert(_people).values(
    person_id=bindparam("person_id"), sealed=bindparam("sealed"), updated_at=bindparam("updated_at")
)
_PUT_PERSON = Statement(
    _upsert_person.on_conflict_do_update(
        index_elements=["person_id"],
        set_={"sealed": _upsert_person.excluded.sealed, "updated_at": _upsert_person.excluded.updated_at},
    )
)
_PUT_NUMBER = Statement(
    insert(_numbers)
    .values(number_digest=bindparam("number_digest"), person_id=bindparam("person_id"))
    .on_conflict_do_nothing(index_elements=["number_digest"])
)
_FORGET_NUMBER = Statement(
    delete(_numbers).where(
        _numbers.c.number_digest == bindparam("number_digest"), _numbers.c.person_id == bindparam("person_id")
    )
)
_PUT_GUARDIANSHIP = Statement(
    insert(_guardianships)
    .values(guardian_id=bindparam("guardian_id"), child_id=bindparam("child_id"))
    .on_conflict_do_nothing(index_elements=[*_guardianships.primary_key])
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A person as stored: what the vault must open."""

    person_id: str
    sealed: str
    sealed_key: str | None


def _sealed(row: Row) -> Sealed:
    return Sealed(row["person_id"], row["sealed"], row["sealed_key"])


async def find_person(unit: Reading, person_id: str) -> Sealed | None:
    """The row of a person whose key still exists."""
    row = await unit.fetch_one(_FIND_PERSON, person_id=person_id)
    return _sealed(row) if row else None


async def seize_person(unit: Unit, person_id: str) -> Sealed | None:
    """The same, once nobody else writes it, who would be written over; kept from them until the unit ends."""
    row = await unit.fetch_one(_SEIZE_PERSON, person_id=person_id)
    return _sealed(row) if row else None


async def find_person_by_number(unit: Reading, number_digest: str) -> Sealed | None:
    """The same, by the digest of the personal ID number."""
    row = await unit.fetch_one(_FIND_PERSON_BY_NUMBER, number_digest=number_digest)
    return _sealed(row) if row else None


async def find_people_by_number(unit: Reading, number_digests: Sequence[str]) -> list[Sealed]:
    """The same of many, in no order."""
    wanted = orjson.dumps(number_digests).decode()
    return [_sealed(row) for row in await unit.fetch(_FIND_PEOPLE_BY_NUMBER, number_digests=wanted)]


async def is_entered(unit: Reading, person_id: str, number_digest: str) -> bool:
    """Whether there is somebody of this id or number, or was before the key was destroyed."""
    return await unit.fetch_one(_ENTERED, person_id=person_id, number_digest=number_digest) is not None


async def children_of(unit: Reading, guardian_id: str) -> list[Sealed]:
    """The rows of a guardian's children, in no order."""
    return [_sealed(row) for row in await unit.fetch(_CHILDREN, guardian_id=guardian_id)]


async def put_person(unit: Unit, person_id: str, sealed: str, now: Instant) -> None:
    """Write a person, or write over what there is."""
    await unit.execute(_PUT_PERSON, person_id=person_id, sealed=sealed, updated_at=now)


async def put_number(unit: Unit, number_digest: str, person_id: str) -> bool:
    """Enter a personal ID number; whether it was free."""
    return await unit.execute(_PUT_NUMBER, number_digest=number_digest, person_id=person_id) == 1


async def forget_number(unit: Unit, number_digest: str, person_id: str) -> None:
    """Take a personal ID number off a person."""
    await unit.execute(_FORGET_NUMBER, number_digest=number_digest, person_id=person_id)


async def put_guardianship(unit: Unit, guardian_id: str, child_id: str) -> None:
    """Enter a parent or guardian of a child."""
    await unit.execute(_PUT_GUARDIANSHIP, guardian_id=guardian_id, child_id=child_id)
