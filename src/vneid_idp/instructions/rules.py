"""An instruction to a carrier, and which one follows from what happened to a number. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from vneid_idp.kernel.clock import DAY, HOUR, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.intervals import Step, Trigger
from vneid_idp.policy.ladder import Due
from vneid_idp.registered_numbers.rules import RegisteredNumber

ANSWER_WITHIN: Instant = DAY
"""How long a carrier has to say what came of an instruction; after that it is overdue."""
ANSWER_WITHIN_OF_DEVICES: Instant = 2 * HOUR
"""… where a number is used in another device: in so many hours it has to suspend it (Circular 08/2026/TT-BKHCN
Article 8)."""


class InstructionKind(StrEnum):
    """What the carrier is to do. Rows and events name it, so a member is never renamed."""

    NOTIFY = "notify"
    """Tell the subscriber what is to come, and what to do about it."""
    ASK_FACE = "ask_face"
    """Tell the subscriber that their face has to be compared, and how."""
    CUT_OUTGOING = "cut_outgoing"
    """Nothing goes out but emergency calls; calls and messages come in, data flow."""
    CUT_BOTH = "cut_both"
    """Nothing goes out or comes in."""
    END = "end"
    """The contract ends."""
    RESTORE = "restore"
    """Whatever was cut off works again."""
    DECIDE = "decide"
    """Two people say that the number is theirs: say whose it is (`/numbers/v1/disputes`)."""


class Outcome(StrEnum):
    """What came of it."""

    DONE = "done"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    """A later one of the same number was answered first."""


class Refusal(StrEnum):
    """Why a carrier does not do it."""

    NOT_OUR_NUMBER = "not_our_number"
    """The number is not served by it any more."""
    LAWFUL_ORDER = "lawful_order"
    """An authority ordered otherwise."""
    HOLDER_PROVED = "holder_proved"
    """The holder was authenticated meanwhile, which its next register tells."""
    TECHNICAL = "technical"
    """Its systems cannot do it."""


class UnknownInstruction(DomainError):
    """There is no such instruction for this carrier."""

    code = "instruction_unknown"
    status = 404
    title = "There is no such instruction for this carrier."


class AnsweredOtherwise(DomainError):
    """The carrier said something else of it before, or answered a later one of the same number."""

    code = "instruction_answered"
    status = 409
    title = "This instruction was answered otherwise before, or a later one of its number was answered."


_SUSPENSIONS: Mapping[Step, InstructionKind] = MappingProxyType(
    {
        Step.ONE_WAY: InstructionKind.CUT_OUTGOING,
        Step.TWO_WAY: InstructionKind.CUT_BOTH,
        Step.ENDED: InstructionKind.END,
    }
)
_ASK_FACE = frozenset({Trigger.DEVICE_CHANGE, Trigger.NINE_DIGIT_CARD})
"""Where the notice asks for a face (Circular 08/2026/TT-BKHCN Articles 8 and 10)."""


def kind_of(step: Step, trigger: Trigger) -> InstructionKind:
    """What a carrier is told when a step of the ladder is taken."""
    if step is Step.NOTICE:
        return InstructionKind.ASK_FACE if trigger in _ASK_FACE else InstructionKind.NOTIFY
    return _SUSPENSIONS[step]


class Ground(StrEnum):
    """What asks for something beside the ladder. Rows and events name it."""

    DISPUTED = "disputed"
    """Two people say that the number is theirs."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is to be done."""

    trigger: Trigger | Ground
    since: Instant
    """When that fell on the number."""
    legal_reference: str | None
    """The rule by which it is due; nothing for a restoration, which follows from every rule that cut it off."""


@dataclass(frozen=True, slots=True)
class NewInstruction:
    """What is to be done with a number, before it has a place and an id."""

    number: RegisteredNumber
    kind: InstructionKind
    reason: Reason
    due_at: Instant


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a carrier is told to do with a number."""

    instruction_id: str
    family_id: str
    client_id: str
    number_id: str
    place: int
    """Which of its number it is, from 1: none is to be done before those that came before it."""
    kind: InstructionKind
    reason: Reason
    due_at: Instant
    made_at: Instant
    answer_by: Instant
    """Until when the carrier has to say what came of it; after that it is overdue."""
    received_at: Instant | None = None
    event_error: str | None = None
    """With which code the carrier could not read the event that brought it (RFC 8935 §2.4)."""
    answered_at: Instant | None = None
    outcome: Outcome | None = None
    refusal: Refusal | None = None


def answer_by(trigger: Trigger | Ground, made_at: Instant) -> Instant:
    """Until when a carrier has to answer an instruction that is made now, by what asks for it."""
    return made_at + (ANSWER_WITHIN_OF_DEVICES if trigger is Trigger.DEVICE_CHANGE else ANSWER_WITHIN)


def of_step(before: RegisteredNumber, due: Due) -> NewInstruction:
    """What follows from a step that was taken with a number, told as it was `before`."""
    assert before.ladder is not None, "only a number on the ladder has steps"
    trigger, since = before.ladder.trigger, before.ladder.since
    reason = Reason(trigger, since, due.interval.legal_reference)
    return NewInstruction(before, kind_of(due.step, trigger), reason, due.at)


def decision(number: RegisteredNumber, due_at: Instant, now: Instant) -> NewInstruction:
    """What follows where a dispute about a number begins."""
    return NewInstruction(number, InstructionKind.DECIDE, Reason(Ground.DISPUTED, now, None), due_at)


def restoration(before: RegisteredNumber, after: RegisteredNumber, now: Instant) -> NewInstruction | None:
    """What follows where a number was cut off and is no more, or is another holder's now: it works again."""
    is_cut = after.facts.one_way_at is not None and after.facts.recycled_at is None
    if before.facts.one_way_at is None or is_cut or after.facts.ended_at is not None:
        return None
    assert before.ladder is not None, "only the ladder cuts a number off"
    reason = Reason(before.ladder.trigger, before.ladder.since, None)
    return NewInstruction(after, InstructionKind.RESTORE, reason, now)
