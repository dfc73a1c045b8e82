"""The population registry as one port: everything that an implementation must do. `registries.py` chooses one."""

from typing import Protocol

from vneid_idp.identity.register.feed import RegistryFeed
from vneid_idp.identity.register.records import Registry, RegistryRecord
from vneid_idp.identity.register.reports import RegistryReports


class PopulationRegistry(Registry, RegistryFeed, RegistryReports, Protocol):
    """Asked about people, tells what changed, takes reports."""

    async def forget(self, record: RegistryRecord) -> None:
        """Let go of whatever of the registry is kept in our own database about a person whose key was destroyed.
        Harmless when done again. A registry elsewhere goes on by itself, and has nothing here.
        """
        ...

    async def close(self) -> None:
        """Give back what it holds; it is not used after."""
        ...
