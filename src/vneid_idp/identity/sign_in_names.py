"""By which names people sign in, and who waits for one: a name is one person's at a time.

The registry may say that a number is somebody's before it says that it is no longer another's. Who comes second waits
here, and has the name in the very unit in which it is given back. Names stand as keyed digests.

Of two who meet at a name, one holds its row: either who waits is entered before the name is given back, and is found
there, or comes after, and finds it free.
"""

from collections.abc import Collection

from sqlalchemy import bindparam, delete, select

from vneid_idp.identity.tables import awaited_names, sign_in_names
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Unit

_names, _awaited = sign_in_names, awaited_names
_of_name, _of_person = _names.c.name_digest == bindparam("of_name"), _names.c.person_id == bindparam("of_person")
_awaits_name, _awaits = _awaited.c.name_digest == bindparam("of_name"), _awaited.c.person_id == bindparam("of_person")
_HELD = Statement(select(_names.c.name_digest).where(_of_person))
_AWAITED = Statement(select(_awaited.c.name_digest).where(_awaits))
_HOLDER = Statement(select(_names.c.person_id).where(_of_name).with_for_update())
_NEXT = Statement(
    select(_awaited.c.person_id).where(_awaits_name).order_by(_awaited.c.since, _awaited.c.person_id).limit(1)
)
_TAKE = Statement(
    insert(_names)
    .values(name_digest=bindparam("name_digest"), person_id=bindparam("person_id"))
    .on_conflict_do_nothing(index_elements=["name_digest"])
)
_GIVE_BACK = Statement(delete(_names).where(_of_name, _of_person))
_WAIT = Statement(
    insert(_awaited)
    .values({column.name: bindparam(column.name) for column in _awaited.c})
    .on_conflict_do_nothing(index_elements=[*_awaited.primary_key])
)
_STOP_WAITING = Statement(delete(_awaited).where(_awaits_name, _awaits))


async def put(unit: Unit, person_id: str, digests: Collection[str]) -> bool:
    """Make `digests` the only names of a person, who waits for those that are another's; whether there is none."""
    # First what is waited for: who gives such a name to this person meanwhile has done so when this has gone.
    awaited = {row["name_digest"] for row in await unit.fetch(_AWAITED, of_person=person_id)}
    for digest in sorted(awaited.difference(digests)):
        await unit.execute(_STOP_WAITING, of_name=digest, of_person=person_id)
    held = {row["name_digest"] for row in await unit.fetch(_HELD, of_person=person_id)}
    for digest in sorted(held.difference(digests)):
        await _give_back(unit, person_id, digest)
    return all([await _take(unit, person_id, digest) for digest in sorted(set(digests) - held)])


async def give_all_back(unit: Unit, person_id: str) -> None:
    """Take every name off a person, who waits for none any more."""
    await put(unit, person_id, ())


async def _take(unit: Unit, person_id: str, digest: str) -> bool:
    while not await unit.execute(_TAKE, name_digest=digest, person_id=person_id):
        holder = await unit.fetch_one(_HOLDER, of_name=digest)
        if holder is None:  # given back in between, and nobody waited
            continue
        if holder["person_id"] != person_id:
            await unit.execute(_WAIT, name_digest=digest, person_id=person_id, since=unit.now)
            return False
        return True
    return True


async def _give_back(unit: Unit, person_id: str, digest: str) -> None:
    if not await unit.execute(_GIVE_BACK, of_name=digest, of_person=person_id):
        return
    while waiting := await unit.fetch_one(_NEXT, of_name=digest):
        # Who has another name by now waits no more, and has it.
        if await unit.execute(_STOP_WAITING, of_name=digest, of_person=waiting["person_id"]):
            await unit.execute(_TAKE, name_digest=digest, person_id=waiting["person_id"])
            return
