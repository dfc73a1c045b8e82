"""The sandbox's `Registry`: asks the make-believe population in the provider's own database."""

from collections.abc import Collection, Mapping

from vneid_idp.identity.registry import RegistryRecord
from vneid_idp.sandbox.country.population import Population
from vneid_idp.storage.unit import Database


class SyntheticRegistry:
    """See `registry.Registry`. Each question is a reading unit of its own."""

    def __init__(self, db: Database, population: Population) -> None:
        self._db = db
        self._population = population

    async def find(self, person_id: str) -> RegistryRecord | None:
        """See `Registry.find`."""
        async with self._db.reading() as unit:
            return await self._population.find(unit, person_id)

    async def find_by_number(self, number: str) -> RegistryRecord | None:
        """See `Registry.find_by_number`."""
        async with self._db.reading() as unit:
            return await self._population.find_by_number(unit, number)

    async def find_many(self, person_ids: Collection[str]) -> Mapping[str, RegistryRecord]:
        """See `Registry.find_many`."""
        async with self._db.reading() as unit:
            found = [await self._population.find(unit, person_id) for person_id in dict.fromkeys(person_ids)]
        return {record.person_id: record for record in found if record is not None}

    async def wards_of(self, person_id: str) -> tuple[RegistryRecord, ...]:
        """See `Registry.wards_of`."""
        async with self._db.reading() as unit:
            return await self._population.wards_of(unit, person_id)
