"""A carrier tells of the registered number of somebody, and they show that it is theirs all the same."""

from tests.support.country import Country
from tests.support.shortcuts import known
from vneid_idp.identity import persons
from vneid_idp.identity.factors.distrusted_phones import Cause
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.distrust_phone import distrust_phone
from vneid_idp.use_cases.rest_on_phone import trust_phone


async def swap(land: Country, slug: str = "complete", ago: Instant = 0) -> None:
    """The number of a persona works in another SIM, and has done so long."""
    person_id = land.people[slug].record.person_id

    async def work(unit: Unit) -> None:
        await persons.seize(unit, person_id)
        await distrust_phone(unit, land.idp.vault, land.idp.keys.sealer, person_id, "song", Cause.SWAP, unit.now - ago)

    await land.idp.db.transact(work)


async def trust(land: Country, slug: str = "complete") -> None:
    """They prove that it is theirs."""
    person_id = (await known(land, slug, "hwk")).person_id

    async def work(unit: Unit) -> None:
        await persons.seize(unit, person_id)
        await trust_phone(unit, land.idp.vault, person_id)

    await land.idp.db.transact(work)
