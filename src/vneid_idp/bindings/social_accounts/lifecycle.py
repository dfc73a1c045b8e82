"""The life of a social account's binding. What is not listed is forbidden."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from vneid_idp.audit.events import EventKind
from vneid_idp.bindings.engine.lifecycle import Change, Lifecycle, Pause
from vneid_idp.kernel.clock import Instant


class State(StrEnum):
    """Where a social account's binding stands."""

    VERIFIED = "verified"
    SUSPENDED = "suspended"
    RELEASED = "released"
    REVOKED = "revoked"


class Move(StrEnum):
    """What can happen to it."""

    VERIFY = "verify"
    PROVE = "prove"
    SUSPEND = "suspend"
    RESUME = "resume"
    RELEASE = "release"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened to it, and when."""

    made_at: Instant
    verified_at: Instant
    """When it was last proved."""
    suspended_at: Instant | None = None
    released_at: Instant | None = None
    revoked_at: Instant | None = None


LIFECYCLE: Lifecycle[State, Move] = Lifecycle(
    signs=MappingProxyType(
        {
            "revoked_at": State.REVOKED,
            "released_at": State.RELEASED,
            "suspended_at": State.SUSPENDED,
            "verified_at": State.VERIFIED,
        }
    ),
    live=frozenset({State.VERIFIED, State.SUSPENDED}),
    moves=MappingProxyType(
        {
            # The proof is there before the binding: it comes with the access token.
            (None, Move.VERIFY): State.VERIFIED,
            # A better proof of the same account: the young person's own after a guardian's, or a higher level.
            (State.VERIFIED, Move.PROVE): State.VERIFIED,
            (State.VERIFIED, Move.SUSPEND): State.SUSPENDED,
            (State.VERIFIED, Move.RELEASE): State.RELEASED,
            (State.VERIFIED, Move.REVOKE): State.REVOKED,
            (State.SUSPENDED, Move.RESUME): State.VERIFIED,
            (State.SUSPENDED, Move.RELEASE): State.RELEASED,
            (State.SUSPENDED, Move.REVOKE): State.REVOKED,
        }
    ),
    changes=MappingProxyType(
        {
            Move.VERIFY: Change(happens=("made_at", "verified_at")),
            Move.PROVE: Change(happens=("verified_at",), brings=("method", "level", "representative_id")),
            Move.SUSPEND: Change(happens=("suspended_at",)),
            Move.RESUME: Change(undoes=("suspended_at",)),
            Move.RELEASE: Change(happens=("released_at",)),
            Move.REVOKE: Change(happens=("revoked_at",)),
        }
    ),
    events=MappingProxyType(
        {
            Move.VERIFY: EventKind.BINDING_VERIFIED,
            Move.PROVE: EventKind.BINDING_PROVED,
            Move.SUSPEND: EventKind.BINDING_SUSPENDED,
            Move.RESUME: EventKind.BINDING_RESUMED,
            Move.RELEASE: EventKind.BINDING_RELEASED,
            Move.REVOKE: EventKind.BINDING_REVOKED,
        }
    ),
    release=Move.RELEASE,
    pause=Pause(Move.SUSPEND, Move.RESUME, "suspended_at"),
)
