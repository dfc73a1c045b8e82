"""The life of a social account's binding. What is not listed is forbidden."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from vneid_idp.audit.events import EventKind
from vneid_idp.bindings.engine.lifecycle import Lifecycle, Pause, StateChange
from vneid_idp.kernel.clock import Instant


class BindingState(StrEnum):
    """Where a social account's binding stands."""

    VERIFIED = "verified"
    SUSPENDED = "suspended"
    RELEASED = "released"
    REVOKED = "revoked"
    """Taken away by the provider. No act of the program does that yet. Networks know the word from the contract, so
    that they understand it on the day when one does."""


class Move(StrEnum):
    """What can happen to it."""

    VERIFY = "verify"
    PROVE = "prove"
    SUSPEND = "suspend"
    RESUME = "resume"
    RELEASE = "release"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class BindingFacts:
    """What happened to it, and when."""

    made_at: Instant
    verified_at: Instant
    """When it was last proved."""
    suspended_at: Instant | None = None
    released_at: Instant | None = None
    revoked_at: Instant | None = None


LIFECYCLE: Lifecycle[BindingState, Move] = Lifecycle(
    signs=MappingProxyType(
        {
            "revoked_at": BindingState.REVOKED,
            "released_at": BindingState.RELEASED,
            "suspended_at": BindingState.SUSPENDED,
            "verified_at": BindingState.VERIFIED,
        }
    ),
    live=frozenset({BindingState.VERIFIED, BindingState.SUSPENDED}),
    moves=MappingProxyType(
        {
            # The proof is there before the binding: it comes with the access token.
            (None, Move.VERIFY): BindingState.VERIFIED,
            # A better proof of the same account: the young person's own after a guardian's, or a higher level.
            (BindingState.VERIFIED, Move.PROVE): BindingState.VERIFIED,
            (BindingState.VERIFIED, Move.SUSPEND): BindingState.SUSPENDED,
            (BindingState.VERIFIED, Move.RELEASE): BindingState.RELEASED,
            (BindingState.VERIFIED, Move.REVOKE): BindingState.REVOKED,
            (BindingState.SUSPENDED, Move.RESUME): BindingState.VERIFIED,
            (BindingState.SUSPENDED, Move.RELEASE): BindingState.RELEASED,
            (BindingState.SUSPENDED, Move.REVOKE): BindingState.REVOKED,
        }
    ),
    changes=MappingProxyType(
        {
            Move.VERIFY: StateChange(happens=("made_at", "verified_at")),
            # A guardian who takes over brings a proof of before.
            Move.PROVE: StateChange(
                brings=("verified_at", "method", "level", "representative_id", "consent_id", "by_message")
            ),
            Move.SUSPEND: StateChange(happens=("suspended_at",)),
            Move.RESUME: StateChange(undoes=("suspended_at",)),
            Move.RELEASE: StateChange(happens=("released_at",)),
            Move.REVOKE: StateChange(happens=("revoked_at",)),
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
