"""What follows from the fields of a match: pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class ComparedFace:
    """How a face was compared, for whoever asks in years by what right a number is in use: nothing of the face, and no
    score."""

    route: str
    """With what: `faces.evidence.FaceRoute`."""
    matcher: str
    """The name of who compared, with its version."""
    evaluation_id: str
    """The evaluation that says how often that matcher errs (Circular 08/2026/TT-BKHCN Art. 8.2)."""
    liveness: str
    """The standard by which the device told a living face from a presentation attack."""
    taken_at: Instant
    """When the device took it."""


def verdict_of(results: Mapping[Field, Result]) -> Verdict:
    """What the fields that were compared say together: nothing is matched that was not compared."""
    if Result.MISMATCH in results.values():
        return Verdict.NOT_MATCHED
    return Verdict.MATCHED if set(results) == set(Field) else Verdict.UNDECIDED
