"""Who lives in the make-believe country: the named personas, as old today as their names say, and some neighbours."""

from vneid_idp.identity.factors.hashing import SecretHasher
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.sandbox.country.persona_list import personas
from vneid_idp.sandbox.country.population import Population
from vneid_idp.sandbox.country.seed import sandbox_hashes, seed_citizens, seed_personas
from vneid_idp.storage.unit import Database

_NEIGHBOURS = 200
_SEED = 2026


async def settle(database: Database, vault: Vault, blind: BlindIndex) -> None:
    """Write the people who are missing, and the personas anew when their ages are of another day."""
    population = Population(vault, blind)
    async with database.reading() as unit:
        known = [await population.find(unit, persona.record.person_id) for persona in personas(unit.now)]
        wanted = [persona.record.birth_date for persona in personas(unit.now)]
    if [record and record.birth_date for record in known] == wanted:
        return
    hashes = sandbox_hashes(SecretHasher())
    await database.transact(lambda unit: seed_personas(unit, vault, blind, hashes))
    if not any(known):
        await seed_citizens(database, vault, blind, _NEIGHBOURS, _SEED, hashes=hashes)
