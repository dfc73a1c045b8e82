"""What `numbers/v1` says of instructions, and hears of them: the published shapes."""

import re
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vneid_idp.instructions.rules import Ground, InstructionKind, Outcome, Refusal
from vneid_idp.kernel.clock import to_datetime
from vneid_idp.policy.intervals import Trigger
from vneid_idp.protocol.security_events import ERROR_CODES
from vneid_idp.use_cases.tell_carrier import InstructionTold

INSTRUCTION_ID = "ins_[0-9a-v]{26}"
"""A regular expression for `kernel.secrets.new_id("ins")`."""
MOST_EVENTS = 500
"""How many events one answer brings."""
_MOST_SAID = 2_000
_IS_ID = re.compile(INSTRUCTION_ID)
InstructionId = Annotated[str, Field(pattern=f"^{INSTRUCTION_ID}$", examples=["ins_06cq2d9k7v3f1m8e5t0h4b6n9r"])]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reason(_Model):
    """Why it is to be done."""

    trigger: Trigger | Ground = Field(
        description="What set the number on the ladder, or `disputed`: two people say that it is theirs."
    )
    since: datetime = Field(description="When that was.")
    legal_reference: str | None = Field(description="The rule by which it is due; null for a restoration.")


class Instruction(_Model):
    """What the carrier has to do with one of its numbers."""

    instruction_id: InstructionId
    phone_number: str = Field(examples=["+84951234567"])
    order: int = Field(description="Which of its number it is, from 1. Earlier ones are to be done before.")
    kind: InstructionKind
    reason: Reason
    due_at: datetime
    made_at: datetime
    answer_by: datetime = Field(description="Until when it is to be acknowledged; after that it is overdue.")
    received_at: datetime | None = Field(description="When an event that brought it was received.")
    acknowledged_at: datetime | None
    outcome: Outcome | None = Field(
        description="`superseded`: nothing was said of it before a later one of the number was acknowledged."
    )
    refusal: Refusal | None

    @classmethod
    def of(cls, told: InstructionTold) -> Self:
        """The representation of an instruction."""
        each = told.instruction
        return cls(
            instruction_id=each.instruction_id,
            phone_number=told.phone_number,
            order=each.place,
            kind=each.kind,
            reason=Reason(
                trigger=each.reason.trigger,
                since=to_datetime(each.reason.since),
                legal_reference=each.reason.legal_reference,
            ),
            due_at=to_datetime(each.due_at),
            made_at=to_datetime(each.made_at),
            answer_by=to_datetime(each.answer_by),
            received_at=None if each.received_at is None else to_datetime(each.received_at),
            acknowledged_at=None if each.answered_at is None else to_datetime(each.answered_at),
            outcome=each.outcome,
            refusal=each.refusal,
        )


class InstructionPage(_Model):
    """A page of instructions in the order of their making."""

    items: tuple[Instruction, ...]
    next_cursor: str | None = Field(description="Give this as `cursor` to get the next page; null on the last.")


class Acknowledgement(_Model):
    """What came of an instruction."""

    outcome: Literal["done", "refused"]
    reason: Refusal | None = Field(
        default=None,
        description="Why it is not done: `not_our_number`, `lawful_order` (an authority ordered otherwise), "
        "`holder_proved` (which the next register tells), `technical`. Just where it is refused.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.outcome == "refused") != (self.reason is not None):
            raise ValueError("A refusal has a reason, and nothing else has one.")
        return self


class SetError(BaseModel):
    """Why an event could not be read (RFC 8935 §2.4)."""

    model_config = ConfigDict(frozen=True)

    err: Annotated[str, Field(json_schema_extra={"enum": list(ERROR_CODES)}, max_length=100)]
    description: Annotated[str | None, Field(max_length=1_000)] = None

    @property
    def code(self) -> str:
        """The code, as far as it is a registered one: no other text of theirs is kept."""
        return self.err if self.err in ERROR_CODES else "invalid_request"


class PollRequest(BaseModel):
    """A poll (RFC 8936 §2.2). Members that are not known are passed over, as the standard may grow."""

    model_config = ConfigDict(frozen=True)

    maxEvents: Annotated[  # noqa: N815 RFC 8936's name
        int, Field(ge=0, description=f"How many at most, and never more than {MOST_EVENTS}; 0 only acknowledges.")
    ] = MOST_EVENTS
    returnImmediately: bool = Field(  # noqa: N815
        default=False, description="Whether to answer at once where there is nothing; else it waits for some seconds."
    )
    ack: Annotated[tuple[str, ...], Field(max_length=_MOST_SAID, description="The `jti` of events received.")] = ()
    setErrs: Annotated[  # noqa: N815
        dict[str, SetError], Field(max_length=_MOST_SAID, description="Events that could not be read, by `jti`.")
    ] = {}

    @property
    def received(self) -> list[str]:
        """What they acknowledge; an id that is none of ours is passed over, whatever stands in it."""
        return [each for each in self.ack if _IS_ID.fullmatch(each)]

    @property
    def unread(self) -> dict[str, str]:
        """What they could not read, each with its code; as `received`."""
        return {each: error.code for each, error in self.setErrs.items() if _IS_ID.fullmatch(each)}


class PollAnswer(_Model):
    """Events that were not acknowledged (RFC 8936 §2.3)."""

    sets: dict[str, str] = Field(
        description="Security Event Tokens (RFC 8417) by their `jti`, which is the `instruction_id`. Of each number "
        "the first alone: the next comes when that one is acknowledged."
    )
    moreAvailable: bool = Field(description="Whether more could be polled for at once.")  # noqa: N815
