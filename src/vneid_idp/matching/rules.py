"""What follows from the fields of a match: pure functions."""

from collections.abc import Mapping
from enum import StrEnum

from vneid_idp.kernel.clock import DAY, Instant

GOOD_FOR: Instant = DAY
"""How long after a match a number may be bound on it. The law gives no figure: long enough for a person who is called
away between the comparison and the contract, short enough that the register still says the same."""


class Field(StrEnum):
    """What is compared, in the order in which it is told."""

    ID_NUMBER = "id_number"
    FULL_NAME = "full_name"
    BIRTHDATE = "birthdate"
    FACE = "face"


class Result(StrEnum):
    """What a comparison found."""

    MATCH = "match"
    MISMATCH = "mismatch"


class Verdict(StrEnum):
    """What all fields say together."""

    MATCHED = "matched"
    """All four agree."""
    NOT_MATCHED = "not_matched"
    """One of those that were compared does not."""
    UNDECIDED = "undecided"
    """Those that were compared agree, and not all four were."""


def verdict_of(results: Mapping[Field, Result]) -> Verdict:
    """What the fields that were compared say together: nothing is matched that was not compared."""
    if Result.MISMATCH in results.values():
        return Verdict.NOT_MATCHED
    return Verdict.MATCHED if set(results) == set(Field) else Verdict.UNDECIDED
