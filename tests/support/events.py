"""What stands in the event record."""

from collections import Counter

from sqlalchemy import select

from tests.support.country import Country
from vneid_idp.audit import service as audit
from vneid_idp.audit.tables import events
from vneid_idp.storage.statement import Statement

# In the order of their making, which a table does not keep by itself.
_EVENTS = Statement(select(events.c.kind).order_by(events.c.event_id))


async def history(land: Country, slug: str) -> list[str]:
    """The kinds of the events in somebody's history."""
    async with land.idp.db.reading() as unit:
        return [event.kind for event in await audit.history_of(unit, land.people[slug].record.person_id)]


async def informed(land: Country, person_id: str) -> list[dict[str, object]]:
    """What the register was told about somebody, as the events say it."""
    async with land.idp.db.reading() as unit:
        history = await audit.history_of(unit, person_id)
    told = [dict(event.data) for event in history if event.kind == "register.informed"]
    # What was said stands there too, sealed.
    return [{name: value for name, value in data.items() if name != "fact"} for data in told]


async def kinds(land: Country, person_id: str) -> Counter[str]:
    """How often each kind of event stands in somebody's history."""
    async with land.idp.db.reading() as unit:
        return Counter(event.kind for event in await audit.history_of(unit, person_id))


async def facts(land: Country, person_id: str) -> list[list[str]]:
    """What the register told about somebody, event by event."""
    async with land.idp.db.reading() as unit:
        history = await audit.history_of(unit, person_id)
    return [event.data["facts"] for event in history if event.kind == "register.told"]


async def recorded(land: Country, kind: str) -> list[str]:
    """The data of the events of a kind."""
    async with land.idp.db.reading() as unit:
        rows = await unit.fetch(Statement(select(events.c.kind, events.c.data)))
    return [row["data"] for row in rows if row["kind"] == kind]


async def kinds_of(land: Country) -> list[str]:
    """The kinds of all events."""
    async with land.idp.db.reading() as unit:
        return [row["kind"] for row in await unit.fetch(_EVENTS)]


async def events_of(land: Country, slug: str) -> list[tuple[str, dict[str, object]]]:
    """Kind and data of the events in somebody's history."""
    async with land.idp.db.reading() as unit:
        found = await audit.history_of(unit, land.people[slug].record.person_id)
    return [(event.kind, dict(event.data)) for event in found]
