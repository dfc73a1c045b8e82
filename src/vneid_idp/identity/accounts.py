"""Electronic identity accounts: opened, kept in step with the registry, raised to level 2, closed, forgotten.

Each function writes its event with its change. Personal data stands sealed in the profile; events carry only the
person's pseudonymous id.
"""

from dataclasses import dataclass, replace
from typing import Any

from vneid_idp.audit.deeds import Deed, data_of
from vneid_idp.audit.events import Event, EventKind
from vneid_idp.audit.service import record as record_event
from vneid_idp.identity import account_rules, account_store, persons, sign_in_names
from vneid_idp.identity import profile as profiles
from vneid_idp.identity.account_rules import Account
from vneid_idp.identity.profile import Profile
from vneid_idp.identity.register.records import LockedBy, RegistryRecord
from vneid_idp.identity.vault import PersonKey, Vault
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.rules import Policy
from vneid_idp.storage.unit import Reading, Unit

SIGN_IN_NAME = "accounts.sign_in_name"


class LevelNotAllowed(DomainError):
    """Decree 69/2024 Art. 7 does not let this person hold that level."""

    code = "level_not_allowed"
    status = 403
    title = "This person may not hold an account of that level."


class AccountExists(DomainError):
    """The person has an account, open or closed."""

    code = "account_exists"
    status = 409
    title = "This person has an electronic identity account already."


class NoAccount(DomainError):
    """The person has no electronic identity account."""

    code = "no_account"
    status = 404
    title = "This person has no electronic identity account."


class SignInNameTaken(DomainError):
    """One phone number belongs to one account (Decree 69/2024 Art. 10)."""

    code = "sign_in_name_taken"
    status = 409
    title = "The phone number belongs to another account."


def sign_in_digests(blind: BlindIndex, record: RegistryRecord) -> tuple[str, ...]:
    """The digests under which a person signs in: personal ID number and, if there is one, phone."""
    names = (record.personal_number, record.phone)
    return tuple(blind.of(SIGN_IN_NAME, name) for name in names if name is not None)


def account_for(record: RegistryRecord, level: int, verified_at: Instant, now: Instant) -> Account:
    """A new account of `level` for this person. Pure."""
    account = Account(
        person_id=record.person_id,
        level=level,
        level_verified_at=verified_at,
        opened_at=verified_at,
        locked_at=None,
        locked_by=None,
        registry_locked_at=None,
        registry_locked_by=None,
        locked_since=None,
        deceased_at=None,
        card_expires_at=None,
        closed_at=None,
        updated_at=now,
    )
    return in_step(account, record, now)


def in_step(account: Account, record: RegistryRecord, now: Instant) -> Account:
    """The account with what the registry says of its holder. Pure."""
    return replace(account_rules.with_facts(account, record, now), updated_at=now)


def is_in_step(account: Account, record: RegistryRecord) -> bool:
    """Whether the account has all that the registry says of its holder. Pure."""
    return in_step(account, record, account.updated_at) == account


async def find(unit: Reading, person_id: str) -> Account | None:
    """A person's account, open or closed."""
    stored = await account_store.find_account(unit, person_id)
    return stored.account if stored else None


async def find_with_profile(unit: Reading, vault: Vault, person_id: str) -> tuple[Account, Profile] | None:
    """A person's account and opened profile, in one statement; nothing if there is none or the person was forgotten."""
    stored = await account_store.find_account(unit, person_id)
    if stored is None or stored.sealed_key is None:
        return None
    return stored.account, open_profile(vault, person_id, stored.sealed_key, stored.profile)


def open_profile(vault: Vault, person_id: str, sealed_key: str | None, profile: str) -> Profile:
    """The profile from the columns `accounts.profile` and `person_keys.sealed_key` of a joined row.

    Raises `PersonForgotten` if the key is gone.
    """
    return profiles.read_profile(vault.open_key(person_id, sealed_key).open_json(profiles.COLUMN, profile))


async def open_account(
    unit: Unit,
    vault: Vault,
    blind: BlindIndex,
    record: RegistryRecord,
    level: int,
    own: dict[str, Any] | None = None,
    *,
    policy: Policy,
    compared: bool = False,
    deed: Deed | None = None,
) -> Account:
    """Open an account of `level` (1 or 2) for a person of the registry.

    `own` is what the holder adds to the profile, `compared` says for the event that card and face were. Raises
    `LevelNotAllowed`, `AccountExists`, also for one that was closed, and `SignInNameTaken`.
    """
    if not 1 <= level <= account_rules.highest_level(record, policy.at(unit.now), unit.now):
        raise LevelNotAllowed
    account = account_for(record, level, unit.now, unit.now)
    await persons.ensure(unit, record.person_id)
    key = await vault.ensure_key(unit, record.person_id)
    sealed = key.seal_json(profiles.COLUMN, Profile(record, own or {}))
    if not await account_store.open_account(unit, account, sealed):
        raise AccountExists
    if not await sign_in_names.put(unit, record.person_id, sign_in_digests(blind, record)):
        raise SignInNameTaken
    data = _levelled(level, compared, deed)
    await record_event(unit, Event(EventKind.ACCOUNT_OPENED, person_id=record.person_id, data=data))
    return account


def _levelled(level: int, compared: bool, deed: Deed | None) -> dict[str, Any]:
    return {"level": level} | ({"compared": True} if compared else {}) | data_of(deed)


@dataclass(frozen=True, slots=True)
class Known:
    """An open account and what its profile holds, read in order to be brought into step."""

    account: Account
    profile: Profile
    key: PersonKey


async def find_known(unit: Reading, vault: Vault, person_id: str) -> Known | None:
    """A person's open account; nothing where there is none, or the person was forgotten."""
    stored = await account_store.find_account(unit, person_id)
    if stored is None or stored.sealed_key is None or not stored.account.is_open:
        return None
    key = vault.open_key(person_id, stored.sealed_key)
    return Known(stored.account, profiles.read_profile(key.open_json(profiles.COLUMN, stored.profile)), key)


def is_news(known: Known, record: RegistryRecord) -> bool:
    """Whether the registry says something that the account does not have. Pure.

    The registry is asked *before* the unit that writes, so another may have written a newer record meanwhile. An older
    one is no news: asked before the person died, say, and written after, it would bring the dead back.
    """
    before = known.profile.record
    return record.revision >= before.revision and not (before == record and is_in_step(known.account, record))


async def refresh(unit: Unit, blind: BlindIndex, known: Known, record: RegistryRecord) -> Account:
    """Bring an account into step with the registry, which has news of its holder (`is_news`); the account as it is now.

    `updated_at` changes with it: it tells relying parties when the profile last changed (OpenID Connect Core §5.1).
    """
    account, before = in_step(known.account, record, unit.now), known.profile
    await account_store.update_account(unit, account, known.key.seal_json(profiles.COLUMN, Profile(record, before.own)))
    # A phone by which somebody else still signs in stays theirs until the registry says otherwise of them too.
    await sign_in_names.put(unit, record.person_id, sign_in_digests(blind, record))
    for event in _events_of(known.account, account):
        await record_event(unit, event)
    return account


def _events_of(before: Account, after: Account) -> list[Event]:
    """The events that a change of the registry's facts makes."""
    person_id, events = after.person_id, []
    if after.deceased_at is not None and before.deceased_at is None:
        events.append(Event(EventKind.ACCOUNT_LOCKED, person_id=person_id, data={"by": "death"}))
    if after.registry_locked_by is not before.registry_locked_by:
        kind = EventKind.ACCOUNT_UNLOCKED if after.registry_locked_by is None else EventKind.ACCOUNT_LOCKED
        by = after.registry_locked_by or before.registry_locked_by
        events.append(Event(kind, person_id=person_id, data={"by": by, "told_by": "registry"}))
    return events


async def lock(unit: Unit, person_id: str, by: LockedBy, deed: Deed) -> bool:
    """Lock an account here; whether that was news. An authority's lock stands over a holder's. Raises `NoAccount`."""
    if await account_store.lock(unit, person_id, by, unit.now):
        await record_event(unit, Event(EventKind.ACCOUNT_LOCKED, person_id=person_id, data=_by_request(by, deed)))
        return True
    await get(unit, person_id)
    return False


async def unlock(unit: Unit, person_id: str, by: LockedBy, deed: Deed) -> bool:
    """Lift a lock that was made here; whether there was one that `by` may lift. The registry's stays. `NoAccount`."""
    await get(unit, person_id)
    if not await account_store.unlock(unit, person_id, by):
        return False
    await record_event(unit, Event(EventKind.ACCOUNT_UNLOCKED, person_id=person_id, data=_by_request(by, deed)))
    return True


def _by_request(by: LockedBy, deed: Deed) -> dict[str, Any]:
    """`by` has always been at whose request an account is locked; who did it stands beside it."""
    return {**deed.data, "by": by.value, "done_by": deed.by}


async def get(unit: Reading, person_id: str) -> Account:
    """A person's account, open or closed. Raises `NoAccount`."""
    account = await find(unit, person_id)
    if account is None:
        raise NoAccount
    return account


async def get_open(unit: Reading, person_id: str) -> Account:
    """A person's account that is not closed. Raises `NoAccount`."""
    account = await get(unit, person_id)
    if not account.is_open:
        raise NoAccount
    return account


async def find_by_name(unit: Reading, blind: BlindIndex, name: str) -> Account | None:
    """The account of who signs in with this personal ID number or phone (E.164), if anybody does."""
    stored = await account_store.find_candidate(unit, blind.of(SIGN_IN_NAME, name))
    return None if stored is None else stored.account


async def holder_of_name(unit: Reading, blind: BlindIndex, name: str) -> str | None:
    """Who signs in with this personal ID number or phone (E.164), if anybody does."""
    stored = await account_store.find_candidate(unit, blind.of(SIGN_IN_NAME, name))
    return None if stored is None else stored.account.person_id


async def raise_level(
    unit: Unit, record: RegistryRecord, *, policy: Policy, compared: bool = False, deed: Deed | None = None
) -> bool:
    """Raise an account to level 2 after the person was verified in person; whether it was below.

    `compared` as for `open_account`. Raises `LevelNotAllowed`.
    """
    if account_rules.highest_level(record, policy.at(unit.now), unit.now) < 2:
        raise LevelNotAllowed
    raised = await account_store.raise_level(unit, record.person_id, 2, unit.now)
    if raised:
        data = _levelled(2, compared, deed)
        await record_event(unit, Event(EventKind.ACCOUNT_LEVEL_RAISED, person_id=record.person_id, data=data))
    return raised


async def close(unit: Unit, person_id: str, deed: Deed | None = None) -> bool:
    """Close an account and give its sign-in names back; whether it was open."""
    closed = await account_store.close_account(unit, person_id, unit.now)
    if closed:
        await sign_in_names.give_all_back(unit, person_id)
        await record_event(unit, Event(EventKind.ACCOUNT_CLOSED, person_id=person_id, data=data_of(deed)))
    return closed


async def forget(unit: Unit, vault: Vault, person_id: str, deed: Deed | None = None) -> None:
    """Close the account and destroy the person's key: what was stored about them can never be read again."""
    await close(unit, person_id, deed)
    if await vault.destroy(unit, person_id):
        await record_event(unit, Event(EventKind.PERSON_ERASED, person_id=person_id, data=data_of(deed)))
