"""Queries about what changed in the make-believe registry, and what offices reported to it."""

from sqlalchemy import bindparam, select

from vneid_idp.identity.register.feed import Fact, RegistryChange
from vneid_idp.sandbox.country.tables import registry_changes, registry_feed, registry_reports
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

_FEED = "changes"
_NEXT = Statement(
    insert(registry_feed)
    .values(feed=_FEED, position=1)
    .on_conflict_do_update(index_elements=["feed"], set_={"position": registry_feed.c.position + 1})
    .returning(registry_feed.c.position)
)
_ADD = Statement(
    insert(registry_changes).values({column.name: bindparam(column.name) for column in registry_changes.c})
)
_AFTER = Statement(
    select(registry_changes)
    .where(registry_changes.c.position > bindparam("after"))
    .order_by(registry_changes.c.position)
    .limit(bindparam("limit"))
)
_REPORTED = Statement(
    insert(registry_reports)
    .values({column.name: bindparam(column.name) for column in registry_reports.c})
    .on_conflict_do_nothing(index_elements=["report_id"])
)

_WHOSE = Statement(select(registry_reports.c.person_id).where(registry_reports.c.report_id == bindparam("of_report")))


async def add_change(unit: Unit, person_id: str, facts: tuple[Fact, ...]) -> None:
    """Tell a change, behind all that were told before."""
    row = await unit.fetch_one(_NEXT)
    assert row is not None
    await unit.execute(_ADD, position=row["position"], person_id=person_id, facts=" ".join(facts), at=unit.now)


async def changes_after(unit: Reading, position: int, limit: int) -> tuple[RegistryChange, ...]:
    """The changes behind a position, in their order."""
    return tuple(
        RegistryChange(
            cursor=str(row["position"]),
            person_id=row["person_id"],
            facts=tuple(Fact(name) for name in row["facts"].split()),
            at=row["at"],
        )
        for row in await unit.fetch(_AFTER, after=position, limit=limit)
    )


async def whose_report(unit: Reading, report_id: str) -> str | None:
    """Of whom a report of this id was, if there was one."""
    row = await unit.fetch_one(_WHOSE, of_report=report_id)
    return None if row is None else str(row["person_id"])


async def remember_report(unit: Unit, report_id: str, person_id: str, reported_by: str) -> bool:
    """Remember a report; whether it is new."""
    values = {"report_id": report_id, "person_id": person_id, "reported_by": reported_by, "at": unit.now}
    return await unit.execute(_REPORTED, **values) == 1
