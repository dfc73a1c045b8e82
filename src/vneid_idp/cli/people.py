"""A person named at the command line: by the personal ID number, which is asked for and never an argument."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import typer

from vneid_idp.audit.deeds import Deed
from vneid_idp.cli.terminal import T, fail, settings_of, with_database
from vneid_idp.identity.offices.roles import Role
from vneid_idp.identity.personal_id import MalformedPersonalId, read_personal_id
from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.keys import service as keys
from vneid_idp.policy import service as policies
from vneid_idp.policy.rules import Policy
from vneid_idp.registries import open_registry
from vneid_idp.settings import Settings
from vneid_idp.storage.unit import Database, InUnit, Unit
from vneid_idp.use_cases.by_command import hold_whoever_commands, in_name_of_office
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
    asked: tuple[Role, ...] = ()
    """The roles of which a colleague who is named by a person id needs one."""

    @property
    def reporting(self) -> Reporting:
        """Where reports to the register go."""
        return Reporting(self.db, self.vault, self.blind, self.registry)

    async def policy(self) -> Policy:
        """What was published, with what this release adds: no provider of it may have started on this database yet."""

        async def read(unit: Unit) -> Policy:
            await policies.ensure(unit)
            return await policies.published(unit)

        return await self.db.transact(read)

    async def settle(self, deed: Deed) -> Deed:
        """The deed, a colleague's in the name of the office. Raises `RoleRequired` and `SeveralOffices`."""
        async with self.db.reading() as unit:
            return await in_name_of_office(unit, deed, *self.asked)

    async def act(self, deed: Deed, work: Callable[[Unit], Awaitable[T]]) -> T:
        """What `work` returns, done in one unit in which a colleague still holds the role; see `Database.transact`.

        Raises `RoleRequired`, and what `work` raises.
        """

        async def checked(unit: Unit) -> T:
            await hold_whoever_commands(unit, deed, *self.asked)
            return await work(unit)

        return await self.db.transact(checked)

    def acting(self, deed: Deed) -> InUnit:
        """`act` of this deed, for use cases that open their units themselves."""
        return partial(self.act, deed)

    async def get(self, number: str, deed: Deed) -> RegistryRecord:
        """Whom the registry has under a number, looked up for a deed: it is on record. Raises `NobodyOfThisNumber`,
        `OwnFile` and `RoleRequired`."""
        record = await find_at_desk(self.acting(deed), self.registry, number, LookUp.by_command(deed))
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
async def open_workplace(settings: Settings, db: Database, *asked: Role) -> AsyncIterator[Workplace]:
    """The registry of the settings, and the keys, for as long as the block lasts; a colleague needs a role `asked`."""
    async with db.reading() as unit:
        ring = await keys.load(unit, settings.root_secret)
    vault = Vault(ring.sealer)
    registry = open_registry(settings, SystemClock(), db, vault, ring.blind)
    try:
        yield Workplace(db, vault, ring.sealer, ring.blind, registry, asked)
    finally:
        await registry.close()


Work = Callable[[Workplace, RegistryRecord, Deed], Awaitable[T]]


def for_person(context: typer.Context, deed: Deed, number: str, work: Work[T], role: Role) -> tuple[RegistryRecord, T]:
    """Do something for the person of a number; who it is, and what came of it. A colleague needs the role."""
    settings = settings_of(context)

    async def run(db: Database) -> tuple[RegistryRecord, T]:
        async with open_workplace(settings, db, role) as place:
            settled = await place.settle(deed)
            record = await place.get(number, settled)
            return record, await work(place, record, settled)

    return with_database(settings, run)
