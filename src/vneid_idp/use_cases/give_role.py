"""Somebody is given a role: what was handed out before, by which another could sign in as them, ends with it.

A code lives for days. Whoever made one on Monday would be the officer on Tuesday.
"""

from vneid_idp.audit.deeds import Deed
from vneid_idp.identity import persons
from vneid_idp.identity.factors import activation, otp
from vneid_idp.identity.offices import roles
from vneid_idp.identity.offices.roles import HeldRole, Role
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.unit import Unit


async def give_role(
    unit: Unit, person_id: str, role: Role, scope: str, deed: Deed, *, ends_at: Instant | None = None
) -> HeldRole:
    """Give somebody a role; activation codes and one-time codes that wait for them are good no more.

    Raises `OwnRole`, `BadOffice`, `RoleOver`, `CannotHoldRole`, `RoleHeld`.
    """
    await persons.seize(unit, person_id)
    given = await roles.give_role(unit, person_id, role, scope, deed, ends_at=ends_at)
    await activation.end(unit, person_id)
    await otp.end_all(unit, person_id)
    return given
