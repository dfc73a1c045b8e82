"""Who did something for the operator, and why: what every event about such a change says."""

import re
from dataclasses import dataclass
from typing import Any

from vneid_idp.kernel.errors import DomainError

_WHO = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
# A clerk is named by the pseudonymous id, which may hold nine digits in a row and still is nobody's number.
_PSEUDONYM = re.compile(r"per_[0-9a-v]{26}\Z")
# Nine digits, however they are grouped: an ID number, a phone number. Events outlive a person's data.
_NUMBER = re.compile(r"(?:\d[ .-]?){9}")
_LONGEST = 500


class BadDeed(DomainError):
    """It is not said who and why, or it is said with what must not stand in an event."""

    code = "who_and_why"
    status = 400
    title = (
        "Say who you are and why: an operator's id (letters, digits, . _ -) and a reason of 3 to 500 characters, "
        "without anybody's numbers."
    )


@dataclass(frozen=True, slots=True)
class Deed:
    """An operator's act. Raises `BadDeed` when made without a who or a why."""

    by: str
    """The operator's id, a name of the house, or the pseudonymous id of a colleague; no personal data."""
    reason: str
    through: str | None = None
    """The client whose access token was used; `None` at the command line."""

    def __post_init__(self) -> None:
        reason = self.reason.strip()
        if not _WHO.match(self.by) or not 3 <= len(reason) <= _LONGEST or not reason.isprintable():
            raise BadDeed
        if (_NUMBER.search(self.by) and not _PSEUDONYM.match(self.by)) or _NUMBER.search(reason):
            raise BadDeed

    @property
    def data(self) -> dict[str, Any]:
        """The members of the event."""
        return {"by": self.by, "reason": self.reason.strip()} | ({"through": self.through} if self.through else {})


def data_of(deed: Deed | None) -> dict[str, Any]:
    """As `Deed.data`; nothing when no operator did it."""
    return {} if deed is None else deed.data
