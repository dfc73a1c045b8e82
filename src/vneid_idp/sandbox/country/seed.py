"""Filling the sandbox: the named personas, and any number of generated citizens.

Argon2 is spent once, not per person: everyone in the sandbox has the same password and passcode, so everyone has the
same two hashes. (No real person can be written this way: the synthetic registry refuses real numbers.)
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from vneid_idp.audit.deeds import Deed
from vneid_idp.identity import seeding
from vneid_idp.identity.accounts import account_for
from vneid_idp.identity.factors.hashing import SecretHasher
from vneid_idp.identity.offices.roles import EVERYWHERE, Role
from vneid_idp.identity.profile import Profile
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.seeding import Written
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import DAY
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.sandbox.country.citizens import Citizen, citizens
from vneid_idp.sandbox.country.persona_list import personas
from vneid_idp.sandbox.country.personas import PASSCODE, PASSWORD, Persona
from vneid_idp.sandbox.country.population import Population
from vneid_idp.storage.unit import AlreadyThere, Database, Reading, Unit
from vneid_idp.use_cases.give_role import give_role

BATCH = 5_000
_SANDBOX = Deed("sandbox", "a persona of the sandbox")


@dataclass(frozen=True, slots=True)
class Hashes:
    """The hashes of the sandbox's one password and one passcode."""

    password: str
    passcode: str

    @property
    def by_kind(self) -> dict[str, str]:
        """As an account has them."""
        return {"password": self.password, "passcode": self.passcode}


@dataclass(frozen=True, slots=True)
class Seeded:
    """How many people were written, and how many were there before (or their number was)."""

    written: int
    skipped: int


def sandbox_hashes(hasher: SecretHasher) -> Hashes:
    """Hash the sandbox's password and passcode, once."""
    return Hashes(hasher.hash_now(PASSWORD), hasher.hash_now(PASSCODE))


async def missing_personas(unit: Reading, population: Population) -> tuple[Persona, ...]:
    """Those of whom the country has never heard; not who was forgotten."""
    return tuple([each for each in personas(unit.now) if not await population.is_entered(unit, each.record)])


async def seed_personas(unit: Unit, vault: Vault, blind: BlindIndex, hashes: Hashes) -> tuple[Persona, ...]:
    """Write the personas who are missing, as of `unit.now`; who they are. What became of the others stays."""
    population = Population(vault, blind)
    missing = await missing_personas(unit, population)
    for persona in missing:
        await _put_account(unit, vault, blind, await population.register(unit, persona.record), persona, hashes)
        await _give_roles(unit, persona)
    return missing


async def let_the_day_pass(unit: Unit, population: Population) -> None:
    """Have the register correct the birth dates of living personas who are as old on `unit.now` as their names say.

    The number has the year of birth in it. Accounts and bindings follow as they follow any change of the register.
    """
    for persona in personas(unit.now):
        of_today, found = persona.record, await population.find(unit, persona.record.person_id)
        if found is None or found.deceased_at is not None or found.birth_date == of_today.birth_date:
            continue
        corrected = replace(found, birth_date=of_today.birth_date, personal_number=of_today.personal_number)
        await population.register(unit, corrected)


async def _give_roles(unit: Unit, persona: Persona) -> None:
    for role in persona.roles:
        scope = EVERYWHERE if role is Role.OPERATOR else "HN-01"
        await give_role(unit, persona.record.person_id, role, scope, _SANDBOX)


async def _put_account(
    unit: Unit, vault: Vault, blind: BlindIndex, record: RegistryRecord, persona: Persona, hashes: Hashes
) -> None:
    if persona.level == 0:
        return
    account = account_for(record, persona.level, unit.now - 100 * DAY, unit.now)
    if persona.closed:
        account = replace(account, closed_at=unit.now - DAY)
    key = await vault.ensure_key(unit, record.person_id)
    secrets = hashes.by_kind if persona.passcode is not None else {"password": hashes.password}
    await seeding.write_account(unit, blind, Written(account, Profile(record, persona.own), key, secrets))


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
    """Write the first `count` citizens of `seed`, as `settle_citizens` does."""
    return await settle_citizens(db, vault, blind, citizens(count, seed), hashes=hashes, progress=progress)


async def settle_citizens(
    db: Database,
    vault: Vault,
    blind: BlindIndex,
    people: Iterable[Citizen],
    *,
    hashes: Hashes | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Seeded:
    """Write citizens; with `hashes`, also the accounts of those who have one.

    A batch is a transaction. One that meets people who are there already (the same seed again, or a number that another
    seed used) is written one by one, leaving those out. `progress` is told how many have been dealt with.
    """
    written = done = 0
    for batch in _batches(people):
        of_batch = (vault, blind, batch, hashes)
        try:
            await db.transact(partial(_load, *of_batch))
            written += len(batch)
        except AlreadyThere:
            written += await db.transact(partial(_write_new, *of_batch))
        done += len(batch)
        progress(done)
    return Seeded(written, done - written)


def _batches(people: Iterable[Citizen]) -> Iterator[list[Citizen]]:
    remaining = iter(people)
    while batch := list(islice(remaining, BATCH)):
        yield batch


async def _load(vault: Vault, blind: BlindIndex, batch: list[Citizen], hashes: Hashes | None, unit: Unit) -> None:
    made = {citizen.record.person_id: vault.make_key(citizen.record.person_id) for citizen in batch}
    await vault.load_keys(unit, [(person_id, sealed_key) for person_id, (_, sealed_key) in made.items()])
    people = [(citizen.record, made[citizen.record.person_id][0]) for citizen in batch]
    await Population(vault, blind).load(unit, people)
    if hashes is None:
        return
    written = [
        Written(account_for(citizen.record, citizen.level, unit.now, unit.now), Profile(record), key, hashes.by_kind)
        for citizen, (record, key) in zip(batch, people, strict=True)
        if citizen.level > 0
    ]
    await seeding.load_accounts(unit, blind, written)


async def _write_new(vault: Vault, blind: BlindIndex, batch: list[Citizen], hashes: Hashes | None, unit: Unit) -> int:
    population = Population(vault, blind)
    written = 0
    for citizen in batch:
        record = citizen.record
        if await population.is_entered(unit, record):
            continue
        if record.phone and await seeding.name_is_taken(unit, blind, record.phone):
            record = replace(record, phone=None)
        await _load(vault, blind, [replace(citizen, record=record)], hashes, unit)
        written += 1
    return written
