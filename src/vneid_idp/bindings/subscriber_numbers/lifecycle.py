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
    RECHECKING = "rechecking"
    """It works in another device: its holder has to be authenticated again (Circular 08/2026/TT-BKHCN Art. 8)."""
    FROZEN = "frozen"
    """It works in another SIM, or moves to another carrier: who has it now may be somebody else, and nothing rests on
    it."""
    DISPUTED = "disputed"
    """Somebody else says that it is theirs: until the carrier has decided it counts for nobody."""
    SUSPENDED = "suspended"
    """It rests while the identity of its holder cannot be used."""
    RELEASED = "released"


class NumberMove(StrEnum):
    """What can happen to it."""

    CONFIRM = "confirm"
    CONFIRM_ANEW = "confirm_anew"
    """Of a child's number: another guardian confirmed it, or its holder, grown up."""
    VERIFY = "verify"
    RECHECK = "recheck"
    FREEZE = "freeze"
    THAW = "thaw"
    DISPUTE = "dispute"
    SETTLE = "settle"
    SUSPEND = "suspend"
    RESUME = "resume"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What happened to it, and when."""

    confirmed_at: Instant
    verified_at: Instant | None = None
    """When it was last bound on a match of all four fields."""
    rechecking_at: Instant | None = None
    frozen_at: Instant | None = None
    disputed_at: Instant | None = None
    suspended_at: Instant | None = None
    released_at: Instant | None = None


_TRUSTED = frozenset({NumberState.CONFIRMED, NumberState.VERIFIED, NumberState.RECHECKING})
_AWAKE = _TRUSTED | {NumberState.FROZEN}
_OPEN = _AWAKE | {NumberState.DISPUTED}

LIFECYCLE: Lifecycle[NumberState, NumberMove] = Lifecycle(
    signs=MappingProxyType(
        {
            "released_at": NumberState.RELEASED,
            "suspended_at": NumberState.SUSPENDED,
            "disputed_at": NumberState.DISPUTED,
            "frozen_at": NumberState.FROZEN,
            "rechecking_at": NumberState.RECHECKING,
            "verified_at": NumberState.VERIFIED,
            "confirmed_at": NumberState.CONFIRMED,
        }
    ),
    live=frozenset(NumberState) - {NumberState.RELEASED},
    moves=MappingProxyType(
        {
            # What the person confirmed is there before the number: it comes with the access token.
            (None, NumberMove.CONFIRM): NumberState.CONFIRMED,
            **{(state, NumberMove.CONFIRM_ANEW): state for state in _AWAKE},
            # A later match: of the number's last one the proof is kept (Circular 08/2026/TT-BKHCN Art. 4.2).
            **dict.fromkeys(((state, NumberMove.VERIFY) for state in _AWAKE), NumberState.VERIFIED),
            **dict.fromkeys(((state, NumberMove.RECHECK) for state in _TRUSTED), NumberState.RECHECKING),
            **dict.fromkeys(((state, NumberMove.FREEZE) for state in _AWAKE), NumberState.FROZEN),
            **dict.fromkeys(((state, NumberMove.DISPUTE) for state in _AWAKE), NumberState.DISPUTED),
            # What befalls it while it rests, is frozen or disputed, is seen when it counts again.
            **{
                (state, move): state
                for state in (NumberState.SUSPENDED, NumberState.DISPUTED)
                for move in (NumberMove.RECHECK, NumberMove.FREEZE)
            },
            (NumberState.SUSPENDED, NumberMove.DISPUTE): NumberState.SUSPENDED,
            (NumberState.SUSPENDED, NumberMove.SETTLE): NumberState.SUSPENDED,
            (NumberState.DISPUTED, NumberMove.SETTLE): _AWAKE,
            (NumberState.FROZEN, NumberMove.RECHECK): NumberState.FROZEN,
            (NumberState.FROZEN, NumberMove.THAW): _TRUSTED,
            **dict.fromkeys(((state, NumberMove.SUSPEND) for state in _OPEN), NumberState.SUSPENDED),
            (NumberState.SUSPENDED, NumberMove.RESUME): _OPEN,
            **dict.fromkeys(
                ((state, NumberMove.RELEASE) for state in (*_OPEN, NumberState.SUSPENDED)), NumberState.RELEASED
            ),
        }
    ),
    changes=MappingProxyType(
        {
            NumberMove.CONFIRM: StateChange(happens=("confirmed_at",)),
            NumberMove.CONFIRM_ANEW: StateChange(brings=("representative_id", "consent_id")),
            NumberMove.VERIFY: StateChange(
                happens=("verified_at",),
                undoes=("rechecking_at", "frozen_at"),
                brings=("match_id", "channel", "holder_digest"),
            ),
            NumberMove.RECHECK: StateChange(happens=("rechecking_at",)),
            NumberMove.FREEZE: StateChange(happens=("frozen_at",)),
            NumberMove.THAW: StateChange(undoes=("frozen_at",)),
            NumberMove.DISPUTE: StateChange(happens=("disputed_at",)),
            NumberMove.SETTLE: StateChange(undoes=("disputed_at",)),
            NumberMove.SUSPEND: StateChange(happens=("suspended_at",)),
            NumberMove.RESUME: StateChange(undoes=("suspended_at",)),
            NumberMove.RELEASE: StateChange(happens=("released_at",)),
        }
    ),
    events=MappingProxyType(
        {
            NumberMove.CONFIRM: EventKind.BINDING_REQUESTED,
            NumberMove.CONFIRM_ANEW: EventKind.BINDING_REQUESTED,
            NumberMove.VERIFY: EventKind.BINDING_PROVED,
            NumberMove.RECHECK: EventKind.BINDING_RECHECK_ASKED,
            NumberMove.FREEZE: EventKind.BINDING_FROZEN,
            NumberMove.THAW: EventKind.BINDING_THAWED,
            NumberMove.DISPUTE: EventKind.BINDING_DISPUTED,
            NumberMove.SETTLE: EventKind.BINDING_SETTLED,
            NumberMove.SUSPEND: EventKind.BINDING_SUSPENDED,
            NumberMove.RESUME: EventKind.BINDING_RESUMED,
            NumberMove.RELEASE: EventKind.BINDING_RELEASED,
        }
    ),
    release=NumberMove.RELEASE,
    pause=Pause(NumberMove.SUSPEND, NumberMove.RESUME, "suspended_at"),
)
