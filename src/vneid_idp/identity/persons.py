"""Everybody with an account or a binding, one row each: where those who act in a person's name and those who take
something away from them meet.

Who acts holds the row, many at once; who takes away seizes it, alone. So either the act is committed first and is found
by what takes away, or it comes second and finds that it may not. The order is fixed, the client's row first and people
in the order of their ids, so that no two wait for each other. SQLite has one writer at a time, and needs no lock.
"""

from sqlalchemy import bindparam, select

from vneid_idp.identity.tables import persons
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Unit

_ENSURE = Statement(
    insert(persons)
    .values(person_id=bindparam("person_id"), known_since=bindparam("now"))
    .on_conflict_do_nothing(index_elements=["person_id"])
)
_this = select(persons.c.person_id).where(persons.c.person_id == bindparam("person_id"))
_HOLD = Statement(_this.with_for_update(read=True))
_SEIZE = Statement(_this.with_for_update())


async def ensure(unit: Unit, person_id: str) -> None:
    """See to it that there is a row."""
    await unit.execute(_ENSURE, person_id=person_id, now=unit.now)


async def hold(unit: Unit, *person_ids: str) -> None:
    """Keep everybody from taking anything away from these people until the unit ends."""
    for person_id in sorted(set(person_ids)):
        if await unit.fetch_one(_HOLD, person_id=person_id) is None:
            await ensure(unit, person_id)
            await unit.fetch_one(_HOLD, person_id=person_id)


async def seize(unit: Unit, person_id: str) -> None:
    """Wait until nobody acts in this person's name any more, and keep everybody from it until the unit ends."""
    await ensure(unit, person_id)
    await unit.fetch_one(_SEIZE, person_id=person_id)
