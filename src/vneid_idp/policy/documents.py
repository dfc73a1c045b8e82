"""A policy as a file: TOML, one table a row, as an operator writes and a lawyer reviews it."""

import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.intervals import AMOUNTS, TIMES, Holiday, Interval, Step, TimeUnit, Trigger
from vneid_idp.policy.rules import FIRST_DAY, LAST_DAY, POSSIBLE, Policy, Requirement, Threshold, ThresholdRow

_SHIPPED = tuple(Path(__file__).with_name(name) for name in ("default.toml", "ladder.toml", "holidays.toml"))
_MOST_CHARACTERS = 200_000

Actions = Mapping[str, Collection[str]]
"""The actions that there are, by the kind of what is bound."""


class PolicyRefused(DomainError):
    """A file is no policy; `detail` says, line by line, what is wrong."""

    code = "policy_refused"
    status = 422
    title = "This is no policy that could be published."


def _no_time(value: object) -> object:
    if isinstance(value, datetime):
        raise ValueError
    return value


_Day = Annotated[date, BeforeValidator(_no_time), Field(ge=FIRST_DAY, le=LAST_DAY)]
_Text = Annotated[str, StringConstraints(pattern=r"\S", max_length=300)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    legal_reference: _Text


class _DatedRow(_Row):
    in_force_from: _Day
    in_force_until: _Day | None = None


class _RequirementRow(_DatedRow):
    kind: str
    action: str
    minimum_level: Annotated[int, Field(ge=0, le=2)]
    own_proof: bool


class _ThresholdRow(_DatedRow):
    name: str
    number: int


class _IntervalRow(_DatedRow):
    trigger: str
    step: str
    amount: int
    unit: str
    times: int = 1


class _HolidayRow(_Row):
    day: _Day
    name: _Text
    day_off: bool = True


_DAY = f"is a day, such as 2027-01-01, from {FIRST_DAY} to {LAST_DAY}"
_WANTED = {
    "legal_reference": "names the instrument and the article, in 300 characters at most",
    "in_force_from": _DAY,
    "in_force_until": _DAY,
    "kind": "is a text",
    "action": "is a text",
    "minimum_level": "is 0, 1 or 2",
    "own_proof": "is true or false",
    "name": "is a text",
    "number": "is a whole number",
    "trigger": "is a text",
    "step": "is a text",
    "amount": "is a whole number",
    "unit": "is a text",
    "times": "is a whole number",
    "day": _DAY,
    "day_off": "is true or false",
}
_TABLES = ("requirement", "threshold", "interval", "holiday")


@cache
def shipped() -> Policy:
    """The policy in the package, with which a new provider starts."""
    return _read("\n".join(file.read_text(encoding="utf-8") for file in _SHIPPED), None)


def read_policy(text: str, actions: Actions) -> Policy:
    """The rows of a file. Raises `PolicyRefused` with everything that is wrong with it."""
    return _read(text, actions)


def _read(text: str, actions: Actions | None) -> Policy:
    members = _members(text)
    problems = [f"{name}: no member of a policy" for name in members if name not in _TABLES]
    if not any(members.get(name) for name in _TABLES):
        problems.append("There is no row in it.")
    requirements = _sound(members, "requirement", _RequirementRow, lambda row: _slips(row, actions), problems)
    thresholds = _sound(members, "threshold", _ThresholdRow, _slips_of_number, problems)
    intervals = _sound(members, "interval", _IntervalRow, _slips_of_interval, problems)
    holidays = _sound(members, "holiday", _HolidayRow, lambda _: [], problems)
    if problems:
        raise PolicyRefused("\n".join(problems))
    policy = Policy(
        tuple(Requirement(**row.model_dump()) for row in requirements),
        tuple(ThresholdRow(**row.model_dump() | {"name": Threshold(row.name)}) for row in thresholds),
        tuple(
            Interval(
                **row.model_dump()
                | {"trigger": Trigger(row.trigger), "step": Step(row.step), "unit": TimeUnit(row.unit)}
            )
            for row in intervals
        ),
        tuple(Holiday(**row.model_dump()) for row in holidays),
    )
    doubled = _doubled(policy)
    if doubled:
        raise PolicyRefused("\n".join(doubled))
    return policy


def _members(text: str) -> dict[str, Any]:
    if len(text) > _MOST_CHARACTERS:
        raise PolicyRefused(f"A policy has {_MOST_CHARACTERS} characters at most.")
    try:
        return tomllib.loads(text)
    # A number of thousands of digits is a ValueError, and a list in a list in a list … a RecursionError.
    except (ValueError, RecursionError) as error:
        raise PolicyRefused(f"Not TOML: {error}") from error


_R = TypeVar("_R", bound=_Row)


def _sound(
    members: dict[str, Any], table: str, model: type[_R], slips: Callable[[_R], list[str]], problems: list[str]
) -> list[_R]:
    """The rows of a table; what is wrong with any is noted."""
    rows = list(_rows(members, table, model, problems))
    problems += [f"{table} {number}: {found}" for number, row in rows for found in slips(row)]
    return [row for _, row in rows]


def _rows(members: dict[str, Any], table: str, model: type[_R], problems: list[str]) -> Iterable[tuple[int, _R]]:
    """The rows of a table that have the shape, by their number from 1; what is wrong with the others is noted."""
    rows = members.get(table, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise PolicyRefused(f"[[{table}]] is a list of tables.")
    for number, row in enumerate(rows, 1):
        try:
            yield number, model.model_validate(row)
        except ValidationError as error:
            problems += [f"{table} {number}: {_said(table, each)}" for each in error.errors()]


def _said(table: str, error: ErrorDetails) -> str:
    name = str(error["loc"][0])
    if error["type"] == "missing":
        return f"{name} is missing"
    if error["type"] == "extra_forbidden":
        return f"{name}: no member of a {table}"
    return f"{name} {_WANTED[name]}"


def _slips(row: _RequirementRow, actions: Actions | None) -> list[str]:
    found = _ends_too_soon(row)
    if actions is not None and row.action not in actions.get(row.kind, ()):
        found.append(f"{row.kind} {row.action}: there is no such kind and action")
    return found


def _slips_of_number(row: _ThresholdRow) -> list[str]:
    found = _ends_too_soon(row)
    if row.name not in set(Threshold):
        return [*found, f"{row.name}: there is no such threshold"]
    possible = POSSIBLE[Threshold(row.name)]
    if row.number not in possible:
        found.append(f"{row.name} is a number from {possible[0]} to {possible[-1]}")
    return found


def _slips_of_interval(row: _IntervalRow) -> list[str]:
    named: tuple[tuple[str, str, type[StrEnum]], ...] = (
        ("trigger", row.trigger, Trigger),
        ("step", row.step, Step),
        ("unit", row.unit, TimeUnit),
    )
    found = [f"{value}: there is no such {what}" for what, value, known in named if value not in set(known)]
    if not found and row.amount not in AMOUNTS[TimeUnit(row.unit)]:
        possible = AMOUNTS[TimeUnit(row.unit)]
        found.append(f"amount is a number of {row.unit} from {possible[0]} to {possible[-1]}")
    if row.times not in (TIMES if row.step == Step.NOTICE else (1,)):
        found.append(f"times is a number from {TIMES[0]} to {TIMES[-1]}, and 1 for all but a notice")
    return _ends_too_soon(row) + found


def _ends_too_soon(row: _DatedRow) -> list[str]:
    until = row.in_force_until
    return ["in_force_until is later than in_force_from"] if until is not None and until <= row.in_force_from else []


def _doubled(policy: Policy) -> list[str]:
    keys = [f"{row.kind} {row.action}, {row.in_force_from}" for row in policy.requirements]
    keys += [f"{row.name}, {row.in_force_from}" for row in policy.thresholds]
    keys += [f"{row.trigger} {row.step}, {row.in_force_from}" for row in policy.intervals]
    days = [str(row.day) for row in policy.holidays]
    return [
        *(f"{key}: two rows begin on one day" for key in sorted({key for key in keys if keys.count(key) > 1})),
        *(f"{day}: two holidays on one day" for day in sorted({day for day in days if days.count(day) > 1})),
    ]
