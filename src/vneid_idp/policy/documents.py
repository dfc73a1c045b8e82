"""A policy as a file: TOML, one table a row, as an operator writes and a lawyer reviews it."""

import tomllib
from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.rules import POSSIBLE, Policy, Requirement, Threshold, ThresholdRow

_SHIPPED = Path(__file__).with_name("default.toml")
_SHARED = ("legal_reference", "in_force_from", "in_force_until")
_MEMBERS = {
    "requirement": ("kind", "action", "minimum_level", "own_proof", *_SHARED),
    "threshold": ("name", "number", *_SHARED),
}
_LEVELS = range(3)

Actions = Mapping[str, Collection[str]]
"""The actions that there are, by the kind of what is bound."""


class PolicyRefused(DomainError):
    """A file is no policy; `detail` says, line by line, what is wrong."""

    code = "policy_refused"
    status = 422
    title = "This is no policy that could be published."


@cache
def shipped() -> Policy:
    """The policy in the package, with which a new provider starts."""
    return _read(_SHIPPED.read_text(encoding="utf-8"), None)


def read_policy(text: str, actions: Actions) -> Policy:
    """The rows of a file. Raises `PolicyRefused` with everything that is wrong with it."""
    return _read(text, actions)


def _read(text: str, actions: Actions | None) -> Policy:
    try:
        members = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyRefused(f"Not TOML: {error}") from error
    problems = [f"{name}: no member of a policy" for name in members if name not in _MEMBERS]
    tables = {name: members.get(name, []) for name in _MEMBERS}
    if not any(tables.values()):
        problems.append("There is no row in it.")
    for name, rows in tables.items():
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise PolicyRefused(f"[[{name}]] is a list of tables.")
        for number, row in enumerate(rows, 1):
            problems += [f"{name} {number}: {text}" for text in _problems(name, row, actions)]
    if problems:
        raise PolicyRefused("\n".join(problems))
    policy = Policy(
        tuple(Requirement(**row) for row in tables["requirement"]),
        tuple(ThresholdRow(**row | {"name": Threshold(row["name"])}) for row in tables["threshold"]),
    )
    doubled = _doubled(policy)
    if doubled:
        raise PolicyRefused("\n".join(f"{what}: two rows begin on one day" for what in doubled))
    return policy


def _problems(table: str, row: dict[str, Any], actions: Actions | None) -> list[str]:
    wanted = _MEMBERS[table]
    missing = [f"{name} is missing" for name in wanted if name not in row and name != "in_force_until"]
    unknown = [f"{name}: no member of a {table}" for name in row if name not in wanted]
    if missing or unknown:
        return missing + unknown
    own = _requirement_problems(row, actions) if table == "requirement" else _threshold_problems(row)
    return own + _shared_problems(row)


def _requirement_problems(row: dict[str, Any], actions: Actions | None) -> list[str]:
    found = []
    if actions is not None and row["action"] not in actions.get(row["kind"], ()):
        found.append(f"{row['kind']} {row['action']}: there is no such kind and action")
    if type(row["minimum_level"]) is not int or row["minimum_level"] not in _LEVELS:
        found.append("minimum_level is 0, 1 or 2")
    if not isinstance(row["own_proof"], bool):
        found.append("own_proof is true or false")
    return found


def _threshold_problems(row: dict[str, Any]) -> list[str]:
    if row["name"] not in set(Threshold):
        return [f"{row['name']}: there is no such threshold"]
    possible = POSSIBLE[Threshold(row["name"])]
    if type(row["number"]) is not int or row["number"] not in possible:
        return [f"{row['name']} is a number from {possible[0]} to {possible[-1]}"]
    return []


def _shared_problems(row: dict[str, Any]) -> list[str]:
    found = []
    if not isinstance(row["legal_reference"], str) or not row["legal_reference"].strip():
        found.append("legal_reference names the instrument and the article")
    for name in ("in_force_from", "in_force_until"):
        if name in row and (not isinstance(row[name], date) or isinstance(row[name], datetime)):
            found.append(f"{name} is a day, such as 2027-01-01")
    if not found and "in_force_until" in row and row["in_force_until"] <= row["in_force_from"]:
        found.append("in_force_until is later than in_force_from")
    return found


def _doubled(policy: Policy) -> list[str]:
    keys = [f"{row.kind} {row.action}, {row.in_force_from}" for row in policy.requirements]
    keys += [f"{row.name}, {row.in_force_from}" for row in policy.thresholds]
    return sorted({key for key in keys if keys.count(key) > 1})
