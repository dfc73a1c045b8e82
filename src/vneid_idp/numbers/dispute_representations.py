"""What `numbers/v1` says of disputes about numbers, and hears of them: the published shapes.

Nothing in them says who the two are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from vneid_idp.disputes import evidence
from vneid_idp.disputes.evidence import UsedSince
from vneid_idp.disputes.rules import ClaimBasis, DecisionReason, DisputeEnd, Side, Whose
from vneid_idp.kernel.clock import to_datetime
from vneid_idp.numbers.representations import NUMBER_ID
from vneid_idp.use_cases.dispute_evidence import DisputeTold

DISPUTE_ID = "dsp_[0-9a-v]{26}"
"""A regular expression for `kernel.secrets.new_id("dsp")`."""
DisputeId = Annotated[str, Field(pattern=f"^{DISPUTE_ID}$", examples=["dsp_06cq2d9k7v3f1m8e5t0h4b6n9r"])]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DisputeEvidence(_Model):
    """What one of them tells, as it was typed: compare it with your records."""

    used_since: UsedSince = Field(
        description="For how long they use the number: some weeks, some months, a year or more, or many years."
    )
    sim_in_hand: bool = Field(description="Whether they say that the SIM card is in their hand.")
    contacts: str = Field(description="Whom they called or wrote to lately, or who did to them.")
    payments: str = Field(description="The last top-up or bill.")
    note: str

    @classmethod
    def of(cls, told: evidence.Evidence) -> Self:
        """The representation of evidence."""
        return cls(
            used_since=told.used_since,
            sim_in_hand=told.sim_in_hand,
            contacts=told.contacts,
            payments=told.payments,
            note=told.note,
        )


class Dispute(_Model):
    """Two people say that one number is theirs."""

    dispute_id: DisputeId
    phone_number: str = Field(examples=["+84951234567"])
    number_id: Annotated[str, Field(pattern=f"^{NUMBER_ID}$")] = Field(
        description="The number as it is bound, which is `disputed`. The holder is to whom it was bound when the "
        "dispute began."
    )
    basis: ClaimBasis = Field(
        description="On what it rests. `under_papers`: your register has the number under the claimant's papers. "
        "`refused`: the claimant confirmed the number, and you could not bind it (`number_bound_to_another`)."
    )
    register_names: Side | None = Field(
        description="Whose papers stand beside the number in your register; null where it is somebody else, or nobody."
    )
    opened_at: datetime
    due_at: datetime = Field(description="Until when you have to decide.")
    claimant_told_at: datetime | None = Field(description="When the claimant last told something.")
    holder_told_at: datetime | None
    ended_at: datetime | None
    ended: DisputeEnd | None = Field(
        description="How it ended. `decided`: you decided. `given_up`: one of them says that the number is not theirs. "
        "`released`: the number was released. `left`: one of them can hold no number any more. `row_gone`: your "
        "register has the number under the claimant's papers no more."
    )
    decision: Whose | None = Field(description="Whose the number is.")
    reason: DecisionReason | None

    @classmethod
    def of(cls, told: DisputeTold) -> Self:
        """The representation of a dispute."""
        return cls.model_validate(_members(told))


class DisputeInFull(Dispute):
    """A dispute, and what the two tell."""

    claimant_evidence: DisputeEvidence | None = Field(
        description="Null where nothing was told, and 30 days after the end, when it is erased."
    )
    holder_evidence: DisputeEvidence | None

    @classmethod
    def told(cls, told: DisputeTold, both: Mapping[Side, evidence.Evidence]) -> Self:
        """The representation of a dispute, with what each side tells."""
        claimant, holder = both.get(Side.CLAIMANT), both.get(Side.HOLDER)
        return cls.model_validate(
            _members(told)
            | {
                "claimant_evidence": None if claimant is None else DisputeEvidence.of(claimant),
                "holder_evidence": None if holder is None else DisputeEvidence.of(holder),
            }
        )


def _members(told: DisputeTold) -> dict[str, object]:
    each = told.dispute
    instants = ("opened_at", "due_at", "claimant_told_at", "holder_told_at", "ended_at")
    return {
        "dispute_id": each.dispute_id,
        "phone_number": told.phone_number,
        "number_id": each.binding_id,
        "basis": each.basis,
        "register_names": each.row_of,
        "ended": each.ended,
        "decision": each.whose,
        "reason": each.reason,
    } | {name: None if (at := getattr(each, name)) is None else to_datetime(at) for name in instants}


class DisputePage(_Model):
    """A page of disputes in the order in which they began."""

    items: tuple[Dispute, ...]
    next_cursor: str | None = Field(description="Give this as `cursor` to get the next page; null on the last.")


class Decision(_Model):
    """What the carrier decides."""

    decision: Whose = Field(
        description="`claimant`: the holder's binding is released, and a claimant who stands in your register is its "
        "confirmed holder; bind it to another claimant when they confirm it once more. `holder`: the binding counts "
        "again, and a claimant's row of your register is wrong, which your next register sets right. `neither`: the "
        "binding is released, and the row is as one that its holder disowned."
    )
    reason: DecisionReason = Field(
        description="Why; both of them read it. `use_shown`: what one told of the use agrees with your records. "
        "`contract_shown`: one showed the contract or bills. `identity_shown`: one came with papers and the SIM card. "
        "`nothing_shown`: neither showed enough. `lawful_order`: an authority ordered so."
    )
