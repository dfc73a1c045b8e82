"""Somebody who works here looks a person up by the full ID number: it is on record, and the person reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.consent import service as consents
from vneid_idp.identity import accounts, passkeys, sessions
from vneid_idp.identity.account_rules import Account, AccountStanding, account_standing
from vneid_idp.identity.registry import RegistryRecord
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage.unit import Reading, Unit


class Desk(StrEnum):
    """Where somebody is looked up. Stands in the event."""

    OFFICE = "office"
    OPERATOR = "operator"


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


async def look_up(unit: Unit, found: RegistryRecord | None, *, desk: Desk, by: str, scope: str, reason: str) -> None:
    """Put on record that somebody was looked for, also when nobody was found. Raises `ReasonNeeded`.

    `by` is the person id of the colleague, `scope` the office for which the role holds.
    """
    if reason not in REASONS[desk]:
        raise ReasonNeeded
    data = {"by": by, "office": scope, "reason": reason, "desk": desk.value}
    await record(unit, Event(EventKind.PERSON_LOOKED_UP, None if found is None else found.person_id, data=data))


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
