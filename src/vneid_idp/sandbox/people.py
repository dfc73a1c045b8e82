"""Who lives in the make-believe country: the named personas, as old today as their names say, and some neighbours."""

from vneid_idp.identity.factors.hashing import SecretHasher
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.sandbox.country.persona_list import SKETCHES
from vneid_idp.sandbox.country.population import Population
from vneid_idp.sandbox.country.seed import (
    let_the_day_pass,
    missing_personas,
    sandbox_hashes,
    seed_citizens,
    seed_personas,
)
from vneid_idp.storage.unit import Database

_NEIGHBOURS = 200
_SEED = 2026


async def settle(database: Database, vault: Vault, blind: BlindIndex) -> None:
    """Write the people who are missing, and let the register say how old the personas are today.

    Everybody else stays as they are, also whoever was forgotten: only `make sandbox-reset` starts over.
    """
    population = Population(vault, blind)
    async with database.reading() as unit:
        missing = await missing_personas(unit, population)
    if missing:
        hashes = sandbox_hashes(SecretHasher())
        await database.transact(lambda unit: seed_personas(unit, vault, blind, hashes))
        if len(missing) == len(SKETCHES):
            await seed_citizens(database, vault, blind, _NEIGHBOURS, _SEED, hashes=hashes)
    await database.transact(lambda unit: let_the_day_pass(unit, population))
