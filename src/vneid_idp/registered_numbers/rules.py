"""A number of a register: its facts, and the state that they amount to. Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.intervals import Step, Trigger
from vneid_idp.registers.classes import RowClass


class RegisteredState(StrEnum):
    """Where a number of a register stands, from the last that can be said to the first."""

    RECYCLED = "recycled"
    """It was given to somebody else after its end."""
    ENDED = "ended"
    TWO_WAY = "two_way"
    """Nothing goes out or comes in."""
    ONE_WAY = "one_way"
    """Nothing goes out but emergency calls; calls and messages come in, data flow."""
    DISPUTED = "disputed"
    """Two people say that it is theirs; the carrier has to decide."""
    DISOWNED = "disowned"
    """Whoever it is registered for says that it is not theirs."""
    VERIFIED = "verified"
    """Its holder was authenticated, and nothing is due."""
    CONFIRMED = "confirmed"
    """Whoever it is registered for says that it is theirs."""
    ASKED = "asked"
    """Whoever it is registered for was asked."""
    REGISTERED = "registered"
    """It stands in the register, and nobody was asked yet."""


OVER = frozenset({RegisteredState.ENDED, RegisteredState.RECYCLED})
"""Where nobody has the number any more, as far as this row says."""


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What happened to it, and when. What is not told did not happen."""

    registered_at: Instant
    asked_at: Instant | None = None
    """The first notice."""
    confirmed_at: Instant | None = None
    proved_at: Instant | None = None
    disowned_at: Instant | None = None
    disputed_at: Instant | None = None
    device_changed_at: Instant | None = None
    """When it began to work in another device than the one in which its holder was authenticated, as the carrier told
    last; not any more once its holder was."""
    one_way_at: Instant | None = None
    two_way_at: Instant | None = None
    ended_at: Instant | None = None
    recycled_at: Instant | None = None

    @property
    def state(self) -> RegisteredState:
        """The state that the facts amount to."""
        return next(state for fact, state in _SIGNS.items() if getattr(self, fact) is not None)


_SIGNS = {
    "recycled_at": RegisteredState.RECYCLED,
    "ended_at": RegisteredState.ENDED,
    "two_way_at": RegisteredState.TWO_WAY,
    "one_way_at": RegisteredState.ONE_WAY,
    "disputed_at": RegisteredState.DISPUTED,
    "disowned_at": RegisteredState.DISOWNED,
    "proved_at": RegisteredState.VERIFIED,
    "confirmed_at": RegisteredState.CONFIRMED,
    "asked_at": RegisteredState.ASKED,
    "registered_at": RegisteredState.REGISTERED,
}
"""The fact that tells each state; the last word comes first."""


def lets_prove(registered: str | None, holder_digest: str) -> bool:
    """Whether somebody with these papers proves a number that a register has for `registered`: for them, or for papers
    without a personal ID number, which say of nobody else that it is theirs."""
    return registered in (None, holder_digest)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Why a number is on the ladder, and how far it came."""

    trigger: Trigger
    since: Instant
    notices: int = 0
    """How many notices were given."""
    noticed_at: Instant | None = None
    """When the last of them was."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is due next if nothing is proved before."""

    step: Step
    at: Instant


@dataclass(frozen=True, slots=True)
class RegisteredNumber:
    """A number of a carrier's register."""

    number_id: str
    family_id: str
    client_id: str
    """The client that told of it last."""
    number_digest: str
    sealed_number: str
    """E.164, under the key of the carrier (`carrier_key`)."""
    holder_digest: str | None
    row_class: RowClass
    reasons: tuple[RowClass, ...]
    upload_id: str
    row_digest: str
    absent_at: Instant | None
    facts: NumberFacts
    ladder: Ladder | None = None
    next_step: NextStep | None = None

    @property
    def state(self) -> RegisteredState:
        """Where it stands."""
        return self.facts.state

    @property
    def rechecks(self) -> bool:
        """Whether it works in another device: whoever has it shows a face at the carrier, and neither their word nor a
        row of a register says anything of that, whatever set it on the ladder."""
        return self.facts.device_changed_at is not None

    def with_facts(self, **facts: Any) -> "RegisteredNumber":
        """The same number with these facts, instants by name."""
        return replace(self, facts=replace(self.facts, **facts))
