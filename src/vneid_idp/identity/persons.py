"""Everybody with an account or a binding, or about to have one, one row each: where those who act in a person's name
and those who take something away from them meet.

Who acts holds the row, many at once; who takes away seizes it, alone. So either the act is committed first and is found
by what takes away, or it comes second and finds that it may not. The order is fixed, the client's row first and people
in the order of their ids, so that no two wait for each other. SQLite has one writer at a time, and needs no lock.

What the register says was asked before the unit, over a network. So the row counts the changes that the register told:
who acts on its word brings the count from before the question, and a count does not depend on anybody's clock.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, literal_column, select, update

from vneid_idp.identity.register.records import Registry, RegistryRecord
from vneid_idp.identity.tables import persons
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Database, Reading, Row, Unit

_ENSURE = Statement(
    insert(persons)
    .values(person_id=bindparam("person_id"), known_since=bindparam("now"), changes=literal_column("0"))
    .on_conflict_do_nothing(index_elements=["person_id"])
)
_this = select(persons.c.changes).where(persons.c.person_id == bindparam("person_id"))
_FIND = Statement(_this)
_HOLD = Statement(_this.with_for_update(read=True))
_SEIZE = Statement(_this.with_for_update())
_TELL = Statement(
    update(persons)
    .where(persons.c.person_id == bindparam("of_person"))
    .values(changes=persons.c.changes + literal_column("1"))
)


class Overtaken(DomainError):
    """The register told a change of somebody after it was asked about them: ask again."""

    code = "overtaken"
    status = 503
    title = "The population register has just changed what it says. Nothing was done; try again."


@dataclass(frozen=True, slots=True)
class RegisterAnswer:
    """What the register said of somebody (`ask`), and how many changes had been told before it was asked."""

    record: RegistryRecord
    changes: int


async def ask(db: Database, registry: Registry, person_id: str) -> RegisterAnswer | None:
    """Ask the register about somebody, before the unit that acts on the answer; nothing if it knows nobody.

    Raises `RegistryUnavailable`.
    """
    # Counted first: a change that is told while the register answers must be noticed, not counted in.
    async with db.glance() as unit:
        row = await unit.fetch_one(_FIND, person_id=person_id)
    if row is None:
        # The changes of people whom nobody here knows are passed over: from now on somebody does.
        await db.transact(lambda unit: ensure(unit, person_id))
    record = await registry.find(person_id)
    return None if record is None else RegisterAnswer(record, 0 if row is None else row["changes"])


async def ensure(unit: Unit, person_id: str) -> None:
    """See to it that there is a row."""
    await unit.execute(_ENSURE, person_id=person_id, now=unit.now)


async def hold(unit: Unit, *person_ids: str, answer: RegisterAnswer | None = None) -> None:
    """Keep everybody from taking anything away from these people until the unit ends.

    Raises `Overtaken` when a change of the person of whom `answer` speaks was committed meanwhile: a death must not be
    missed, nor undone by an older word.
    """
    await _lock(unit, _HOLD, person_ids, answer)


async def seize(unit: Unit, *person_ids: str, answer: RegisterAnswer | None = None) -> None:
    """Wait until nobody acts in these people's names any more, and keep everybody from it until the unit ends.

    Raises `Overtaken` as `hold` does.
    """
    await _lock(unit, _SEIZE, person_ids, answer)


async def is_known(unit: Reading, person_id: str) -> bool:
    """Whether somebody has an account or a binding."""
    return await unit.fetch_one(_FIND, person_id=person_id) is not None


async def tell(unit: Unit, person_id: str) -> None:
    """Remember a change of a person, who is seized: what was asked before is out of date."""
    await unit.execute(_TELL, of_person=person_id)


async def _lock(unit: Unit, lock: Statement, person_ids: tuple[str, ...], answer: RegisterAnswer | None) -> None:
    for person_id in sorted(set(person_ids)):
        row = await _locked(unit, lock, person_id)
        if answer is not None and answer.record.person_id == person_id and answer.changes != row["changes"]:
            raise Overtaken


async def _locked(unit: Unit, lock: Statement, person_id: str) -> Row:
    row = await unit.fetch_one(lock, person_id=person_id)
    if row is None:
        await ensure(unit, person_id)
        row = await unit.fetch_one(lock, person_id=person_id)
    assert row is not None
    return row
