"""What somebody tells to show that they use a number: in choices and short texts, for the carrier alone."""

from dataclasses import asdict, dataclass
from enum import StrEnum

import orjson

LONGEST = 500
"""Characters of each text."""


class UsedSince(StrEnum):
    """For how long somebody uses the number. Sealed texts name it, so a member is never renamed."""

    WEEKS = "weeks"
    """Some weeks."""
    MONTHS = "months"
    YEARS = "years"
    """A year or more."""
    MANY_YEARS = "many_years"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a party tells."""

    used_since: UsedSince
    sim_in_hand: bool
    """Whether they say that the SIM card is in their hand."""
    contacts: str
    """Whom they called or wrote to lately, or who did to them."""
    payments: str
    """The last top-up or bill."""
    note: str


def write_evidence(evidence: Evidence) -> bytes:
    """What is sealed."""
    return orjson.dumps(asdict(evidence))


def read_evidence(data: bytes) -> Evidence:
    """What `write_evidence` was given."""
    told = orjson.loads(data)
    return Evidence(**{**told, "used_since": UsedSince(told["used_since"])})
