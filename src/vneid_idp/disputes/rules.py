"""A dispute about a number, and what becomes of somebody's word that a number is theirs. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.policy.calendar import Calendar
from vneid_idp.policy.intervals import TimeUnit
from vneid_idp.policy.rules import Policy, Threshold

MOST_OPEN = 3
"""Disputes that somebody has begun and that are not over."""
MOST_A_DAY = 5
"""How many somebody may begin within `_BUDGET`."""
BUDGET: Instant = DAY
"""The time in which `MOST_A_DAY` counts."""
HEARD_FOR: Instant = 90 * DAY
"""So long after a dispute was lost the same claim to the same holder's number is not heard again."""
EVIDENCE_KEPT: Instant = 30 * DAY
"""So long after a dispute ended what the two told is kept, for a carrier whose decision is questioned."""
DISPUTES_KEPT: Instant = 2 * 365 * DAY
"""… and the rest of it (Decree 174/2026/NĐ-CP Art. 34: what is kept of a number that changed hands)."""
REFUSALS_KEPT: Instant = 30 * DAY
"""How long somebody can claim a number that a carrier could not bind to them."""


class ClaimBasis(StrEnum):
    """On what a claim rests. Rows name it, so a member is never renamed."""

    REGISTER = "under_papers"
    """The carrier's register has the number under the claimant's papers."""
    REFUSED = "refused"
    """The claimant confirmed the number, and the carrier was refused to bind it, since another has it."""


class Side(StrEnum):
    """A party."""

    CLAIMANT = "claimant"
    HOLDER = "holder"
    """To whom the number was bound when the dispute began."""


class Whose(StrEnum):
    """Whose the number is, when a dispute ends."""

    CLAIMANT = "claimant"
    HOLDER = "holder"
    NEITHER = "neither"


class DisputeEnd(StrEnum):
    """How a dispute ended. Rows name it."""

    DECIDED = "decided"
    """The carrier decided."""
    GIVEN_UP = "given_up"
    """A party said that it is not theirs after all."""
    RELEASED = "released"
    """The holder's binding was released: by them, with a consent, or by the carrier."""
    LEFT = "left"
    """A party can hold nothing any more: died, or has no account."""
    ROW_GONE = "row_gone"
    """The carrier's register has the number under the claimant's papers no more."""


class DecisionReason(StrEnum):
    """Why the carrier decides as it does. Both parties read it, so it is one of these and no text. Rows name it."""

    USE_SHOWN = "use_shown"
    """What one of them told of the use agrees with the carrier's records."""
    CONTRACT_SHOWN = "contract_shown"
    """One of them showed the contract, or bills."""
    IDENTITY_SHOWN = "identity_shown"
    """One of them came with papers and the SIM card."""
    NOTHING_SHOWN = "nothing_shown"
    """Neither showed enough."""
    LAWFUL_ORDER = "lawful_order"
    """An authority ordered so."""


class BoundTo(StrEnum):
    """Who has a live binding of the number at the carrier, in whatever state."""

    NOBODY = "nobody"
    CLAIMANT = "claimant"
    ANOTHER = "another"


@dataclass(frozen=True, slots=True)
class Claim:
    """What is known when somebody says that a number is theirs."""

    basis: ClaimBasis
    bound_to: BoundTo
    row_stands: bool = True
    """Whether the row on which it rests stands in the register, and did not end; of a refusal without meaning."""
    is_open: bool = False
    """Whether a dispute about the number is open."""
    was_lost: bool = False
    """Whether the claimant lost against this holder a while ago (`HEARD_FOR`)."""


class Case(StrEnum):
    """What becomes of a claim."""

    DISPUTE = "dispute"
    """A dispute begins."""
    FREE = "free"
    """There is nobody to dispute with: the answer counts as ever, or the carrier binds the number."""
    GONE = "gone"
    """Nobody is asked about the number any more."""
    WAITS = "waits"
    """Two others dispute, or these two: what they come to is awaited."""
    HEARD = "heard"
    """It was decided a while ago."""


def case_of(claim: Claim) -> Case:
    """What becomes of a claim. In which state the binding is that another has makes no difference: also one that is
    frozen, rechecking or suspended says that it is theirs."""
    if claim.basis is ClaimBasis.REGISTER and not claim.row_stands:
        return Case.GONE
    if claim.bound_to is not BoundTo.ANOTHER:
        return Case.FREE
    if claim.is_open:
        return Case.WAITS
    return Case.HEARD if claim.was_lost else Case.DISPUTE


def within_budget(still_open: int, in_budget: int) -> bool:
    """Whether somebody may begin one more, who has so many open and began so many within `BUDGET`."""
    return still_open < MOST_OPEN and in_budget < MOST_A_DAY


def due_at(policy: Policy, opened_at: Instant) -> Instant:
    """Until when the carrier has to decide, by the rule in force when the dispute began."""
    days = policy.at(opened_at)[Threshold.DISPUTE_DECISION_DAYS]
    return Calendar(policy.holidays).after(opened_at, days, TimeUnit.WORKING_DAYS)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the end of a dispute depends on, beside the carrier's decision."""

    basis: ClaimBasis
    is_bound: bool
    """Whether the holder's binding is live."""
    claimant_is_there: bool
    """Whether the claimant lives and has an account."""
    holder_is_there: bool
    row_stands: bool


def ended_by_itself(now: Standing) -> tuple[Whose, DisputeEnd] | None:
    """Whether a dispute is over without a decision: for whom, and how."""
    if not now.claimant_is_there:
        return Whose.HOLDER, DisputeEnd.LEFT
    if now.basis is ClaimBasis.REGISTER and not now.row_stands:
        return Whose.HOLDER, DisputeEnd.ROW_GONE
    if not now.holder_is_there:
        return Whose.CLAIMANT, DisputeEnd.LEFT
    return None if now.is_bound else (Whose.CLAIMANT, DisputeEnd.RELEASED)


@dataclass(frozen=True, slots=True)
class Dispute:
    """Two people say that one number is theirs."""

    dispute_id: str
    family_id: str
    client_id: str
    """Of whom the histories of the two speak: the client that bound the number."""
    number_id: str
    """The carrier's row of the number."""
    number_digest: str
    binding_client_id: str
    binding_id: str
    """The holder's binding."""
    basis: ClaimBasis
    row_of: Side | None
    """For which party the carrier's register has the number."""
    claimant_id: str
    holder_id: str
    opened_at: Instant
    due_at: Instant
    claimant_evidence: str | None = None
    """Sealed under the key of the carrier."""
    claimant_told_at: Instant | None = None
    holder_evidence: str | None = None
    holder_told_at: Instant | None = None
    ended_at: Instant | None = None
    ended: DisputeEnd | None = None
    whose: Whose | None = None
    reason: DecisionReason | None = None

    def side_of(self, person_id: str) -> Side | None:
        """Which party somebody is, if one."""
        if person_id == self.claimant_id:
            return Side.CLAIMANT
        return Side.HOLDER if person_id == self.holder_id else None

    def evidence_of(self, side: Side) -> str | None:
        """What a party told, sealed."""
        return self.claimant_evidence if side is Side.CLAIMANT else self.holder_evidence

    def told_at(self, side: Side) -> Instant | None:
        """When a party told it last."""
        return self.claimant_told_at if side is Side.CLAIMANT else self.holder_told_at
