"""Make-believe people for tests: keys, the personas by name, and a database that has them."""

from functools import cache

from tests.support.watch import MORNING
from vneid_idp.identity import accounts
from vneid_idp.identity.account_rules import Account
from vneid_idp.identity.factors.hashing import SecretHasher
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.register.reports import Death, Report
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.secrets import BlindIndex, new_id
from vneid_idp.sandbox.country.persona_list import personas
from vneid_idp.sandbox.country.personas import Persona
from vneid_idp.sandbox.country.population import Population
from vneid_idp.sandbox.country.seed import Hashes, sandbox_hashes, seed_personas
from vneid_idp.storage.unit import Database, Unit

SEALER = Sealer({1: b"root key of tests, 32 bytes long"}, 1)
BLIND = BlindIndex(b"blind index key of the tests")
VAULT = Vault(SEALER)
POPULATION = Population(VAULT, BLIND)


@cache
def hashes() -> Hashes:
    """The hashes of the sandbox's password and passcode, made once for all tests."""
    hasher = SecretHasher()
    made = sandbox_hashes(hasher)
    hasher.close()
    return made


def persona(slug: str, now: int = MORNING) -> Persona:
    """The persona called `slug` on the day of `now`."""
    return next(persona for persona in personas(now) if persona.slug == slug)


async def with_personas(db: Database) -> Database:
    """The database, with every persona in it."""
    async with db.writing() as unit:
        await seed_personas(unit, VAULT, BLIND, hashes())
    return db


async def brought_into_step(unit: Unit, vault: Vault, blind: BlindIndex, record: RegistryRecord) -> Account | None:
    """The account of the person of `record` once it has what the registry says, if there is an open one."""
    known = await accounts.find_known(unit, vault, record.person_id)
    if known is None or not accounts.is_news(known, record):
        return None if known is None else known.account
    return await accounts.refresh(unit, blind, known, record)


async def died(unit: Unit, population: Population, person_id: str) -> RegistryRecord:
    """What the registry has of somebody whose death is reported now."""
    return await population.report(unit, Report(new_id("rep"), person_id, "per_clerk", Death(unit.now)))
