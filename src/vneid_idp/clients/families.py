"""Families: the clients of one organisation, which act together and can be taken out of service together.

A family is there as soon as it is created, or a client of it is registered. Whoever writes in the name of a client
holds its family's row too (`store.hold`), so a family that has been disabled is found, or waits.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select, update

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.clients.tables import client_families, clients
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.protocol.members import FAMILY_ID
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

LONGEST_NAME = 200
"""How many characters the name of an organisation has at most."""

_this = client_families.c.family_id == bindparam("which")
_ENSURE = Statement(
    insert(client_families)
    .values(family_id=bindparam("family_id"), name=bindparam("name"), disabled_at=None)
    .on_conflict_do_nothing(index_elements=["family_id"])
)
_CREATE = Statement(
    insert(client_families)
    .values(family_id=bindparam("family_id"), name=bindparam("name"), disabled_at=None)
    .on_conflict_do_nothing(index_elements=["family_id"])
    .returning(client_families.c.family_id)
)
_FIND = Statement(select(client_families).where(_this))
_PAGE = Statement(
    select(client_families)
    .where(client_families.c.family_id > bindparam("after"))
    .order_by(client_families.c.family_id)
    .limit(bindparam("most"))
)
_MEMBERS = Statement(
    select(clients.c.client_id).where(clients.c.family_id == bindparam("which")).order_by(clients.c.client_id)
)
_DISABLE = Statement(
    update(client_families).where(_this, client_families.c.disabled_at.is_(None)).values(disabled_at=bindparam("now"))
)
_ENABLE = Statement(
    update(client_families).where(_this, client_families.c.disabled_at.is_not(None)).values(disabled_at=None)
)
_NAME = Statement(
    update(client_families).where(_this, client_families.c.name != bindparam("name")).values(name=bindparam("name"))
)


class UnknownFamily(DomainError):
    """No family was made under this id, and no client was ever registered in it."""

    code = "unknown_family"
    status = 404
    title = "There is no family of clients under this id. Create it, or register a client in it."


class BadFamily(DomainError):
    """A text that clients could not name in their registration."""

    code = "bad_family"
    status = 400
    title = "A family is named by at most 64 letters, digits, dots, hyphens and underscores, a letter or digit first."


class FamilyExists(DomainError):
    """There is a family under this id already."""

    code = "family_exists"
    status = 409
    title = "There is a family of clients under this id already."


@dataclass(frozen=True, slots=True)
class Family:
    """An organisation with several clients. `name` is its id until an operator gives it one."""

    family_id: str
    name: str
    disabled_at: Instant | None


def _family(row: Row) -> Family:
    return Family(row["family_id"], row["name"], row["disabled_at"])


async def ensure(unit: Unit, family_id: str) -> None:
    """See to it that there is a row, which can be locked."""
    await unit.execute(_ENSURE, family_id=family_id, name=family_id)


async def create(unit: Unit, family_id: str, name: str, deed: Deed) -> None:
    """Make a family before its first client is there. Raises `BadFamily`, and `FamilyExists` whoever was faster."""
    if not FAMILY_ID.fullmatch(family_id):
        raise BadFamily
    if await unit.fetch_one(_CREATE, family_id=family_id, name=name) is None:
        raise FamilyExists
    await record(unit, Event(EventKind.FAMILY_CREATED, subject_id=family_id, data=deed.data))


async def get(unit: Reading, family_id: str) -> Family:
    """The family, disabled or not; raises `UnknownFamily`."""
    row = await unit.fetch_one(_FIND, which=family_id)
    if row is None:
        raise UnknownFamily
    return _family(row)


async def members(unit: Reading, family_id: str) -> tuple[str, ...]:
    """The ids of the clients in it, disabled or not."""
    return tuple(row["client_id"] for row in await unit.fetch(_MEMBERS, which=family_id))


async def page(unit: Reading, *, after: str = "", limit: int = 100) -> list[Family]:
    """A page of all families in the order of their ids; `after` is the last id of the page before."""
    return [_family(row) for row in await unit.fetch(_PAGE, after=after, most=limit)]


async def name(unit: Unit, family_id: str, text: str, deed: Deed) -> None:
    """Give the organisation its name; the same one again changes nothing. Raises `UnknownFamily`."""
    if await unit.execute(_NAME, which=family_id, name=text):
        await record(unit, Event(EventKind.FAMILY_NAMED, subject_id=family_id, data=deed.data))
    else:
        await get(unit, family_id)


async def disable(unit: Unit, family_id: str, deed: Deed) -> None:
    """Take all its clients out of service at once: nothing that was granted to them counts; idempotent.

    Raises `UnknownFamily`.
    """
    if await unit.execute(_DISABLE, which=family_id, now=unit.now):
        await record(unit, Event(EventKind.FAMILY_DISABLED, subject_id=family_id, data=deed.data))
    else:
        await get(unit, family_id)


async def enable(unit: Unit, family_id: str, deed: Deed) -> None:
    """Put it back into service: what was granted and has neither ended nor expired counts again; idempotent.

    A client that was disabled by itself stays so. Raises `UnknownFamily`.
    """
    if await unit.execute(_ENABLE, which=family_id):
        await record(unit, Event(EventKind.FAMILY_ENABLED, subject_id=family_id, data=deed.data))
    else:
        await get(unit, family_id)
