"""The life of a subscriber number. What is not listed is forbidden."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from vneid_idp.audit.events import EventKind
from vneid_idp.bindings.engine.lifecycle import Lifecycle, Pause, StateChange
from vneid_idp.kernel.clock import Instant


class NumberState(StrEnum):
    """Where a number stands."""

    CONFIRMED = "confirmed"
    """The person said that it is theirs; its data are not compared with the register yet."""
    VERIFIED = "verified"
    """All four fields of its holder agreed with the register."""
    SUSPENDED = "suspended"
    """It rests while the identity of its holder cannot be used."""
    RELEASED = "released"


class NumberMove(StrEnum):
    """What can happen to it."""

    CONFIRM = "confirm"
    VERIFY = "verify"
    SUSPEND = "suspend"
    RESUME = "resume"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What happened to it, and when."""

    confirmed_at: Instant
    verified_at: Instant | None = None
    """When it was last bound on a match of all four fields."""
    suspended_at: Instant | None = None
    released_at: Instant | None = None


LIFECYCLE: Lifecycle[NumberState, NumberMove] = Lifecycle(
    signs=MappingProxyType(
        {
            "released_at": NumberState.RELEASED,
            "suspended_at": NumberState.SUSPENDED,
            "verified_at": NumberState.VERIFIED,
            "confirmed_at": NumberState.CONFIRMED,
        }
    ),
    live=frozenset({NumberState.CONFIRMED, NumberState.VERIFIED, NumberState.SUSPENDED}),
    moves=MappingProxyType(
        {
            # What the person confirmed is there before the number: it comes with the access token.
            (None, NumberMove.CONFIRM): NumberState.CONFIRMED,
            (NumberState.CONFIRMED, NumberMove.VERIFY): NumberState.VERIFIED,
            # A later match: of the number's last one the proof is kept (Circular 08/2026/TT-BKHCN Art. 4.2).
            (NumberState.VERIFIED, NumberMove.VERIFY): NumberState.VERIFIED,
            (NumberState.CONFIRMED, NumberMove.SUSPEND): NumberState.SUSPENDED,
            (NumberState.CONFIRMED, NumberMove.RELEASE): NumberState.RELEASED,
            (NumberState.VERIFIED, NumberMove.SUSPEND): NumberState.SUSPENDED,
            (NumberState.VERIFIED, NumberMove.RELEASE): NumberState.RELEASED,
            (NumberState.SUSPENDED, NumberMove.RESUME): frozenset({NumberState.CONFIRMED, NumberState.VERIFIED}),
            (NumberState.SUSPENDED, NumberMove.RELEASE): NumberState.RELEASED,
        }
    ),
    changes=MappingProxyType(
        {
            NumberMove.CONFIRM: StateChange(happens=("confirmed_at",)),
            NumberMove.VERIFY: StateChange(happens=("verified_at",), brings=("match_id", "channel")),
            NumberMove.SUSPEND: StateChange(happens=("suspended_at",)),
            NumberMove.RESUME: StateChange(undoes=("suspended_at",)),
            NumberMove.RELEASE: StateChange(happens=("released_at",)),
        }
    ),
    events=MappingProxyType(
        {
            NumberMove.CONFIRM: EventKind.BINDING_REQUESTED,
            NumberMove.VERIFY: EventKind.BINDING_PROVED,
            NumberMove.SUSPEND: EventKind.BINDING_SUSPENDED,
            NumberMove.RESUME: EventKind.BINDING_RESUMED,
            NumberMove.RELEASE: EventKind.BINDING_RELEASED,
        }
    ),
    release=NumberMove.RELEASE,
    pause=Pause(NumberMove.SUSPEND, NumberMove.RESUME, "suspended_at"),
)
