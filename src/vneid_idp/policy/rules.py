"""Rows of the policy, and which of them are in force on a day.

In force are the rows whose time has come and has not ended; of those for one thing the latest to begin stands, and of
two that begin on one day the one published last. A row that ends gives way to the one before it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

from vneid_idp.kernel.clock import Instant, local_date
from vneid_idp.policy.intervals import Holiday, Interval, Step, Trigger

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
"""The days of which a policy speaks, and for which it can be asked: anything else is a slip of the pen."""


class Threshold(StrEnum):
    """A number that decides. Stored rows name it, so a name is never reused."""

    GUARDIAN_UNTIL_AGE = "guardian_until_age"
    """Under this age, in completed years, a parent or guardian acts for a child."""
    GUARDIAN_FROM_AGE = "guardian_from_age"
    """From this age on somebody may be named guardian."""
    OWN_PROOF_LEVEL = "own_proof_level"
    """The level of identity with which a person binds in their own name."""
    GUARDIAN_LEVEL = "guardian_level"
    """… and with which a guardian binds for a child."""
    LEVEL_2_FROM_AGE = "level_2_from_age"
    """Before this age an account stays at level 1."""
    LEVEL_2_DAYS = "level_2_days"
    """In so many working days an account of level 2 is decided about, for who has a valid card."""
    LEVEL_2_DAYS_WITHOUT_CARD = "level_2_days_without_card"
    """… and for who has none."""
    CONSENT_ALONE_FROM_AGE = "consent_alone_from_age"
    """From this age on a person consents alone to what tells something about them."""
    CHILD_ASKED_FROM_AGE = "child_asked_from_age"
    """From this age on a child consents too, with a parent or guardian; before, they act alone."""
    GUARDIAN_ANSWER_DAYS = "guardian_answer_days"
    """For how many days a child's agreement waits for a parent or guardian."""
    OFFERED_AGAIN_DAYS = "offered_again_days"
    """After so many days what a person left out is offered again, with the next request that asks for it."""
    ACCOUNT_LIMIT = "account_limit"
    """Accounts of one person within one network whose registration does not say otherwise."""
    NUMBERS_WITHOUT_CONTRACT = "numbers_without_contract"
    """Subscriber numbers under one document; what is above takes a contract at a point of the carrier's own."""
    NUMBER_ALONE_FROM_AGE = "number_alone_from_age"
    """From this age on somebody has a subscriber number without the agreement of a parent or guardian."""
    NUMBER_OF_CHILD_FROM_AGE = "number_of_child_from_age"
    """From this age on a child has a number in its own name, which a parent or guardian registers."""
    DISPUTE_DECISION_DAYS = "dispute_decision_days"
    """Within so many working days a carrier decides whose a number is that two people call theirs."""


_AGES, _LEVELS, _DAYS = range(131), range(1, 3), range(1, 91)
POSSIBLE: Mapping[Threshold, range] = MappingProxyType(
    {
        Threshold.GUARDIAN_UNTIL_AGE: _AGES,
        Threshold.GUARDIAN_FROM_AGE: _AGES,
        Threshold.OWN_PROOF_LEVEL: _LEVELS,
        Threshold.GUARDIAN_LEVEL: _LEVELS,
        Threshold.LEVEL_2_FROM_AGE: _AGES,
        Threshold.LEVEL_2_DAYS: _DAYS,
        Threshold.LEVEL_2_DAYS_WITHOUT_CARD: _DAYS,
        Threshold.CONSENT_ALONE_FROM_AGE: _AGES,
        Threshold.CHILD_ASKED_FROM_AGE: _AGES,
        Threshold.GUARDIAN_ANSWER_DAYS: _DAYS,
        Threshold.OFFERED_AGAIN_DAYS: range(1, 3_651),
        Threshold.ACCOUNT_LIMIT: range(1, 1_001),
        Threshold.NUMBERS_WITHOUT_CONTRACT: range(1, 1_001),
        Threshold.NUMBER_ALONE_FROM_AGE: _AGES,
        Threshold.NUMBER_OF_CHILD_FROM_AGE: _AGES,
        Threshold.DISPUTE_DECISION_DAYS: _DAYS,
    }
)
"""The numbers that each threshold may have; anything else is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What an action with something bound needs."""

    kind: str
    """The kind of what is bound (`bindings.kinds`)."""
    action: str
    minimum_level: int
    """The level of identity that must have proved it; 0 asks for no proof."""
    own_proof: bool
    """Whether the proof of somebody who acts for the holder is not enough."""
    legal_reference: str
    in_force_from: date
    """The first day, from its midnight in Viet Nam."""
    in_force_until: date | None = None
    """The first day on which it no longer holds; without one it holds until another row replaces it."""


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """A number, from one day on. As in `Requirement`."""

    name: Threshold
    number: int
    legal_reference: str
    in_force_from: date
    in_force_until: date | None = None


_R = TypeVar("_R", Requirement, ThresholdRow, Interval)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rows in force on one day."""

    day: date
    requirements: Mapping[tuple[str, str], Requirement]
    thresholds: Mapping[Threshold, ThresholdRow]
    intervals: Mapping[tuple[Trigger, Step], Interval]

    def __getitem__(self, name: Threshold) -> int:
        """The number of a threshold."""
        return self.thresholds[name].number

    def requirement(self, kind: str, action: str) -> Requirement | None:
        """What an action needs; nothing where no row is in force."""
        return self.requirements.get((kind, action))


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """Every row that was published, in the order of their publication; itself a value, the same for a whole request."""

    requirements: tuple[Requirement, ...]
    thresholds: tuple[ThresholdRow, ...]
    intervals: tuple[Interval, ...] = ()
    holidays: tuple[Holiday, ...] = ()

    def standing_on(self, day: date) -> "Policy":
        """The rows that stand on a day, each of its thing alone, and the holidays from that day on."""
        rules = self.on(day)
        return Policy(
            tuple(rules.requirements.values()),
            tuple(rules.thresholds.values()),
            tuple(sorted(rules.intervals.values(), key=lambda row: row.rung)),
            self.holidays_from(day),
        )

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.requirements) + len(self.thresholds) + len(self.intervals) + len(self.holidays)

    def on(self, day: date) -> Rules:
        """What is in force on a day in Viet Nam."""
        return _in_force(self, day)

    def at(self, now: Instant) -> Rules:
        """What is in force at an instant."""
        return _in_force(self, local_date(now))

    def amended(self, by: "Policy") -> "Policy":
        """This policy with the rows of another published after its own."""
        return Policy(
            (*self.requirements, *by.requirements),
            (*self.thresholds, *by.thresholds),
            (*self.intervals, *by.intervals),
            (*self.holidays, *by.holidays),
        )

    def beside(self, other: "Policy") -> "Policy":
        """The rows of this policy for actions, thresholds, steps and days of which another has no row at all."""
        actions = {(row.kind, row.action) for row in other.requirements}
        names = {row.name for row in other.thresholds}
        steps = {(row.trigger, row.step) for row in other.intervals}
        days = {row.day for row in other.holidays}
        return Policy(
            tuple(row for row in self.requirements if (row.kind, row.action) not in actions),
            tuple(row for row in self.thresholds if row.name not in names),
            tuple(row for row in self.intervals if (row.trigger, row.step) not in steps),
            tuple(row for row in self.holidays if row.day not in days),
        )

    def days(self) -> tuple[date, ...]:
        """The days on which something begins or ends, in order."""
        rows: tuple[Requirement | ThresholdRow | Interval, ...] = (
            *self.requirements,
            *self.thresholds,
            *self.intervals,
        )
        turns = {day for row in rows for day in (row.in_force_from, row.in_force_until) if day is not None}
        return tuple(sorted(turns))

    def holidays_from(self, day: date) -> tuple[Holiday, ...]:
        """The holidays from a day on, in order, as they stand: of two rows for one day the one published last."""
        return tuple(row for each, row in sorted(_by_day(self.holidays).items()) if each >= day)

    def holidays_until(self, day: date) -> tuple[Holiday, ...]:
        """… and those up to a day, itself among them."""
        return tuple(row for each, row in sorted(_by_day(self.holidays).items()) if each <= day)


def _by_day(rows: Iterable[Holiday]) -> Mapping[date, Holiday]:
    return {row.day: row for row in rows}


@lru_cache(maxsize=128)
def _in_force(policy: Policy, day: date) -> Rules:
    requirements = {(row.kind, row.action): row for row in _rows_in_force(policy.requirements, day)}
    # Before a threshold's first day its first row is taken: a number there must be, and no law gave another.
    first = {row.name: row for row in sorted(policy.thresholds, key=_begins, reverse=True)}
    thresholds = first | {row.name: row for row in _rows_in_force(policy.thresholds, day)}
    intervals = {(row.trigger, row.step): row for row in _rows_in_force(policy.intervals, day)}
    return Rules(day, MappingProxyType(requirements), MappingProxyType(thresholds), MappingProxyType(intervals))


def _rows_in_force(rows: Iterable[_R], day: date) -> list[_R]:
    """The rows whose time it is, the one that stands of each thing last."""
    return sorted((row for row in rows if _holds(row, day)), key=_begins)


def _holds(row: Requirement | ThresholdRow | Interval, day: date) -> bool:
    return row.in_force_from <= day and (row.in_force_until is None or day < row.in_force_until)


def _begins(row: Requirement | ThresholdRow | Interval) -> date:
    return row.in_force_from


@dataclass(frozen=True, slots=True)
class Gap:
    """From a day on nothing is required for an action for which something was before."""

    kind: str
    action: str
    since: date


def gaps(policy: Policy) -> tuple[Gap, ...]:
    """Where a rule ends and none follows: lawful perhaps, but more often a slip, so that it is said."""
    found = []
    for day in policy.days():
        before, after = policy.on(day - timedelta(days=1)), policy.on(day)
        lost = before.requirements.keys() - after.requirements.keys()
        found += [Gap(kind, action, day) for kind, action in sorted(lost)]
    return tuple(found)


def thresholds_missing(policy: Policy) -> tuple[Threshold, ...]:
    """The thresholds without any row, or that lose their last one on some day."""
    known = {row.name for row in policy.thresholds}
    ended = {row.name for day in policy.days() for row in policy.thresholds if _ends(policy, row, day)}
    return tuple(name for name in Threshold if name not in known or name in ended)


def _ends(policy: Policy, row: ThresholdRow, day: date) -> bool:
    rows = [other for other in policy.thresholds if other.name is row.name]
    return row.in_force_until == day and not _rows_in_force(rows, day)
