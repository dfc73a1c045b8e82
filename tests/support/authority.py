"""What the authority says: of somebody's account, and in its register."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.people import died
from tests.support.shortcuts import Known
from vneid_idp.identity.register.records import LockedBy, RegistryRecord
from vneid_idp.policy.documents import shipped
from vneid_idp.sandbox.country.population import Population
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.follow_registry import follow_registry
from vneid_idp.use_cases.lock_person import lock_person, unlock_person

Say = Callable[[Country, Unit, str], Awaitable[object]]


async def change(land: Country, person_id: str, **changes: Any) -> RegistryRecord:
    """The make-believe authority changes what its registry says."""
    population = Population(land.idp.vault, land.idp.keys.blind)
    async with land.idp.db.writing() as unit:
        before = await population.find(unit, person_id)
        assert before is not None
        return await population.register(unit, replace(before, **changes))


async def lock(land: Country, unit: Unit, person_id: str) -> None:
    """The authority locks somebody."""
    await lock_person(unit, land.idp.vault, person_id, LockedBy.AUTHORITY, DEED)


async def unlock(land: Country, unit: Unit, person_id: str) -> None:
    """The authority takes its lock back."""
    await unlock_person(unit, land.idp.vault, person_id, LockedBy.AUTHORITY, DEED)


async def die(land: Country, unit: Unit, person_id: str) -> None:
    """The register says that somebody died."""
    vault, blind = land.idp.vault, land.idp.keys.blind
    record = await died(unit, Population(vault, blind), person_id)
    await follow_registry(unit, vault, blind, record, shipped())


async def say(land: Country, what: Say, someone: Known) -> None:
    """In a unit of its own."""
    async with land.idp.db.writing() as unit:
        await what(land, unit, someone.person_id)
