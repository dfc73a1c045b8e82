"""The people whom `citizens seed` makes, as commands name them and find them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select

from tests.support.commands import with_database
from vneid_idp.audit.tables import events
from vneid_idp.cli.people import Workplace, open_workplace
from vneid_idp.cli.terminal import open_settings_database
from vneid_idp.identity import accounts
from vneid_idp.identity.account_rules import Account
from vneid_idp.identity.ages import age
from vneid_idp.identity.register.records import PersonKind, RegistryRecord
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.sandbox.country.citizens import Citizen, citizens
from vneid_idp.settings_sources import read_settings
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database

COUNT = 90
NOW = SystemClock().now()
_EVENTS = Statement(select(events.c.kind, events.c.person_id, events.c.data).order_by(events.c.event_id))


def who(wanted: Callable[[Citizen], object]) -> RegistryRecord:
    """Somebody of the seeded people who lives, is not locked, and is as wanted."""
    return next(
        each.record
        for each in citizens(COUNT, 1)
        if not each.record.deceased_at and not each.record.locked_by and wanted(each)
    )


def years(record: RegistryRecord) -> int:
    """How old somebody is."""
    return age(record.birth_date, NOW)


ADULT = who(lambda each: each.level == 2 and each.record.kind is PersonKind.CITIZEN and years(each.record) > 30)


def line(record: RegistryRecord) -> str:
    """The ID number, as it is typed."""
    return f"{record.personal_number}\n"


def account_of(url: str, record: RegistryRecord) -> Account:
    """The account."""

    async def find(database: Database) -> Account:
        async with database.reading() as unit:
            return await accounts.get(unit, record.person_id)

    found: Account = with_database(url, find)
    return found


def at_work(work: Callable[[Workplace], Awaitable[Any]]) -> Any:
    """What `work` makes of the workplace that commands have, on the settings and the clock of theirs."""

    async def run() -> Any:
        settings = read_settings().settings
        database = open_settings_database(settings)
        try:
            async with open_workplace(settings, database) as place:
                return await work(place)
        finally:
            await database.close()

    return asyncio.run(run())


def registered(record: RegistryRecord) -> RegistryRecord:
    """What the register says of somebody now."""
    found: RegistryRecord = at_work(lambda place: place.registry.find(record.person_id))
    return found


def recorded(url: str, kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Of whom, and the data, of every event of a kind."""

    async def find(database: Database) -> list[tuple[str, dict[str, Any]]]:
        async with database.reading() as unit:
            rows = await unit.fetch(_EVENTS)
        return [(row["person_id"], json.loads(row["data"])) for row in rows if row["kind"] == kind]

    found: list[tuple[str, dict[str, Any]]] = with_database(url, find)
    return found
