"""What offices have begun to report, until it is on record that they did: written before the register is told.

The register is told over a network, between two units of ours. Whatever happens there, what was begun is found here and
can be brought to its end: a report has an id, and is one report however often it is sent. What it says, who sends it
and why stand sealed under the person's key.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select

from vneid_idp.audit.deeds import Deed
from vneid_idp.identity.register.reports import ReportedFact, fact_from_json, name_of
from vneid_idp.identity.register.tables import reports_under_way as table
from vneid_idp.identity.tables import person_keys
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

COLUMN = "reports_under_way.sealed"
_MOST = 100

_ADD = Statement(insert(table).values({column.name: bindparam(column.name) for column in table.c}))
_with_keys = select(table, person_keys.c.sealed_key).join(person_keys, person_keys.c.person_id == table.c.person_id)
_of_person = table.c.person_id == bindparam("of_person")
_LIST_OF_PERSON = Statement(_with_keys.where(_of_person).order_by(table.c.begun_at, table.c.report_id))
_LIST_BEGUN = Statement(
    _with_keys.where(table.c.begun_at <= bindparam("before")).order_by(table.c.begun_at, table.c.report_id).limit(_MOST)
)
_END = Statement(delete(table).where(_of_person, table.c.report_id == bindparam("of_report")))
_FORGET = Statement(delete(table).where(_of_person))


@dataclass(frozen=True, slots=True)
class Begun:
    """A report that was begun."""

    report_id: str
    person_id: str
    fact: ReportedFact
    deed: Deed


async def begin(unit: Unit, vault: Vault, report: Begun) -> None:
    """Remember a report before the register is told. None of its id is under way (`find`)."""
    key = await vault.ensure_key(unit, report.person_id)
    said = {"what": name_of(report.fact), "fact": report.fact, "deed": report.deed}
    await unit.execute(
        _ADD,
        person_id=report.person_id,
        report_id=report.report_id,
        sealed=key.seal_json(COLUMN, said),
        begun_at=unit.now,
    )


async def find(unit: Reading, vault: Vault, person_id: str, report_id: str) -> Begun | None:
    """A report that is under way, by its id."""
    begun = await of_person(unit, vault, person_id)
    return next((report for report in begun if report.report_id == report_id), None)


async def end(unit: Unit, person_id: str, report_id: str) -> bool:
    """A report has come to its end; whether it was under way. Of two who end it one is told so."""
    return await unit.execute(_END, of_person=person_id, of_report=report_id) == 1


async def of_person(unit: Reading, vault: Vault, person_id: str) -> tuple[Begun, ...]:
    """What is under way about somebody, in the order in which it was begun."""
    return tuple(_read(vault, row) for row in await unit.fetch(_LIST_OF_PERSON, of_person=person_id))


async def begun_before(unit: Reading, vault: Vault, before: Instant) -> tuple[Begun, ...]:
    """What was begun by an instant and is under way still, the first first; not all, where there are many."""
    return tuple(_read(vault, row) for row in await unit.fetch(_LIST_BEGUN, before=before))


async def forget(unit: Unit, person_id: str) -> None:
    """Remove what is under way about a person."""
    await unit.execute(_FORGET, of_person=person_id)


def _read(vault: Vault, row: Row) -> Begun:
    said = vault.open_key(row["person_id"], row["sealed_key"]).open_json(COLUMN, row["sealed"])
    return Begun(row["report_id"], row["person_id"], fact_from_json(said["what"], said["fact"]), Deed(**said["deed"]))
