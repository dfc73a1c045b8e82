"""The sandbox's registry behind the ports of `identity`: asks the make-believe population in the own database."""

from collections.abc import Collection, Mapping

from vneid_idp.identity.register.feed import RegistryChange
from vneid_idp.identity.register.records import Holder, RegistryHealth, RegistryRecord
from vneid_idp.identity.register.reports import Report
from vneid_idp.sandbox.country.population import Population
from vneid_idp.storage.unit import Database


class SyntheticRegistry:
    """See `PopulationRegistry`. Each question is a unit of its own."""

    def __init__(self, db: Database, population: Population) -> None:
        self._db = db
        self._population = population

    @property
    def name(self) -> str:
        """See `RegistryFeed.name`."""
        return "synthetic"

    @property
    def health(self) -> RegistryHealth:
        """See `Registry.health`: it answers as long as the database does."""
        return RegistryHealth.OK

    async def find(self, person_id: str) -> RegistryRecord | None:
        """See `Registry.find`."""
        async with self._db.glance() as unit:
            return await self._population.find(unit, person_id)

    async def find_by_number(self, number: str) -> RegistryRecord | None:
        """See `Registry.find_by_number`."""
        async with self._db.glance() as unit:
            return await self._population.find_by_number(unit, number)

    async def find_many(self, person_ids: Collection[str]) -> Mapping[str, RegistryRecord]:
        """See `Registry.find_many`."""
        async with self._db.reading() as unit:
            found = [await self._population.find(unit, person_id) for person_id in dict.fromkeys(person_ids)]
        return {record.person_id: record for record in found if record is not None}

    async def find_holders(self, numbers: Collection[str]) -> Mapping[str, Holder]:
        """See `Registry.find_holders`."""
        async with self._db.glance() as unit:
            found = await self._population.find_holders(unit, numbers)
        return {holder.personal_number: holder for holder in found}

    async def children_of(self, person_id: str) -> tuple[RegistryRecord, ...]:
        """See `Registry.children_of`."""
        async with self._db.glance() as unit:
            return await self._population.children_of(unit, person_id)

    async def changes(self, after: str | None, limit: int) -> tuple[RegistryChange, ...]:
        """See `RegistryFeed.changes`."""
        async with self._db.glance() as unit:
            return await self._population.changes(unit, after, limit)

    async def close(self) -> None:
        """See `PopulationRegistry.close`: the database is the provider's."""

    async def forget(self, record: RegistryRecord) -> None:
        """See `PopulationRegistry.forget`: its people are sealed under the same keys, and go with them."""
        await self._db.transact(lambda unit: self._population.forget_number(unit, record))

    async def report(self, report: Report) -> RegistryRecord:
        """See `RegistryReports.report`."""
        return await self._db.transact(lambda unit: self._population.report(unit, report))
