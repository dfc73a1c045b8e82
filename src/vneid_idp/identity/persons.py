"""Everybody with an account or a binding, one row each: where those who act in a person's name and those who take
something away from them meet.

Who acts holds the row, many at once; who takes away seizes it, alone. So either the act is committed first and is found
by what takes away, or it comes second and finds that it may not. The order is fixed, the client's row first and people
in the order of their ids, so that no two wait for each other. SQLite has one writer at a time, and needs no lock.
"""

from sqlalchemy import bindparam, select, update

from vneid_idp.identity.tables import persons
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

_ENSURE = Statement(
    insert(persons)
    .values(person_id=bindparam("person_id"), known_since=bindparam("now"))
    .on_conflict_do_nothing(index_elements=["person_id"])
)
_this = select(persons.c.told_at).where(persons.c.person_id == bindparam("person_id"))
_KNOWN = Statement(_this)
_HOLD = Statement(_this.with_for_update(read=True))
_SEIZE = Statement(_this.with_for_update())
_TELL = Statement(update(persons).where(persons.c.person_id == bindparam("of_person")).values(told_at=bindparam("at")))


class Overtaken(DomainError):
    """The register told a change of somebody after it was asked about them: ask again."""

    code = "overtaken"
    status = 503
    title = "The population register has just changed what it says. Nothing was done; try again."


async def ensure(unit: Unit, person_id: str) -> None:
    """See to it that there is a row."""
    await unit.execute(_ENSURE, person_id=person_id, now=unit.now)


async def hold(unit: Unit, *person_ids: str, as_of: Instant | None = None) -> None:
    """Keep everybody from taking anything away from these people until the unit ends.

    `as_of` is the instant before the register was asked about them. Raises `Overtaken` when it has told a change since:
    a death that was committed in between must not be missed.
    """
    for person_id in sorted(set(person_ids)):
        told_at = (await _locked(unit, _HOLD, person_id))["told_at"]
        if as_of is not None and told_at is not None and told_at >= as_of:
            raise Overtaken


async def seize(unit: Unit, person_id: str) -> None:
    """Wait until nobody acts in this person's name any more, and keep everybody from it until the unit ends."""
    await _locked(unit, _SEIZE, person_id)


async def is_known(unit: Reading, person_id: str) -> bool:
    """Whether somebody has an account or a binding."""
    return await unit.fetch_one(_KNOWN, person_id=person_id) is not None


async def tell(unit: Unit, person_id: str) -> None:
    """Remember that the register told a change of a person, who is seized: what was asked before is out of date."""
    await unit.execute(_TELL, of_person=person_id, at=unit.now)


async def _locked(unit: Unit, lock: Statement, person_id: str) -> Row:
    row = await unit.fetch_one(lock, person_id=person_id)
    if row is None:
        await ensure(unit, person_id)
        row = await unit.fetch_one(lock, person_id=person_id)
    assert row is not None
    return row
