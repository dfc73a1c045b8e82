"""A person named at the command line: by the personal ID number, which is asked for and never an argument."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import typer

from vneid_idp.audit.deeds import Deed
from vneid_idp.cli.terminal import fail, with_database
from vneid_idp.identity.personal_id import MalformedPersonalId, read_personal_id
from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.keys import service as keys
from vneid_idp.registries import open_registry
from vneid_idp.settings import Settings
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.look_up_person import LookUp, find_at_desk
from vneid_idp.use_cases.report_to_registry import Reporting


class NobodyOfThisNumber(DomainError):
    """The registry has nobody under a personal ID number."""

    code = "nobody_of_this_number"
    status = 404
    title = "The registry knows nobody with this personal ID number."


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a command works: asks the registry first, then writes."""

    db: Database
    vault: Vault
    sealer: Sealer
    blind: BlindIndex
    registry: PopulationRegistry

    @property
    def reporting(self) -> Reporting:
        """Where reports to the register go."""
        return Reporting(self.db, self.vault, self.blind, self.registry)

    async def get(self, number: str, deed: Deed) -> RegistryRecord:
        """Whom the registry has under a number, looked up for a deed: it is on record. Raises `NobodyOfThisNumber`."""
        record = await find_at_desk(self.db.transact, self.registry, number, LookUp.by_command(deed))
        if record is None:
            raise NobodyOfThisNumber
        return record


def read_line(what: str) -> str:
    """What is asked for at the terminal or, piped, stands in the next line of the standard input. Never an argument:
    those stand in the list of processes and in the shell's history.
    """
    asked: str = typer.prompt(what, hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    return asked.strip()


def read_number(what: str = "Personal ID number") -> str:
    """A personal ID number, as `read_line` reads it."""
    try:
        return read_personal_id(read_line(what)).text
    except MalformedPersonalId as error:
        fail(f"This cannot be: {error}.")


@asynccontextmanager
async def open_workplace(settings: Settings, db: Database) -> AsyncIterator[Workplace]:
    """The registry of the settings, and the keys, for as long as the block lasts."""
    async with db.reading() as unit:
        ring = await keys.load(unit, settings.root_secret)
    vault = Vault(ring.sealer)
    registry = open_registry(settings, SystemClock(), db, vault, ring.blind)
    try:
        yield Workplace(db, vault, ring.sealer, ring.blind, registry)
    finally:
        await registry.close()


def find_person(settings: Settings, deed: Deed) -> RegistryRecord:
    """Whom the registry has under a number that is asked for, looked up for a deed."""
    number = read_number()

    async def work(db: Database) -> RegistryRecord:
        async with open_workplace(settings, db) as place:
            return await place.get(number, deed)

    return with_database(settings, work)
