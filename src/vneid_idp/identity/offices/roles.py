"""Roles as facts: who may do what in an office or at the operator's, where, since when, until when, by whose word.

Nobody gives a role to themself, and one that has ended stays on record. A role at an office is used in the name of that
office and of no other, one that holds everywhere in the name of any. Whom an office serves it does not say: people may
come to any of them (Decree 69/2024 Art. 10).
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, or_, select, update

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.events import Event, EventKind
from vneid_idp.audit.service import record
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.account_rules import AccountStanding, account_standing
from vneid_idp.identity.offices.tables import roles
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
    """Looks after the provider: clients, keys, deliveries, policy. Always everywhere: the provider has no offices."""


EVERYWHERE = "*"
"""The scope of a role that is not tied to one office."""
_OFFICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


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


class OwnFile(DomainError):
    """Somebody would act in a role upon themself."""

    code = "own_file"
    status = 403
    title = "Nobody acts in a role upon their own file; a colleague has to."


class BadOffice(DomainError):
    """A scope that is no office, or one for a role that has none."""

    code = "bad_office"
    status = 422
    title = (
        "An office is named by at most 64 letters, digits, '.', '_' and '-', everywhere by '*'; an operator is one "
        "everywhere."
    )


class RoleOver(DomainError):
    """A role that would have ended before it is given."""

    code = "role_over"
    status = 422
    title = "The last day of this role is over."


class RoleHeld(DomainError):
    """The person holds this very role already."""

    code = "role_held"
    status = 409
    title = "The person holds this role for this office already. End it first, to give it anew."


class CannotHoldRole(DomainError):
    """Somebody who could not sign in to do anything in the role."""

    code = "cannot_hold_role"
    status = 409
    title = "Only who has an account of level 2 that can be used holds a role."


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
    .returning(roles.c.person_id, roles.c.role, roles.c.scope)
)


async def give_role(
    unit: Unit, person_id: str, role: Role, scope: str, deed: Deed, *, ends_at: Instant | None = None
) -> HeldRole:
    """Give somebody who is seized a role. Raises `OwnRole`, `BadOffice`, `RoleOver`, `CannotHoldRole`, `RoleHeld`."""
    if deed.by == person_id:
        raise OwnRole
    if scope != EVERYWHERE and (role is Role.OPERATOR or not _OFFICE.fullmatch(scope)):
        raise BadOffice
    if ends_at is not None and ends_at <= unit.now:
        raise RoleOver
    await _check_may_hold(unit, person_id)
    if any(held.role is role and held.scope == scope for held in await roles_of(unit, person_id)):
        raise RoleHeld
    held = HeldRole(new_id("rol"), person_id, role, scope, deed.by, unit.now, ends_at)
    await unit.execute(
        _GIVE,
        person_id=person_id,
        role_id=held.role_id,
        role=role.value,
        scope=scope,
        given_by=deed.by,
        given_at=unit.now,
        ends_at=ends_at,
        reason=deed.data["reason"],
    )
    data = {"role": role.value, "scope": scope, **deed.data}
    await record(unit, Event(EventKind.ROLE_GIVEN, person_id, subject_id=held.role_id, data=data))
    return held


async def _check_may_hold(unit: Reading, person_id: str) -> None:
    account = await accounts.find(unit, person_id)
    if account is None:
        raise CannotHoldRole("There is no account.")
    if account.level < 2:
        raise CannotHoldRole("The account is of level 1.")
    standing = account_standing(account, None, unit.now)
    if standing is not AccountStanding.USABLE:
        raise CannotHoldRole(f"The account cannot be used: {standing.value.replace('_', ' ')}.")


async def end_role(unit: Unit, role_id: str, deed: Deed) -> bool:
    """End a role at once; whether it was held. What is being done in it is waited for, and nothing is done after."""
    whose = await unit.fetch_one(_WHOSE, which=role_id)
    if whose is None:
        return False
    await persons.seize(unit, whose["person_id"])
    row = await unit.fetch_one(_END, which=role_id, at=unit.now, by=deed.by)
    if row is None:
        return False
    data = {"role": row["role"], "scope": row["scope"], **deed.data}
    await record(unit, Event(EventKind.ROLE_ENDED, row["person_id"], subject_id=role_id, data=data))
    return True


async def roles_of(unit: Reading, person_id: str) -> tuple[HeldRole, ...]:
    """The roles that a person holds at this instant, the oldest first."""
    return tuple(_held(row) for row in await unit.fetch(_OF_PERSON, who=person_id, now=unit.now))


async def list_roles(unit: Reading, most: int = 1_000) -> tuple[HeldRole, ...]:
    """All roles that anybody holds at this instant, the oldest first."""
    return tuple(_held(row) for row in await unit.fetch(_ALL, now=unit.now, most=most))


def check_role(held: Collection[HeldRole], *any_of: Role, office: str | None = None) -> HeldRole:
    """The first of these roles that is held, in the name of `office` where one is named. Raises `RoleRequired`."""
    found = next(usable(held, *any_of, office=office), None)
    if found is None:
        raise RoleRequired
    return found


def usable(held: Collection[HeldRole], *any_of: Role, office: str | None = None) -> Iterator[HeldRole]:
    """Those of these roles that count, in the name of `office` where one is named. Pure.

    An operator's that is tied to an office counts nowhere: there were such before an operator was one everywhere.
    """
    for role in held:
        tied = role.role is Role.OPERATOR and role.scope != EVERYWHERE
        if role.role in any_of and not tied and (office is None or role.scope in (office, EVERYWHERE)):
            yield role


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
