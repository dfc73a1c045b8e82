"""What a poll is told, and the codes that people compare. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from vneid_idp.kernel.clock import MINUTE, SECOND, Instant
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.protocol.authorisation import Authorisation

SLOWER: Instant = 5 * SECOND
"""What who asks too soon has to wait longer from then on (RFC 8628 §3.5, CIBA Core §11)."""
JITTER: Instant = SECOND // 2
"""A network may bring two polls closer together than they were sent."""
FETCHED_WITHIN: Instant = MINUTE
"""How long an answer can be fetched at least, that was given in the last moment."""

USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no words come of it, and nothing that looks like a digit (RFC 8628 §6.1)."""
USER_CODE_LENGTH = 8


class Outcome(StrEnum):
    """How a polled request ended. Rows name it, so a member is never renamed."""

    APPROVED = "approved"
    REFUSED = "refused"
    WRONG_NUMBER = "wrong_number"
    """Another number was picked than the one that the client shows."""
    NOT_MINE = "not_mine"
    """The person had nothing to do with it."""
    CANCELLED = "cancelled"
    """Its client took it back."""
    EXPIRED = "expired"
    """Its client was told that nobody had answered in time."""
    ENDED = "ended"
    """The person approved it, and then what services were given for longer than a session ended: by the person, or
    since it rested on a number that got into other hands."""


class OnRecord(StrEnum):
    """What of a request a worker has put on record. Rows name it, so a member is never renamed."""

    ASKED = "asked"
    OVER = "over"
    """Its time was over, or its client took it back; an answer goes on record where it is given."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Nobody has answered yet. `too_soon`: the client asked before its interval was over."""

    too_soon: bool


@dataclass(frozen=True, slots=True)
class Expired:
    """Nobody answered in time, or nobody fetched the answer."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The person said no, or it ended in another way; the client is not told which."""


@dataclass(frozen=True, slots=True)
class Approved:
    """What was approved, and the grant that one poll opens for it."""

    grant_id: str
    authorisation: Authorisation


PollAnswer = Pending | Expired | Denied | Approved


def normal_code(typed: str) -> str | None:
    """A code as people type it: in whatever case, with dashes and spaces; `None` for what is none."""
    letters = "".join(letter for letter in typed.upper() if letter not in " -–—._\t\u00a0")
    fits = len(letters) == USER_CODE_LENGTH and set(letters) <= set(USER_CODE_LETTERS)
    return letters if fits else None


def digest_of_code(blind: BlindIndex, code: str) -> str:
    """By what a code is found, which nobody who reads the rows can turn back into one."""
    return blind.of("user_code", code)


def shown_code(code: str) -> str:
    """A code in two halves, easier to read and to type."""
    return f"{code[:4]}-{code[4:]}"
