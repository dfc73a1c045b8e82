"""Roles as facts: who may do what in an office or at the operator's, where, since when, until when, by whose word.

Nobody gives a role to themself, and one that has ended stays on record.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, or_, select, update

from vneid_idp.audit.events import Event, EventKind
from vneid_idp.audit.service import record
from vneid_idp.identity import persons
from vneid_idp.identity.tables import roles
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import new_id
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit


class Role(StrEnum):
    """What somebody may do besides being a citizen."""

    CLERK = "clerk"
    """Enrols people at an office: accounts, levels, passkeys, reports to the register."""
    OFFICER = "officer"
    """Asks for locks in the authority's name, and decides about those that a colleague asked for."""
    OPERATOR = "operator"
    """Looks after the provider: clients, keys, deliveries, policy."""


EVERYWHERE = "*"
"""The scope of a role that is not tied to one office."""


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role of a person. `scope` is the office for which it holds, or `EVERYWHERE`."""

    role_id: str
    person_id: str
    role: Role
    scope: str
    given_by: str
    """The person id of who gave it, or the name of an operator at the command line."""
    given_at: Instant
    ends_at: Instant | None


class RoleRequired(DomainError):
    """Whoever asks has no such role, or not any more."""

    code = "role_required"
    status = 403
    title = "This needs a role that you do not have."


class OwnRole(DomainError):
    """Somebody tried to give themself a role."""

    code = "own_role"
    status = 403
    title = "Nobody gives a role to themself; a colleague has to."


_GIVE = Statement(
    insert(roles).values(
        {
            name: bindparam(name)
            for name in ("person_id", "role_id", "role", "scope", "given_by", "given_at", "ends_at", "reason")
        }
    )
)
_HOLDS = (roles.c.ended_at.is_(None)) & or_(roles.c.ends_at.is_(None), roles.c.ends_at > bindparam("now"))
_OF_PERSON = Statement(select(roles).where(roles.c.person_id == bindparam("who"), _HOLDS).order_by(roles.c.given_at))
_ALL = Statement(select(roles).where(_HOLDS).order_by(roles.c.given_at).limit(bindparam("most")))
_WHOSE = Statement(select(roles.c.person_id).where(roles.c.role_id == bindparam("which"), roles.c.ended_at.is_(None)))
_END = Statement(
    update(roles)
    .where(roles.c.role_id == bindparam("which"), roles.c.ended_at.is_(None))
    .values(ended_at=bindparam("at"), ended_by=bindparam("by"))
    .returning(roles.c.person_id, roles.c.role)
)


async def give_role(
    unit: Unit, person_id: str, role: Role, scope: str, *, by: str, reason: str, ends_at: Instant | None = None
) -> HeldRole:
    """Give somebody a role. Raises `OwnRole`."""
    if by == person_id:
        raise OwnRole
    held = HeldRole(new_id("rol"), person_id, role, scope, by, unit.now, ends_at)
    await unit.execute(
        _GIVE,
        person_id=person_id,
        role_id=held.role_id,
        role=role.value,
        scope=scope,
        given_by=by,
        given_at=unit.now,
        ends_at=ends_at,
        reason=reason,
    )
    data = {"role": role.value, "scope": scope, "by": by, "reason": reason}
    await record(unit, Event(EventKind.ROLE_GIVEN, person_id, subject_id=held.role_id, data=data))
    return held


async def end_role(unit: Unit, role_id: str, *, by: str, reason: str) -> bool:
    """End a role at once; whether it was held. What is being done in it is waited for, and nothing is done after."""
    whose = await unit.fetch_one(_WHOSE, which=role_id)
    if whose is None:
        return False
    await persons.seize(unit, whose["person_id"])
    row = await unit.fetch_one(_END, which=role_id, at=unit.now, by=by)
    if row is None:
        return False
    data = {"role": row["role"], "by": by, "reason": reason}
    await record(unit, Event(EventKind.ROLE_ENDED, row["person_id"], subject_id=role_id, data=data))
    return True


async def roles_of(unit: Reading, person_id: str) -> tuple[HeldRole, ...]:
    """The roles that a person holds at this instant, the oldest first."""
    return tuple(_held(row) for row in await unit.fetch(_OF_PERSON, who=person_id, now=unit.now))


async def list_roles(unit: Reading, most: int = 1_000) -> tuple[HeldRole, ...]:
    """All roles that anybody holds at this instant, the oldest first."""
    return tuple(_held(row) for row in await unit.fetch(_ALL, now=unit.now, most=most))


def check_role(held: Collection[HeldRole], *any_of: Role) -> HeldRole:
    """The first of these roles that is held. Raises `RoleRequired`."""
    found = next((role for role in held if role.role in any_of), None)
    if found is None:
        raise RoleRequired
    return found


def _held(row: Row) -> HeldRole:
    return HeldRole(
        row["role_id"],
        row["person_id"],
        Role(row["role"]),
        row["scope"],
        row["given_by"],
        row["given_at"],
        row["ends_at"],
    )
