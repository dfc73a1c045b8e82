"""Somebody who works here looks a person up by the full ID number: it is on record, and the person reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.consent import service as consents
from vneid_idp.identity import accounts
from vneid_idp.identity.account_rules import Account, AccountStanding, account_standing
from vneid_idp.identity.factors import passkeys, sessions
from vneid_idp.identity.offices.roles import EVERYWHERE, OwnFile
from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage.unit import InUnit, Reading


class Desk(StrEnum):
    """Where somebody is looked up. Stands in the event."""

    OFFICE = "office"
    OPERATOR = "operator"
    COMMAND = "command"
    """The command line, where every deed says why in words."""


REASONS: Mapping[Desk, tuple[str, ...]] = {
    Desk.OFFICE: ("in_person", "family", "written_request", "authority"),
    Desk.OPERATOR: ("support", "incident", "authority"),
}
"""Why people are looked up at each desk. Events hold the code, so one is never renamed."""


class ReasonNeeded(DomainError):
    """Nobody is looked up without one of the reasons of the desk."""

    code = "reason_needed"
    status = 422
    title = "Say why you look this person up: one of the reasons that the page offers."


@dataclass(frozen=True, slots=True)
class LookUp:
    """That somebody who works here looks for a person."""

    desk: Desk
    by: str
    """The person id of a colleague, or the name of an operator at the command line."""
    office: str
    """In whose name, or `EVERYWHERE`."""
    reason: str
    """One of the reasons of the desk."""

    @classmethod
    def by_command(cls, deed: Deed) -> Self:
        """At the command line, for a deed."""
        return cls(Desk.COMMAND, deed.by, deed.office or EVERYWHERE, deed.data["reason"])


async def find_at_desk(
    in_unit: InUnit, registry: PopulationRegistry, number: str, looking: LookUp
) -> RegistryRecord | None:
    """Whoever has this ID number. That somebody looked is on record before it is answered, also where nobody has it.

    There is no other way from a number to a person for those who work here. Raises `ReasonNeeded`, `OwnFile`, and
    `RegistryUnavailable`.
    """
    if looking.desk in REASONS and looking.reason not in REASONS[looking.desk]:
        raise ReasonNeeded
    found = await registry.find_by_number(number)
    if found is not None and found.person_id == looking.by:
        raise OwnFile
    data = {"by": looking.by, "office": looking.office, "reason": looking.reason, "desk": looking.desk.value}
    event = Event(EventKind.PERSON_LOOKED_UP, None if found is None else found.person_id, data=data)
    await in_unit(lambda unit: record(unit, event))
    return found


@dataclass(frozen=True, slots=True)
class AccountGlance:
    """How an account stands, and how many of what hangs on it: nothing that tells who the person is."""

    account: Account
    standing: AccountStanding
    sessions: int
    services: int
    """Services with a consent that stands."""
    passkeys: int


async def glance_at(unit: Reading, found: RegistryRecord) -> AccountGlance | None:
    """What an operator may see of whoever was looked up; nothing where there is no account."""
    account = await accounts.find(unit, found.person_id)
    if account is None:
        return None
    return AccountGlance(
        account=account,
        standing=account_standing(account, found, unit.now),
        sessions=len(await sessions.list_sessions(unit, found.person_id)),
        services=len(await consents.list_current(unit, found.person_id)),
        passkeys=len(await passkeys.list_passkeys(unit, found.person_id)),
    )
