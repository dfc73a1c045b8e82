"""Numbers that a carrier could not bind to somebody, since another has them: what they can claim, for a while."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Text, bindparam, delete, select

from vneid_idp.disputes.tables import refused_numbers
from vneid_idp.identity.vault import PersonKey
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import new_id
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

MOST = 20
"""How many of somebody are shown."""
_SEALED = "refused_numbers.sealed_number"
_c = refused_numbers.c
_person = _c.person_id == bindparam("of_person", type_=Text)
_add = insert(refused_numbers)
_KEEP = Statement(
    _add.on_conflict_do_update(
        index_elements=["person_id", "family_id", "number_digest"],
        set_={name: _add.excluded[name] for name in ("client_id", "refused_at")},
    )
)
_this = select(refused_numbers).where(_person, _c.refusal_id == bindparam("of_id", type_=Text))
_FIND = Statement(_this)
_LIST = Statement(
    select(refused_numbers)
    .where(_person, _c.refused_at > bindparam("since", type_=BigInteger))
    .order_by(_c.refused_at.desc())
    .limit(bindparam("most", type_=BigInteger))
)
_REMOVE = Statement(
    delete(refused_numbers).where(
        _person,
        _c.family_id == bindparam("of_family", type_=Text),
        _c.number_digest == bindparam("of_number", type_=Text),
    )
)
_FORGET = Statement(delete(refused_numbers).where(_person))
_SWEEP = Statement(delete(refused_numbers).where(_c.refused_at <= bindparam("before", type_=BigInteger)))
_OF_FAMILY = Statement(delete(refused_numbers).where(_c.family_id == bindparam("of_family", type_=Text)))


@dataclass(frozen=True, slots=True)
class RefusedNumber:
    """A number that a carrier could not bind to somebody."""

    refusal_id: str
    person_id: str
    family_id: str
    client_id: str
    number_digest: str
    phone_number: str
    """E.164."""
    refused_at: Instant


async def keep(
    unit: Unit, key: PersonKey, person_id: str, family_id: str, client_id: str, number_digest: str, phone_number: str
) -> None:
    """Remember one; of a number that was refused before the last time counts. `key` is the person's."""
    await unit.execute(
        _KEEP,
        refusal_id=new_id("rfn"),
        person_id=person_id,
        family_id=family_id,
        client_id=client_id,
        number_digest=number_digest,
        sealed_number=key.seal(_SEALED, phone_number.encode()),
        refused_at=unit.now,
    )


async def find(unit: Reading, key: PersonKey, person_id: str, refusal_id: str, since: Instant) -> RefusedNumber | None:
    """One of somebody's, of after `since`."""
    row = await unit.fetch_one(_FIND, of_person=person_id, of_id=refusal_id)
    return None if row is None or row["refused_at"] <= since else _read(row, key)


async def list_of_person(unit: Reading, key: PersonKey, person_id: str, since: Instant) -> tuple[RefusedNumber, ...]:
    """Those of somebody, of after `since`, the latest first."""
    rows = await unit.fetch(_LIST, of_person=person_id, since=since, most=MOST)
    return tuple(_read(row, key) for row in rows)


async def remove(unit: Unit, person_id: str, family_id: str, number_digest: str) -> None:
    """Somebody claimed the number, or has it."""
    await unit.execute(_REMOVE, of_person=person_id, of_family=family_id, of_number=number_digest)


async def forget(unit: Unit, person_id: str) -> None:
    """Forget those of a person."""
    await unit.execute(_FORGET, of_person=person_id)


async def forget_family(unit: Unit, family_id: str) -> None:
    """Delete those of a carrier that is deleted."""
    await unit.execute(_OF_FAMILY, of_family=family_id)


async def sweep(unit: Unit, before: Instant) -> int:
    """Delete those that can be claimed no more; how many."""
    return await unit.execute(_SWEEP, before=before)


def _read(row: Row, key: PersonKey) -> RefusedNumber:
    sealed = key.open(_SEALED, row["sealed_number"]).decode()
    names = ("refusal_id", "person_id", "family_id", "client_id", "number_digest", "refused_at")
    return RefusedNumber(phone_number=sealed, **{name: row[name] for name in names})
