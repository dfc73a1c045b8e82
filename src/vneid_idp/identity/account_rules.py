"""Decisions about accounts: may this one be used, and which level may a person hold."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from vneid_idp.identity.ages import age
from vneid_idp.identity.register.cards import CardStatus, card_expires_at, card_status
from vneid_idp.identity.register.records import LockedBy, RegistryRecord
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Rules, Threshold

NEVER: Instant = 0
"""Until when the card is good of whom the registry knows none: every statement that asks whether one has run out finds
that."""


@dataclass(frozen=True, slots=True)
class Account:
    """An electronic identity account: facts of its own, and beside them what the registry last said of the person."""

    person_id: str
    level: int
    level_verified_at: Instant
    opened_at: Instant
    locked_at: Instant | None
    """Since when a lock stands that was made here."""
    locked_by: LockedBy | None
    registry_locked_at: Instant | None
    """Since when the registry says that the identity is locked: another lock, which only the registry lifts."""
    registry_locked_by: LockedBy | None
    locked_since: Instant | None
    """Since when one lock or the other stands without a break."""
    deceased_at: Instant | None
    card_expires_at: Instant | None
    """Nothing of a card for life; `NEVER` where there is none."""
    closed_at: Instant | None
    updated_at: Instant

    @property
    def is_open(self) -> bool:
        """Whether it was not closed; one that is open may still be locked, or its holder dead."""
        return self.closed_at is None


def account_of(row: Mapping[str, Any], prefix: str = "") -> Account:
    """The account in a row that holds the columns of `accounts`, their names after `prefix` (but `person_id`)."""
    locked_by, registry_locked_by = row[f"{prefix}locked_by"], row[f"{prefix}registry_locked_by"]
    return Account(
        person_id=row["person_id"],
        level=row[f"{prefix}level"],
        level_verified_at=row[f"{prefix}level_verified_at"],
        opened_at=row[f"{prefix}opened_at"],
        locked_at=row[f"{prefix}locked_at"],
        locked_by=LockedBy(locked_by) if locked_by else None,
        registry_locked_at=row[f"{prefix}registry_locked_at"],
        registry_locked_by=LockedBy(registry_locked_by) if registry_locked_by else None,
        locked_since=row[f"{prefix}locked_since"],
        deceased_at=row[f"{prefix}deceased_at"],
        card_expires_at=row[f"{prefix}card_expires_at"],
        closed_at=row[f"{prefix}closed_at"],
        updated_at=row[f"{prefix}updated_at"],
    )


def is_locked(account: Account) -> bool:
    """Whether a lock stands, ours or the registry's."""
    return account.locked_at is not None or account.registry_locked_at is not None


class AccountStanding(StrEnum):
    """Whether an account may be used, and if not, why."""

    USABLE = "usable"
    CLOSED = "closed"
    DECEASED = "deceased"
    LOCKED_BY_AUTHORITY = "locked_by_authority"
    LOCKED_BY_HOLDER = "locked_by_holder"
    NO_CARD = "no_card"
    CARD_EXPIRED = "card_expired"


def account_standing(account: Account, record: RegistryRecord | None, now: Instant) -> AccountStanding:
    """Whether `account` may be used at `now` (Decree 69/2024 Art. 15: it is locked with the card, also on expiry).

    `record` is the registry's word of this moment; without it the account's own copy decides. A refusal of either
    counts.
    """
    if not account.is_open:
        return AccountStanding.CLOSED
    own = _standing(account, now)
    if record is None or own is not AccountStanding.USABLE:
        return own
    return _standing(with_facts(account, record, now), now)


def may_be_acted_for(account: Account | None) -> bool:
    """Whether a guardian may act for the child of this account, of which it needs none, nor a card. Pure.

    One that is locked or closed lets nobody act for the child either, and nobody acts for the dead.
    """
    return account is None or (account.is_open and not is_locked(account) and account.deceased_at is None)


def with_facts(account: Account, record: RegistryRecord, now: Instant) -> Account:
    """The account with what the registry says of its holder."""
    # Of a registry that says who locked and not when, since we know of it.
    at = None if record.locked_by is None else account.registry_locked_at or now
    locked = replace(account, registry_locked_at=record.locked_at or at, registry_locked_by=record.locked_by)
    return replace(
        locked,
        locked_since=(account.locked_since or now) if is_locked(locked) else None,
        deceased_at=record.deceased_at,
        card_expires_at=NEVER if record.card is None else card_expires_at(record.card),
    )


def _standing(account: Account, now: Instant) -> AccountStanding:
    if account.deceased_at is not None:
        return AccountStanding.DECEASED
    if is_locked(account):
        by_authority = LockedBy.AUTHORITY in (account.locked_by, account.registry_locked_by)
        return AccountStanding.LOCKED_BY_AUTHORITY if by_authority else AccountStanding.LOCKED_BY_HOLDER
    if account.card_expires_at == NEVER:
        return AccountStanding.NO_CARD
    if account.card_expires_at is not None and account.card_expires_at <= now:
        return AccountStanding.CARD_EXPIRED
    return AccountStanding.USABLE


def highest_level(record: RegistryRecord, in_force: Rules, now: Instant) -> int:
    """The highest level of account that the person may hold at `now`, 0 for none (Decree 69/2024 Art. 7).

    Citizens need a valid card, foreigners a valid residence card; younger children only level 1.
    """
    if record.deceased_at is not None or card_status(record.card, now) is not CardStatus.VALID:
        return 0
    return 2 if age(record.birth_date, now) >= in_force[Threshold.LEVEL_2_FROM_AGE] else 1
