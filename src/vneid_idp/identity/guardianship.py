"""Who acts for a child: the one place where guardianship is judged (Decree 147/2024/NĐ-CP Art. 23.3.đ)."""

from enum import StrEnum

from vneid_idp.identity.ages import is_over
from vneid_idp.identity.registry import RegistryRecord
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Rules, Threshold


class Guardianship(StrEnum):
    """How somebody stands to a child."""

    STANDS = "stands"
    OUTGROWN = "outgrown"
    """The child has reached the age from which nobody acts for it."""
    NONE = "none"


def guardianship(person_id: str, child: RegistryRecord | None, rules: Rules, now: Instant) -> Guardianship:
    """How `person_id` stands at `now` to the child of whom the register says this; nobody guards a dead child."""
    if child is None or child.deceased_at is not None or person_id not in child.guardian_ids:
        return Guardianship.NONE
    grown = is_over(child.birth_date, rules[Threshold.GUARDIAN_UNTIL_AGE], now)
    return Guardianship.OUTGROWN if grown else Guardianship.STANDS


def is_guardian(person_id: str, child: RegistryRecord | None, rules: Rules, now: Instant) -> bool:
    """Whether a person may act for this child at `now`."""
    return guardianship(person_id, child, rules, now) is Guardianship.STANDS


def needs_guardian(age: int, rules: Rules) -> bool:
    """Whether somebody of this age, in completed years, is acted for by a parent or guardian."""
    return age < rules[Threshold.GUARDIAN_UNTIL_AGE]
