"""Ages in Viet Nam's calendar.

A person reaches an age at midnight, Viet Nam time, on the birthday. Somebody born on 29 February reaches it, in a year
without that day, on 1 March: Civil Code 91/2015/QH13 Art. 148.3 and 148.6 end a term whose last month has no
corresponding day at the twenty-fourth hour of that month's last day, which is the first moment of 1 March. (No
instrument names the case of ages; this is the reading by analogy, and the cautious one: no one is treated as older a
day early.)
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from vneid_idp.kernel.clock import Instant, local_date


class AgeBand(StrEnum):
    """The coarse answer to "how old", enough for most services."""

    UNDER_13 = "under_13"
    FROM_13_TO_15 = "13_15"
    FROM_16_TO_17 = "16_17"
    FROM_18 = "18_plus"


def birthday(birth_date: date, years: int) -> date:
    """The day on which a person born on `birth_date` reaches the age of `years`."""
    year = birth_date.year + years
    try:
        return birth_date.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def age(birth_date: date, now: Instant) -> int:
    """Completed years at `now`; 0 before birth."""
    today = local_date(now)
    years = today.year - birth_date.year
    return max(0, years if birthday(birth_date, years) <= today else years - 1)


def is_over(birth_date: date, years: int, now: Instant) -> bool:
    """Whether the age of `years` has been completed ("từ đủ … tuổi"): true from the birthday itself."""
    return birthday(birth_date, years) <= local_date(now) if birth_date.year + years <= date.max.year else False


def age_band(birth_date: date, now: Instant) -> AgeBand:
    """The band in which the person is at `now`."""
    years = age(birth_date, now)
    if years < 13:
        return AgeBand.UNDER_13
    if years < 16:
        return AgeBand.FROM_13_TO_15
    return AgeBand.FROM_16_TO_17 if years < 18 else AgeBand.FROM_18


@dataclass(frozen=True, slots=True)
class Age:
    """Somebody's age: completed years today, and the band that is told."""

    years: int
    band: AgeBand

    @classmethod
    def at(cls, birth_date: date, now: Instant, *, told_as_of: Instant | None = None) -> Self:
        """The age at `now` of somebody born on `birth_date`, of whom the band is told as of that moment, or another."""
        return cls(age(birth_date, now), age_band(birth_date, now if told_as_of is None else told_as_of))
