"""Queries on the policy."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Table, bindparam, func, select, update

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.events import EventKind
from vneid_idp.audit.statements import entry, recorded
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Policy, Requirement, Threshold, ThresholdRow
from vneid_idp.policy.tables import policy_requirements, policy_thresholds, policy_versions
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

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
    return Statement(select(table).where(table.c.version == bindparam("of_version")).order_by(table.c.in_force_from))


def _add(table: Table) -> Statement:
    return Statement(insert(table).values({column.name: bindparam(column.name) for column in table.c}))


_TABLES = {"requirements": policy_requirements, "thresholds": policy_thresholds}
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
    requirements, thresholds = [await unit.fetch(statement) for statement in _PUBLISHED.values()]
    return _policy(requirements, thresholds)


async def of_version(unit: Reading, version: int) -> Policy:
    """The rows of one version."""
    requirements, thresholds = [await unit.fetch(statement, of_version=version) for statement in _OF_VERSION.values()]
    return _policy(requirements, thresholds)


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
    requirements = [
        _row(version, row) | {"kind": row.kind, "action": row.action}
        | {"minimum_level": row.minimum_level, "own_proof": row.own_proof}
        for row in policy.requirements
    ]  # fmt: skip
    thresholds = [_row(version, row) | {"name": row.name.value, "number": row.number} for row in policy.thresholds]
    for statement, rows in zip(_ADD_ROWS.values(), (requirements, thresholds), strict=True):
        if rows:
            await unit.execute_many(statement, rows)
    return True


async def publish(unit: Unit, version: int, deed: Deed, more: dict[str, str]) -> bool:
    """Publish a draft, with its event that says `more`; false if there is none, or it was published."""
    event_columns = entry(unit.now, {"version": version, **deed.data, **more})
    row = await unit.fetch_one(_PUBLISH, of_version=version, at=unit.now, by=deed.by, why=deed.reason, **event_columns)
    return row is not None


def _row(version: int, row: Requirement | ThresholdRow) -> dict[str, object]:
    return {
        "version": version,
        "legal_reference": row.legal_reference,
        "in_force_from": row.in_force_from.isoformat(),
        "in_force_until": None if row.in_force_until is None else row.in_force_until.isoformat(),
    }


def _policy(requirements: list[Row], thresholds: list[Row]) -> Policy:
    return Policy(
        tuple(
            Requirement(
                row["kind"],
                row["action"],
                row["minimum_level"],
                bool(row["own_proof"]),
                row["legal_reference"],
                *_days(row),
            )
            for row in requirements
        ),
        tuple(
            ThresholdRow(Threshold(row["name"]), row["number"], row["legal_reference"], *_days(row))
            for row in thresholds
            # A newer program, which runs beside this one during a roll-out, may know more of them.
            if row["name"] in _KNOWN
        ),
    )


_KNOWN = frozenset(Threshold)


def _days(row: Row) -> tuple[date, date | None]:
    until = row["in_force_until"]
    return date.fromisoformat(row["in_force_from"]), date.fromisoformat(until) if until else None
