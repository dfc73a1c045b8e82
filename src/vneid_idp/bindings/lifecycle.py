"""The life of a binding: states, moves, and the table of what may follow what. What is not listed is forbidden."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from vneid_idp.audit.events import Kind
from vneid_idp.kernel.clock import Instant


class State(StrEnum):
    """Where a binding stands. It is computed from facts and stored nowhere."""

    PENDING = "pending"
    VERIFIED = "verified"
    SUSPENDED = "suspended"
    RELEASED = "released"
    REVOKED = "revoked"


LIVE = frozenset({State.PENDING, State.VERIFIED, State.SUSPENDED})
"""A binding in one of these holds the account: nobody else can bind it."""


class Move(StrEnum):
    """What can happen to a binding."""

    VERIFY = "verify"
    PROVE = "prove"
    SUSPEND = "suspend"
    RESUME = "resume"
    RELEASE = "release"
    REVOKE = "revoke"


MOVES: Mapping[tuple[State, Move], State] = MappingProxyType(
    {
        (State.PENDING, Move.VERIFY): State.VERIFIED,
        (State.PENDING, Move.RELEASE): State.RELEASED,
        (State.PENDING, Move.REVOKE): State.REVOKED,
        # A better proof of the same account: the young person's own after a guardian's, or a higher level.
        (State.VERIFIED, Move.PROVE): State.VERIFIED,
        (State.VERIFIED, Move.SUSPEND): State.SUSPENDED,
        (State.VERIFIED, Move.RELEASE): State.RELEASED,
        (State.VERIFIED, Move.REVOKE): State.REVOKED,
        (State.SUSPENDED, Move.RESUME): State.VERIFIED,
        (State.SUSPENDED, Move.RELEASE): State.RELEASED,
        (State.SUSPENDED, Move.REVOKE): State.REVOKED,
    }
)

EVENTS: Mapping[Move, Kind] = MappingProxyType(
    {
        Move.VERIFY: Kind.BINDING_VERIFIED,
        Move.PROVE: Kind.BINDING_PROVED,
        Move.SUSPEND: Kind.BINDING_SUSPENDED,
        Move.RESUME: Kind.BINDING_RESUMED,
        Move.RELEASE: Kind.BINDING_RELEASED,
        Move.REVOKE: Kind.BINDING_REVOKED,
    }
)
"""The event that each move leaves behind."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened to a binding, and when."""

    requested_at: Instant
    verified_at: Instant | None = None
    suspended_at: Instant | None = None
    released_at: Instant | None = None
    revoked_at: Instant | None = None


def state_of(facts: Facts) -> State:
    """The state that `facts` amount to; the last word wins."""
    if facts.revoked_at is not None:
        return State.REVOKED
    if facts.released_at is not None:
        return State.RELEASED
    if facts.suspended_at is not None:
        return State.SUSPENDED
    return State.PENDING if facts.verified_at is None else State.VERIFIED


def sources(move: Move) -> frozenset[State]:
    """The states from which `move` is possible."""
    return frozenset(state for state, possible in MOVES if possible is move)
