"""What an account tells of its holder, as values: before it is bound, while it is, and no more."""

from dataclasses import replace

import pytest

from tests.support.watch import MORNING
from vneid_idp.bindings.social_accounts.lifecycle import BindingFacts, BindingState
from vneid_idp.bindings.social_accounts.rules import BindingMethod, BindingProof, SocialAccount
from vneid_idp.bindings.social_accounts.told import Abilities, claims, claims_to_come, permission
from vneid_idp.bindings.social_accounts.words import NextStep, Reason
from vneid_idp.identity.ages import Age, AgeBand
from vneid_idp.kernel.clock import DAY
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol.claims import BINDING_CLAIMS

RULES = shipped().at(MORNING)
FACTS = BindingFacts(MORNING, MORNING)
OWN = SocialAccount("net", "bind_1", "per_1", None, BindingMethod.OWN_PROOF, 2, FACTS)
CHILDS = replace(OWN, method=BindingMethod.GUARDIAN, representative_id="per_2")
GROWN, FIFTEEN = Age(30, AgeBand.FROM_18), Age(15, AgeBand.FROM_13_TO_15)


def reasons(told: Abilities) -> set[Reason]:
    return {found.reason for found in told.capabilities if found.reason}


@pytest.mark.parametrize(
    ("binding", "age", "proof"),
    [(OWN, GROWN, BindingProof("per_1", 30, 2)), (CHILDS, FIFTEEN, BindingProof("per_1", 15, 2, "per_2"))],
)
def test_what_is_shown_before_is_what_is_told_afterwards(binding: SocialAccount, age: Age, proof: BindingProof) -> None:
    told = claims(BINDING_CLAIMS, binding, age, RULES)
    assert set(told) == set(BINDING_CLAIMS)
    assert told == claims_to_come(BINDING_CLAIMS, proof, age, RULES, MORNING)
    for name in BINDING_CLAIMS:
        assert claims([name], binding, age, RULES) == {name: told[name]}


def test_the_band_is_told_as_of_another_day_than_what_the_law_asks_today() -> None:
    told = claims(BINDING_CLAIMS, CHILDS, Age(16, AgeBand.FROM_13_TO_15), RULES)
    assert (told["binding_age_band"], told["binding_supervised"]) == ("13_15", False)
    assert told["binding_capabilities"].next_step is NextStep.OWN_PROOF_REQUIRED


def test_of_a_holder_who_is_forgotten_there_is_no_age_and_no_next_step() -> None:
    told = claims(BINDING_CLAIMS, CHILDS, None, RULES, wants_guardian=True)
    assert "binding_age_band" not in told
    assert told["binding_supervised"] is False
    assert (told["binding_capabilities"].next_step, reasons(told["binding_capabilities"])) == (
        None,
        {Reason.ACCOUNT_NOT_VERIFIED},
    )


@pytest.mark.parametrize("ended", [{"released_at": MORNING + DAY}, {"revoked_at": MORNING + DAY}])
def test_what_has_ended_tells_nothing(ended: dict[str, int]) -> None:
    binding = replace(OWN, facts=replace(FACTS, **ended))
    assert binding.state in (BindingState.RELEASED, BindingState.REVOKED)
    assert claims(BINDING_CLAIMS, binding, GROWN, RULES) == {}


def test_a_proof_that_binds_nothing_promises_nothing() -> None:
    told = claims_to_come(BINDING_CLAIMS, BindingProof("per_1", 15, 2), FIFTEEN, RULES, MORNING)
    assert reasons(told["binding_capabilities"]) == {Reason.ACCOUNT_NOT_VERIFIED}
    assert claims_to_come(["binding_level"], BindingProof("per_1", 15, 2), FIFTEEN, RULES, MORNING) == {
        "binding_level": 2
    }


def test_a_guardians_permission_is_another_than_the_holders_own() -> None:
    assert (permission(OWN), permission(CHILDS)) == ("binding:social_account", "binding:child_account")
