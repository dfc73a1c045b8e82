"""What a social account may do, by the rules in force."""

from dataclasses import dataclass
from enum import StrEnum

from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.bindings.social_accounts.rules import BindingMethod, SocialAccount, next_binding_step
from vneid_idp.bindings.social_accounts.words import NextStep, Reason
from vneid_idp.policy.rules import Requirement, Rules


class Action(StrEnum):
    """What a person does with an account of a social network."""

    VIEW = "view"
    POST = "post"
    COMMENT = "comment"
    SHARE = "share"
    LIVESTREAM = "livestream"
    COMMERCIAL_LIVESTREAM = "commercial_livestream"


_UNVERIFIED = 0
"""The level of an account that is bound to nobody."""


@dataclass(frozen=True, slots=True)
class Capability:
    """Whether an account may do something; if not, why not; and by which rule since when."""

    requirement: Requirement
    reason: Reason | None

    @property
    def allowed(self) -> bool:
        """Whether it may."""
        return self.reason is None


def capabilities(binding: SocialAccount | None, age: int | None, rules: Rules) -> tuple[Capability, ...]:
    """What an account may do, for each action that has a rule in force.

    Without a `binding` it is an account that nobody has proved; without the holder's `age` one whose holder is
    forgotten, which is as if nobody had.
    """
    level, excuse = _level_that_counts(binding, age, rules)
    own = binding is not None and binding.method is BindingMethod.OWN_PROOF

    def reason(row: Requirement) -> Reason | None:
        if level < row.minimum_level:
            return excuse
        return Reason.OWN_PROOF_REQUIRED if row.own_proof and not own else None

    rows = (rules.requirement(SocialAccount.kind, action) for action in Action)
    return tuple(Capability(row, reason(row)) for row in rows if row is not None)


def _level_that_counts(binding: SocialAccount | None, age: int | None, rules: Rules) -> tuple[int, Reason]:
    """The level that counts, and what to say where it is too low."""
    if binding is None or age is None:
        return _UNVERIFIED, Reason.ACCOUNT_NOT_VERIFIED
    if binding.state is BindingState.SUSPENDED:
        return _UNVERIFIED, Reason.BINDING_SUSPENDED
    if binding.state is not BindingState.VERIFIED:
        return _UNVERIFIED, Reason.ACCOUNT_NOT_VERIFIED
    step = next_binding_step(binding, age, rules)
    if step is not None:
        own = step is NextStep.OWN_PROOF_REQUIRED
        return _UNVERIFIED, Reason.OWN_PROOF_REQUIRED if own else Reason.ACCOUNT_NOT_VERIFIED
    return binding.level, Reason.LEVEL_TOO_LOW


def judge(binding: SocialAccount, age: int | None, rules: Rules) -> dict[str, str | None]:
    """The reason against each action that has a rule; see `BindingKind.judge`."""
    return {found.requirement.action: found.reason for found in capabilities(binding, age, rules)}
