"""What a social account tells of its holder: the values of the claims of the place `binding`.

The consent screen shows them before there is an account, `bindings/v1` tells them as far as they were agreed, `/me`
says what is told: all of them take them from here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vneid_idp.bindings.social_accounts.capabilities import Capability, capabilities
from vneid_idp.bindings.social_accounts.lifecycle import LIFECYCLE, BindingFacts
from vneid_idp.bindings.social_accounts.rules import (
    BindingProof,
    SocialAccount,
    check_proof,
    is_supervised,
    next_binding_step,
)
from vneid_idp.bindings.social_accounts.words import NextStep
from vneid_idp.identity.ages import Age
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.rules import Rules
from vneid_idp.protocol.claims import CHILD_ACCOUNT, SOCIAL_ACCOUNT


@dataclass(frozen=True, slots=True)
class Abilities:
    """What an account may do, and what its holder has to do so that it may more."""

    capabilities: tuple[Capability, ...]
    next_step: NextStep | None = None


def claims(
    names: Iterable[str], binding: SocialAccount, age: Age | None, rules: Rules, *, wants_guardian: bool = False
) -> dict[str, Any]:
    """The values of those of `names` that are known, by the rules of today; of one that has ended, none.

    Without an `age` its holder is forgotten. `wants_guardian` as `resting.want_guardian` says.
    """
    if binding.state not in LIFECYCLE.live:
        return {}
    years = None if age is None else age.years
    step = None if years is None else next_binding_step(binding, years, rules, wants_guardian=wants_guardian)
    values = {
        "binding_level": binding.level,
        "binding_method": binding.method,
        "binding_age_band": None if age is None else age.band,
        "binding_supervised": years is not None and is_supervised(binding, years, rules),
        "binding_verified_at": binding.facts.verified_at,
        "binding_capabilities": Abilities(capabilities(binding, years, rules), step),
    }
    return {name: values[name] for name in names if values[name] is not None}


def permission(binding: SocialAccount) -> str:
    """The scope by whose permission it was bound: a guardian's, or the holder's own."""
    return SOCIAL_ACCOUNT if binding.representative_id is None else CHILD_ACCOUNT


def claims_to_come(names: Iterable[str], proof: BindingProof, age: Age, rules: Rules, now: Instant) -> dict[str, Any]:
    """What an account that is bound at this moment by this proof would tell. By one that binds nothing it may do what
    an unverified account may."""
    facts = BindingFacts(made_at=now, verified_at=now)
    binding = SocialAccount("", "", proof.person_id, proof.guardian_id, proof.method, proof.level, facts)
    values = claims(names, binding, age, rules)
    try:
        check_proof(proof, rules)
    except DomainError:
        if "binding_capabilities" in values:
            values["binding_capabilities"] = Abilities(capabilities(None, age.years, rules))
    return values
