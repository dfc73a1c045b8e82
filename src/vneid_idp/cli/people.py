"""A person named at the command line: by the personal ID number, which is asked for and never an argument."""

import sys

import typer

from vneid_idp.cli.terminal import fail, with_unit
from vneid_idp.identity.personal_id import MalformedPersonalId
from vneid_idp.identity.personal_id import read as read_personal_id
from vneid_idp.identity.registry import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.errors import DomainError
from vneid_idp.keys import service as keys
from vneid_idp.sandbox.country.population import Population
from vneid_idp.settings import Settings
from vneid_idp.storage.unit import Unit


class NobodyOfThisNumber(DomainError):
    """The registry has nobody under a personal ID number."""

    code = "nobody_of_this_number"
    status = 404
    title = "The registry knows nobody with this personal ID number."


def read_number() -> str:
    """A personal ID number from the terminal or, piped, the first line of the standard input. Never an argument: those
    stand in the list of processes and in the shell's history.
    """
    asked = (
        typer.prompt("Personal ID number", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    )
    try:
        return read_personal_id(asked).text
    except MalformedPersonalId as error:
        fail(f"This cannot be: {error}.")


def find_person(settings: Settings) -> RegistryRecord:
    """Whom the registry has under a number that is asked for."""
    number = read_number()

    async def work(unit: Unit) -> RegistryRecord:
        ring = await keys.load(unit, settings.root_secret)
        record = await Population(Vault(ring.sealer), ring.blind).find_by_number(unit, number)
        if record is None:
            raise NobodyOfThisNumber
        return record

    return with_unit(settings, work)
