"""Queries on the policy."""

from dataclasses import dataclass

from sqlalchemy import Column, Table, bindparam, func, select, update

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.events import EventKind
from vneid_idp.audit.statements import entry, recorded
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rows import columns_of, policy_of
from vneid_idp.policy.rules import Policy
from vneid_idp.policy.tables import (
    policy_holidays,
    policy_intervals,
    policy_requirements,
    policy_thresholds,
    policy_versions,
)
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

_v = policy_versions.c
_COUNT = Statement(select(func.count().label("count")).select_from(policy_versions).where(_v.published_at.is_not(None)))
_LAST = Statement(select(func.max(_v.version).label("version")))
_ADD = Statement(
    insert(policy_versions)
    .values(
        version=bindparam("version"),
        loaded_at=bindparam("now"),
        base=bindparam("base"),
        loaded_by=bindparam("loaded_by"),
    )
    .on_conflict_do_nothing(index_elements=["version"])
    .returning(_v.version)
)
# The first row stands for the whole: whoever publishes waits here for whoever is about to.
_SEIZE = Statement(select(_v.version).order_by(_v.version).limit(1).with_for_update())
_VERSIONS = Statement(select(policy_versions).order_by(_v.version))
_VERSION = Statement(select(policy_versions).where(_v.version == bindparam("of_version")))
_PUBLISH = recorded(
    update(policy_versions)
    .where(_v.version == bindparam("of_version"), _v.published_at.is_(None))
    .values(published_at=bindparam("at"), published_by=bindparam("by"), reason=bindparam("why"))
    .returning(policy_versions),
    EventKind.POLICY_PUBLISHED,
)


def _published(table: Table) -> Statement:
    joined = select(table).join(policy_versions, _v.version == table.c.version)
    return Statement(joined.where(_v.published_at.is_not(None)).order_by(_v.published_at, _v.version))


def _of_version(table: Table) -> Statement:
    return Statement(select(table).where(table.c.version == bindparam("of_version")).order_by(_first_day(table)))


def _first_day(table: Table) -> Column[str]:
    return table.c.day if "day" in table.c else table.c.in_force_from


def _add(table: Table) -> Statement:
    return Statement(insert(table).values({column.name: bindparam(column.name) for column in table.c}))


_TABLES = {
    "requirements": policy_requirements,
    "thresholds": policy_thresholds,
    "intervals": policy_intervals,
    "holidays": policy_holidays,
}
_PUBLISHED = {name: _published(table) for name, table in _TABLES.items()}
_OF_VERSION = {name: _of_version(table) for name, table in _TABLES.items()}
MADE_OF = _COUNT.tables.union(*(statement.tables for statement in _PUBLISHED.values()))
"""The tables that a `Policy` is read from."""
_ADD_ROWS = {name: _add(table) for name, table in _TABLES.items()}


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A file that was loaded: a draft until it is published."""

    version: int
    loaded_at: Instant
    published_at: Instant | None
    published_by: str | None
    reason: str | None
    base: int | None
    """How many versions were published when it was loaded: what it was checked against."""
    loaded_by: str | None


async def seize(unit: Unit) -> None:
    """Let nobody else publish until the unit ends, and wait for whoever does."""
    await unit.fetch(_SEIZE)


async def count_published(unit: Reading) -> int:
    """How many versions were published: it only grows, and so tells whether anything is new."""
    row = await unit.fetch_one(_COUNT)
    return 0 if row is None else int(row["count"])


async def published(unit: Reading) -> Policy:
    """Every published row, in the order of publication."""
    return policy_of(**{name: await unit.fetch(statement) for name, statement in _PUBLISHED.items()})


async def of_version(unit: Reading, version: int) -> Policy:
    """The rows of one version."""
    found = {name: await unit.fetch(statement, of_version=version) for name, statement in _OF_VERSION.items()}
    return policy_of(**found)


async def versions(unit: Reading) -> tuple[PolicyVersion, ...]:
    """Every version, in order."""
    return tuple(PolicyVersion(**row) for row in await unit.fetch(_VERSIONS))


async def find_version(unit: Reading, version: int) -> PolicyVersion | None:
    """One version."""
    row = await unit.fetch_one(_VERSION, of_version=version)
    return None if row is None else PolicyVersion(**row)


async def last_version(unit: Reading) -> int:
    """The highest number given so far, 0 for none."""
    row = await unit.fetch_one(_LAST)
    return 0 if row is None else row["version"] or 0


async def add(unit: Unit, version: int, policy: Policy, *, base: int, by: str) -> bool:
    """Store a draft; false if the number was given meanwhile."""
    if await unit.fetch_one(_ADD, version=version, now=unit.now, base=base, loaded_by=by) is None:
        return False
    for name, statement in _ADD_ROWS.items():
        rows = columns_of(version, getattr(policy, name))
        if rows:
            await unit.execute_many(statement, rows)
    return True


async def publish(unit: Unit, version: int, deed: Deed, more: dict[str, str]) -> bool:
    """Publish a draft, with its event that says `more`; false if there is none, or it was published."""
    event_columns = entry(unit.now, {"version": version, **deed.data, **more})
    row = await unit.fetch_one(_PUBLISH, of_version=version, at=unit.now, by=deed.by, why=deed.reason, **event_columns)
    return row is not None
