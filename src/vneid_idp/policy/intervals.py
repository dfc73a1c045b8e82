"""Rows that say how long the law waits: the ladder of a number that is not proved, and the days when nobody works."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType


class Trigger(StrEnum):
    """What sets a subscriber number on the ladder. Stored rows name it, so a name is never reused."""

    DEVICE_CHANGE = "device_change"
    """The number is used in another device."""
    CLEAN_UP_2026 = "clean_up_2026"
    """It was registered before the rule, and its holder has not confirmed it."""
    NINE_DIGIT_CARD = "nine_digit_card"
    """It was registered with a card of nine digits, and its holder confirmed it in the app."""
    DISOWNED = "disowned"
    """Who is registered says that it is not theirs, or its data are wrong."""
    FOREIGNER_PASSPORT = "foreigner_passport"
    """It was registered by a foreigner with a passport."""
    FIRST_PASSPORT_NUMBER = "first_passport_number"
    """The first number of a foreigner who has nothing but a passport: a rule of a draft alone."""


class Step(StrEnum):
    """A rung of the ladder, from the lowest."""

    NOTICE = "notice"
    ONE_WAY = "one_way"
    """Nothing goes out but emergency calls; calls and messages come in, data flow."""
    TWO_WAY = "two_way"
    ENDED = "ended"


class TimeUnit(StrEnum):
    """What an interval is counted in (`policy.calendar`)."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"


AMOUNTS: Mapping[TimeUnit, range] = MappingProxyType(
    {TimeUnit.HOURS: range(721), TimeUnit.DAYS: range(1, 3_651), TimeUnit.WORKING_DAYS: range(1, 1_001)}
)
"""The amounts that each unit may have; at once is 0 hours."""
TIMES = range(1, 31)
"""How often a notice may be given."""


@dataclass(frozen=True, slots=True)
class Interval:
    """How long after what comes before it a step is due.

    A notice and the one-way suspension are counted from the trigger, each step after them from the one before it.
    """

    trigger: Trigger
    step: Step
    amount: int
    unit: TimeUnit
    times: int
    """How often a notice is given, once a day; 1 for every other step."""
    legal_reference: str
    in_force_from: date
    """The first day on which it begins to run, from its midnight in Viet Nam."""
    in_force_until: date | None = None
    """The first day on which it no longer begins to run; one that has begun runs on."""

    @property
    def rung(self) -> tuple[int, int]:
        """Where it stands when triggers and steps are told in their order."""
        return tuple(Trigger).index(self.trigger), tuple(Step).index(self.step)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day that is off, or one at a weekend on which people work instead."""

    day: date
    name: str
    day_off: bool
    """Whether nobody works; false for a day that is worked, also to take back one that was published by mistake."""
    legal_reference: str
