"""The rows of a policy as their tables hold them: days as text, names as text."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from typing import Any

from vneid_idp.policy.intervals import Holiday, Interval, Step, TimeUnit, Trigger
from vneid_idp.policy.rules import Policy, Requirement, Threshold, ThresholdRow
from vneid_idp.storage.unit import Row

_THRESHOLDS, _TRIGGERS, _STEPS, _UNITS = map(frozenset, (Threshold, Trigger, Step, TimeUnit))


_AnyRow = Requirement | ThresholdRow | Interval | Holiday


def columns_of(version: int, rows: Iterable[_AnyRow]) -> list[dict[str, object]]:
    """What a table is to hold of the rows of a version."""
    return [{"version": version} | {name: _stored(value) for name, value in asdict(row).items()} for row in rows]


def _stored(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    # A driver may have a way of its own with what is no plain text.
    return value.value if isinstance(value, StrEnum) else value


def policy_of(
    requirements: Sequence[Row], thresholds: Sequence[Row], intervals: Sequence[Row], holidays: Sequence[Row]
) -> Policy:
    """The policy that the tables hold.

    A newer program, which runs beside this one during a roll-out, may know more names: its rows are left to it.
    """
    return Policy(
        tuple(Requirement(**_members(row) | {"own_proof": bool(row["own_proof"])}) for row in requirements),
        tuple(
            ThresholdRow(**_members(row) | {"name": Threshold(row["name"])})
            for row in thresholds
            if row["name"] in _THRESHOLDS
        ),
        tuple(sorted(map(_interval, filter(_is_known, intervals)), key=lambda row: row.rung)),
        tuple(
            Holiday(date.fromisoformat(row["day"]), row["name"], bool(row["day_off"]), row["legal_reference"])
            for row in holidays
        ),
    )


def _is_known(row: Row) -> bool:
    return row["trigger"] in _TRIGGERS and row["step"] in _STEPS and row["unit"] in _UNITS


def _interval(row: Row) -> Interval:
    names = {"trigger": Trigger(row["trigger"]), "step": Step(row["step"]), "unit": TimeUnit(row["unit"])}
    return Interval(**_members(row) | names)


def _members(row: Row) -> dict[str, Any]:
    until = row["in_force_until"]
    days = {
        "in_force_from": date.fromisoformat(row["in_force_from"]),
        "in_force_until": date.fromisoformat(until) if until else None,
    }
    return {name: value for name, value in dict(row).items() if name != "version"} | days
