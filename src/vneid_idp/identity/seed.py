"""Filling the sandbox: the named personas, and any number of generated citizens.

Argon2 is spent once, not per person: everyone in the sandbox has the same password and passcode, so everyone has the
same two hashes. (No real person can be written this way: the synthetic registry refuses real numbers.)
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy import Table

from vneid_idp.identity import persons, store, tables
from vneid_idp.identity import profile as profiles
from vneid_idp.identity.accounts import account_for, sign_in_digests
from vneid_idp.identity.citizens import Citizen, citizens
from vneid_idp.identity.hashing import SecretHasher
from vneid_idp.identity.persona_list import personas
from vneid_idp.identity.personas import PASSCODE, PASSWORD, Persona
from vneid_idp.identity.profile import Profile
from vneid_idp.identity.synthetic_registry import COLUMN, SyntheticRegistry
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.storage.bulk import load
from vneid_idp.storage.unit import AlreadyThere, Database, Unit

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Hashes:
    """The hashes of the sandbox's one password and one passcode."""

    password: str
    passcode: str


@dataclass(frozen=True, slots=True)
class Seeded:
    """How many people were written, and how many were there before (or their number was)."""

    written: int
    skipped: int


def sandbox_hashes(hasher: SecretHasher) -> Hashes:
    """Hash the sandbox's password and passcode, once."""
    return Hashes(hasher.hash_now(PASSWORD), hasher.hash_now(PASSCODE))


async def seed_personas(unit: Unit, vault: Vault, blind: BlindIndex, hashes: Hashes) -> tuple[Persona, ...]:
    """Write every persona as of `unit.now`, over what an earlier day wrote; passkeys that they added stay."""
    registry = SyntheticRegistry(vault, blind)
    everyone = personas(unit.now)
    for persona in everyone:
        await registry.register(unit, persona.record)
        await _put_account(unit, vault, blind, persona, hashes)
    return everyone


async def _put_account(unit: Unit, vault: Vault, blind: BlindIndex, persona: Persona, hashes: Hashes) -> None:
    record = persona.record
    await store.delete_account(unit, record.person_id)
    await store.forget_names(unit, record.person_id)
    if persona.level == 0:
        return
    account = account_for(record, persona.level, unit.now - 100 * DAY, unit.now)
    if persona.closed:
        account = replace(account, closed_at=unit.now - DAY)
    await persons.ensure(unit, record.person_id)
    key = await vault.ensure_key(unit, record.person_id)
    await store.open_account(unit, account, key.seal_json(profiles.COLUMN, Profile(record, persona.own)))
    if not persona.closed:
        await store.put_names(unit, record.person_id, sign_in_digests(blind, record))
    await store.put_secret(unit, record.person_id, "password", hashes.password, unit.now)
    if persona.passcode is not None:
        await store.put_secret(unit, record.person_id, "passcode", hashes.passcode, unit.now)


async def seed_citizens(
    db: Database,
    vault: Vault,
    blind: BlindIndex,
    count: int,
    seed: int,
    *,
    hashes: Hashes | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Seeded:
    """Write the first `count` citizens of `seed`; with `hashes`, also the accounts of those who have one.

    A batch is a transaction. One that meets people who are there already (the same seed again, or a number that another
    seed used) is written one by one, leaving those out. `progress` is told how many have been dealt with.
    """
    written = done = 0
    for batch in _batches(citizens(count, seed)):
        try:
            async with db.writing() as unit:
                await _load(unit, vault, blind, batch, hashes)
            written += len(batch)
        except AlreadyThere:
            async with db.writing() as unit:
                written += await _write_new(unit, vault, blind, batch, hashes)
        done += len(batch)
        progress(done)
    return Seeded(written, done - written)


def _batches(people: Iterable[Citizen]) -> Iterator[list[Citizen]]:
    remaining = iter(people)
    while batch := list(islice(remaining, BATCH)):
        yield batch


_COLUMNS: dict[Table, tuple[str, ...]] = {
    tables.person_keys: ("person_id", "sealed_key"),
    tables.registry_people: ("person_id", "sealed", "updated_at"),
    tables.registry_numbers: ("number_digest", "person_id"),
    tables.guardianships: ("guardian_id", "ward_id"),
    tables.persons: ("person_id", "known_since"),
    tables.accounts: tuple(column.name for column in tables.accounts.c),
    tables.sign_in_names: ("name_digest", "person_id"),
    tables.factor_secrets: ("person_id", "kind", "hash", "set_at"),
}


async def _load(unit: Unit, vault: Vault, blind: BlindIndex, batch: list[Citizen], hashes: Hashes | None) -> None:
    rows: dict[Table, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
    registry = SyntheticRegistry(vault, blind)
    for citizen in batch:
        _rows_of(citizen, vault, blind, registry, hashes, unit.now, rows)
    for table, columns in _COLUMNS.items():
        await load(unit, table, columns, rows[table])


def _rows_of(
    citizen: Citizen,
    vault: Vault,
    blind: BlindIndex,
    registry: SyntheticRegistry,
    hashes: Hashes | None,
    now: Instant,
    rows: dict[Table, list[tuple[Any, ...]]],
) -> None:
    record = citizen.record
    person_id = record.person_id
    key, sealed_key = vault.make_key(person_id)
    rows[tables.person_keys].append((person_id, sealed_key))
    rows[tables.registry_people].append((person_id, key.seal_json(COLUMN, record), now))
    rows[tables.registry_numbers].append((registry.number_digest(record.personal_number), person_id))
    rows[tables.guardianships].extend((guardian_id, person_id) for guardian_id in record.guardian_ids)
    if hashes is None or citizen.level == 0:
        return
    account = account_for(record, citizen.level, now, now)
    values = store.account_values(account, key.seal_json(profiles.COLUMN, Profile(record)))
    rows[tables.persons].append((person_id, now))
    rows[tables.accounts].append(tuple(values[name] for name in _COLUMNS[tables.accounts]))
    rows[tables.sign_in_names].extend((digest, person_id) for digest in sign_in_digests(blind, record))
    rows[tables.factor_secrets].append((person_id, "password", hashes.password, now))
    rows[tables.factor_secrets].append((person_id, "passcode", hashes.passcode, now))


async def _write_new(unit: Unit, vault: Vault, blind: BlindIndex, batch: list[Citizen], hashes: Hashes | None) -> int:
    registry = SyntheticRegistry(vault, blind)
    written = 0
    for citizen in batch:
        record = citizen.record
        if await registry.find_by_number(unit, record.personal_number) or await registry.find(unit, record.person_id):
            continue
        phone_digest = sign_in_digests(blind, record)[-1]
        if record.phone and await store.find_candidate(unit, phone_digest):
            record = replace(record, phone=None)
        rows: dict[Table, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
        _rows_of(replace(citizen, record=record), vault, blind, registry, hashes, unit.now, rows)
        for table, columns in _COLUMNS.items():
            await load(unit, table, columns, rows[table])
        written += 1
    return written
