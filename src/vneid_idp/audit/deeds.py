"""Who did something to others, and why: what every event about such a deed says."""

import re
from dataclasses import dataclass
from typing import Any

from vneid_idp.kernel.errors import DomainError

WHO = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What names an operator, or is the id of a colleague."""
REASON_LENGTHS = range(3, 501)
"""How many characters a reason has."""

# What has digits and is nobody's number. An id of ours is random, so it may hold any run of digits.
_OURS = re.compile(r"\b[a-z]{3,5}_[0-9a-v]{26}\b")
_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_TIME = re.compile(
    rf"""
    (?<!\d) (?:
        {_YEAR} ([-/.]) {_MONTH} \1 {_DAY} | {_DAY} ([-/.]) {_MONTH} \2 {_YEAR}          # 2026-11-29, 29/11/2026
        | {_YEAR} (?:0[1-9]|1[0-2]) (?:0[1-9]|[12]\d|3[01]) (?: T \d{{6}} Z? )?          # 20261129
    ) (?!\d)
    | (?<!\d) (?:[01]?\d|2[0-3]) [:hg] [0-5]\d (?: : [0-5]\d )? (?!\d)                   # 10:00, 10h30
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CLOCK_AFTER_T = re.compile(r"(?<=\d)T(?=\d)", re.IGNORECASE)
# Nine digits, however they are grouped: an ID number, a phone number, a card. Events outlive a person's data.
_NUMBER = re.compile(r"(?:\d[ .()\u2010-\u2015-]{0,3}){8}\d")


class BadDeed(DomainError):
    """It is not said who and why, or it is said with what must not stand in an event."""

    code = "who_and_why"
    status = 400
    title = (
        "Say who you are and why: an operator's id (letters, digits, . _ -) and a reason of "
        f"{REASON_LENGTHS[0]} to {REASON_LENGTHS[-1]} characters, without anybody's numbers."
    )


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does to others in a role. Raises `BadDeed` when made without a who or a why."""

    by: str
    """The operator's id, a name of the house, or the pseudonymous id of a colleague; no personal data."""
    reason: str
    through: str | None = None
    """The client whose access token was used, or the name of the page; `None` at the command line."""
    office: str | None = None
    """The office in whose name it is done; `None` where no office acts."""

    def __post_init__(self) -> None:
        reason = self.reason.strip()
        if not WHO.fullmatch(self.by) or len(reason) not in REASON_LENGTHS or not reason.isprintable():
            raise BadDeed
        if holds_a_number(self.by) or holds_a_number(reason):
            raise BadDeed

    @property
    def is_by_person(self) -> bool:
        """Whether a colleague is named by the pseudonymous id, and not somebody by a name of the house."""
        return self.by.startswith("per_")

    @property
    def data(self) -> dict[str, Any]:
        """The members of the event."""
        way = {"through": self.through, "office": self.office}
        return {"by": self.by, "reason": self.reason.strip(), **{name: value for name, value in way.items() if value}}


def holds_a_number(text: str) -> bool:
    """Whether somebody's ID, phone or card number may stand in a text. Dates, times and ids of ours are none. Pure."""
    return _NUMBER.search(_TIME.sub("|", _CLOCK_AFTER_T.sub(" ", _OURS.sub("|", text)))) is not None


def data_of(deed: Deed | None) -> dict[str, Any]:
    """As `Deed.data`; nothing when no operator did it."""
    return {} if deed is None else deed.data
