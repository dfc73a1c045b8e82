"""Decisions about social accounts: who may bind, and what a new proof changes."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.social_accounts.lifecycle import LIFECYCLE, BindingFacts, BindingState
from vneid_idp.bindings.social_accounts.words import GuardianRequired, LevelRequired, NextStep, OwnProofRequired
from vneid_idp.identity.register.guardianship import needs_guardian
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Rules, Threshold


class BindingMethod(StrEnum):
    """Who proved that the account is the person's."""

    OWN_PROOF = "own_proof"
    GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True)
class BindingProof:
    """What a person brings to a binding: completed years of age, level of identity, the guardian who acts, if any, and
    the consent to it.

    With a guardian, `age` is the child's, `level` and consent are the guardian's.
    """

    person_id: str
    age: int
    level: int
    guardian_id: str | None = None
    consent_id: str | None = None
    proved_at: Instant | None = None
    """When it was brought, of a guardian who stood by and takes over; else at this moment."""
    by_message: bool | None = None
    """Whether a code to the person's phone, or the guardian's, was among what was shown; nothing where nobody can tell.
    """

    @property
    def method(self) -> BindingMethod:
        """Whose proof it is."""
        return BindingMethod.OWN_PROOF if self.guardian_id is None else BindingMethod.GUARDIAN


@dataclass(frozen=True, slots=True)
class SocialAccount(Binding):
    """An account of a social network and the person that it belongs to; `representative_id` is the guardian."""

    kind: ClassVar[str] = "social_account"

    person_id: str
    method: BindingMethod
    level: int
    facts: BindingFacts
    by_message: bool | None = field(default=None, kw_only=True)
    """Whether a code to the phone of whoever proved it was among the proofs; nothing of what earlier versions wrote."""

    @property
    def state(self) -> BindingState:
        """Where the binding stands."""
        return LIFECYCLE.state_of(self.facts)


def check_proof(proof: BindingProof, rules: Rules) -> None:
    """Whether `proof` may bind an account: the right person, at a sufficient level.

    Raises `GuardianRequired`, `OwnProofRequired` or `LevelRequired`.
    """
    child, alone = needs_guardian(proof.age, rules), proof.guardian_id is None
    if child and alone:
        raise GuardianRequired.under(rules[Threshold.GUARDIAN_UNTIL_AGE])
    if not child and not alone:
        raise OwnProofRequired.at(rules[Threshold.GUARDIAN_UNTIL_AGE])
    if proof.level < level_taken(rules, by_guardian=not alone):
        raise LevelRequired


def level_taken(rules: Rules, *, by_guardian: bool) -> int:
    """The level of identity that it takes to bind an account: of the person, or of the guardian who acts."""
    return rules[Threshold.GUARDIAN_LEVEL if by_guardian else Threshold.OWN_PROOF_LEVEL]


def is_better(proof: BindingProof, binding: SocialAccount) -> bool:
    """Whether `proof` adds to what a verified binding of the same person already has.

    One's own proof replaces a guardian's, and a lower level of one's own; a guardian's replaces no other person's.
    Where the same person comes with another consent, the one before has ended, and told nothing any more.
    """
    if binding.state is not BindingState.VERIFIED:
        return False
    if proof.guardian_id == binding.representative_id and proof.consent_id != binding.consent_id:
        return True
    if proof.method is not BindingMethod.OWN_PROOF:
        return False
    return binding.method is BindingMethod.GUARDIAN or proof.level > binding.level


def next_binding_step(
    binding: SocialAccount, age: int, rules: Rules, *, wants_guardian: bool = False
) -> NextStep | None:
    """What has to be done. Once nobody acts for the child any more, a guardian's proof carries the account no longer,
    whether it counts or rests; what rests for want of a guardian alone (`wants_guardian`) takes one that can act. So
    does what somebody proved who is too young for it, as the register tells now.
    """
    if binding.state not in LIFECYCLE.live:
        return None
    if binding.method is not BindingMethod.GUARDIAN:
        return NextStep.GUARDIAN_REQUIRED if needs_guardian(age, rules) else None
    if not needs_guardian(age, rules):
        return NextStep.OWN_PROOF_REQUIRED
    return NextStep.GUARDIAN_REQUIRED if wants_guardian else None


def is_supervised(binding: SocialAccount, age: int, rules: Rules) -> bool:
    """Whether a guardian supervises the account. While it rests nobody does: perhaps for want of a guardian."""
    guarded = binding.state is BindingState.VERIFIED and binding.method is BindingMethod.GUARDIAN
    return guarded and needs_guardian(age, rules)
