"""Who may bind, and what an account may do: start from what succeeds, spoil one thing."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.capabilities import may
from tests.support.people import persona
from tests.support.watch import MORNING
from vneid_idp.bindings.engine.kind import Entry
from vneid_idp.bindings.engine.rules import acts_for
from vneid_idp.bindings.social_accounts.capabilities import Action, capabilities
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.lifecycle import BindingFacts, BindingState
from vneid_idp.bindings.social_accounts.rules import (
    BindingMethod,
    BindingProof,
    SocialAccount,
    check_proof,
    is_better,
    is_supervised,
    next_binding_step,
)
from vneid_idp.bindings.social_accounts.words import (
    GuardianRequired,
    LevelRequired,
    NextStep,
    OwnProofRequired,
    Reason,
)
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.clock import SECOND, VIETNAM
from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.rules import Policy, Requirement, Threshold, ThresholdRow

RULES = shipped().at(MORNING)
OWN = BindingProof("per_1", age=16, level=1)
GUARDIAN = BindingProof("per_child", age=15, level=2, guardian_id="per_parent")
BOUND = SocialAccount(
    "net", "bind_1", "per_1", None, BindingMethod.OWN_PROOF, 2, BindingFacts(made_at=1, verified_at=1)
)
SUPERVISED = replace(BOUND, method=BindingMethod.GUARDIAN, representative_id="per_parent")
CONTENT = {Action.POST, Action.COMMENT, Action.SHARE, Action.LIVESTREAM}


@pytest.mark.parametrize("proof", [OWN, GUARDIAN, replace(OWN, age=120, level=2), replace(GUARDIAN, age=0)])
def test_who_may_bind(proof: BindingProof) -> None:
    check_proof(proof, RULES)


@pytest.mark.parametrize(
    ("proof", "refusal"),
    [
        (replace(OWN, age=15), GuardianRequired),
        (replace(OWN, age=15, level=2), GuardianRequired),
        (replace(OWN, level=0), LevelRequired),
        (replace(GUARDIAN, age=16), OwnProofRequired),
        (replace(GUARDIAN, level=1), LevelRequired),
        (replace(GUARDIAN, guardian_id=None), GuardianRequired),
    ],
)
def test_one_thing_spoiled_is_refused(proof: BindingProof, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        check_proof(proof, RULES)


@given(st.integers(0, 130), st.integers(0, 2), st.none() | st.just("per_parent"))
def test_under_16_never_without_a_guardian_and_later_never_with_one(age: int, level: int, guardian: str | None) -> None:
    try:
        check_proof(BindingProof("per_1", age, level, guardian), RULES)
    except DomainError:
        return
    assert (guardian is not None) == (age < 16)
    assert level == 2 or (guardian is None and level == 1)


def allowed(binding: SocialAccount | None, age: int) -> set[str]:
    return {found.requirement.action for found in capabilities(binding, age, RULES) if found.allowed}


def reasons(binding: SocialAccount | None, age: int) -> set[Reason]:
    return {found.reason for found in capabilities(binding, age, RULES) if found.reason is not None}


def test_an_unverified_account_may_only_view() -> None:
    assert allowed(None, 40) == {Action.VIEW}
    assert reasons(None, 40) == {Reason.ACCOUNT_NOT_VERIFIED}


def test_a_level_1_account_may_all_but_sell() -> None:
    level_1 = replace(BOUND, level=1)
    assert allowed(level_1, 40) == {Action.VIEW, *CONTENT}
    assert reasons(level_1, 40) == {Reason.LEVEL_TOO_LOW}


def test_an_account_verified_by_id_number_may_everything() -> None:
    assert allowed(BOUND, 40) == set(Action)


def test_a_supervised_child_may_all_but_sell() -> None:
    assert allowed(SUPERVISED, 15) == {Action.VIEW, *CONTENT}
    assert reasons(SUPERVISED, 15) == {Reason.OWN_PROOF_REQUIRED}
    assert is_supervised(SUPERVISED, 15, RULES)
    assert next_binding_step(SUPERVISED, 15, RULES) is None


def test_at_16_the_young_persons_own_proof_is_asked_for() -> None:
    assert next_binding_step(SUPERVISED, 16, RULES) is NextStep.OWN_PROOF_REQUIRED
    assert allowed(SUPERVISED, 16) == {Action.VIEW}
    assert reasons(SUPERVISED, 16) == {Reason.OWN_PROOF_REQUIRED}
    assert not is_supervised(SUPERVISED, 16, RULES)
    assert next_binding_step(BOUND, 16, RULES) is None


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (BindingFacts(1, 1, 2), Reason.BINDING_SUSPENDED),
        (BindingFacts(1, 1, None, 2), Reason.ACCOUNT_NOT_VERIFIED),
        (BindingFacts(1, 1, None, None, 2), Reason.ACCOUNT_NOT_VERIFIED),
    ],
)
def test_only_a_verified_binding_carries_rights(facts: BindingFacts, reason: Reason) -> None:
    spoiled = replace(BOUND, facts=facts)
    assert allowed(spoiled, 40) == {Action.VIEW}
    assert reasons(spoiled, 40) == {reason}
    assert not may(spoiled, 40, Action.POST, RULES)


@given(
    st.sampled_from([None, BOUND, SUPERVISED]),
    st.integers(0, 2),
    st.integers(0, 100),
    st.sampled_from(list(BindingState)),
)
def test_more_proof_never_allows_less(binding: SocialAccount | None, level: int, age: int, state: BindingState) -> None:
    if binding is None:
        return
    lower, higher = replace(binding, level=min(level, 1)), replace(binding, level=2)
    assert allowed(None, age) <= allowed(lower, age) <= allowed(higher, age)


@pytest.mark.parametrize(
    ("binding", "proof", "better"),
    [
        (SUPERVISED, OWN, True),
        (SUPERVISED, GUARDIAN, False),
        (replace(BOUND, level=1), replace(OWN, level=2), True),
        (BOUND, OWN, False),
        (BOUND, replace(OWN, level=2), False),
        (BOUND, GUARDIAN, False),
        (replace(SUPERVISED, facts=BindingFacts(1, 1, 2)), OWN, False),
    ],
)
def test_what_a_second_proof_adds(binding: SocialAccount, proof: BindingProof, better: bool) -> None:
    assert is_better(proof, binding) is better


def test_its_holder_acts_for_it_and_who_bound_it_as_long_as_a_guardian() -> None:
    child = persona("child-9").record
    mother, aunt = "per_mother", "per_aunt"
    binding = replace(SUPERVISED, person_id=child.person_id, representative_id=mother)
    both = replace(child, guardian_ids=(mother, aunt))

    def acts(person_id: str, record: RegistryRecord | None) -> bool:
        return acts_for(person_id, binding, record, RULES, MORNING)

    assert acts(child.person_id, None)
    assert (acts(mother, both), acts(aunt, both)) == (True, False), "another guardian proves it first"
    grown = replace(both, birth_date=both.birth_date.replace(year=both.birth_date.year - 8))
    for record in (None, replace(child, guardian_ids=(aunt,)), replace(both, deceased_at=MORNING), grown):
        assert not acts(mother, record)


@pytest.mark.parametrize("ended", [{"released_at": 3}, {"revoked_at": 3}])
def test_of_what_has_ended_nothing_is_asked(ended: dict[str, int]) -> None:
    over = replace(SUPERVISED, facts=BindingFacts(1, 1, **ended))
    assert next_binding_step(SUPERVISED, 16, RULES) is NextStep.OWN_PROOF_REQUIRED
    assert next_binding_step(SUPERVISED, 15, RULES, wants_guardian=True) is NextStep.GUARDIAN_REQUIRED
    assert next_binding_step(BOUND, 16, RULES) is None
    assert next_binding_step(BOUND, 15, RULES) is NextStep.GUARDIAN_REQUIRED, "by a birth date that was corrected"
    assert next_binding_step(replace(BOUND, facts=over.facts), 15, RULES) is None
    assert next_binding_step(over, 16, RULES) is None
    assert next_binding_step(over, 15, RULES, wants_guardian=True) is None
    assert not is_supervised(over, 15, RULES)


@pytest.mark.parametrize(
    ("facts", "entry"),
    [
        (BindingFacts(1, 2), Entry(2, None, rests=False, taken_away=False, made_at=1)),
        (BindingFacts(1, 2, suspended_at=3), Entry(2, None, rests=True, taken_away=False, made_at=1)),
        (BindingFacts(1, 2, suspended_at=3, released_at=4), Entry(2, 4, rests=False, taken_away=False, made_at=1)),
        (BindingFacts(1, 2, revoked_at=5), Entry(2, 5, rests=False, taken_away=True, made_at=1)),
    ],
)
def test_its_holder_reads_since_when_it_is_proved_and_how_it_ended(facts: BindingFacts, entry: Entry) -> None:
    assert SOCIAL_ACCOUNT.entry(replace(BOUND, facts=facts)) == entry


def test_every_action_has_one_rule_with_a_source() -> None:
    rows = [found.requirement for found in capabilities(BOUND, 40, shipped().on(date(2026, 11, 21)))]
    assert [row.action for row in rows] == list(Action)
    assert all("147/2024" in row.legal_reference and row.in_force_from == date(2024, 12, 25) for row in rows)


def test_before_the_decree_nothing_was_required() -> None:
    assert capabilities(None, 40, shipped().on(date(2024, 12, 24))) == ()
    eve = int(datetime(2024, 12, 24, 23, 59, 59, tzinfo=VIETNAM).astimezone(UTC).timestamp()) * SECOND
    assert may(None, 40, Action.POST, shipped().at(eve))
    assert not may(None, 40, Action.POST, shipped().at(eve + SECOND))


def test_a_row_in_force_tomorrow_changes_what_an_account_may_do_at_midnight_in_viet_nam() -> None:
    tomorrow = date(2026, 11, 22)
    stricter = Requirement("social_account", Action.POST, 2, True, "A later decree", tomorrow)
    policy = shipped().amended(Policy((stricter,), ()))
    midnight = int(datetime(2026, 11, 22, tzinfo=VIETNAM).astimezone(UTC).timestamp()) * SECOND
    level_1 = replace(BOUND, level=1)
    assert may(level_1, 40, Action.POST, policy.at(midnight - 1))
    assert not may(level_1, 40, Action.POST, policy.at(midnight))
    assert may(level_1, 40, Action.SHARE, policy.at(midnight))
    assert may(BOUND, 40, Action.POST, policy.at(midnight))


def test_a_threshold_moves_who_needs_a_guardian_at_its_midnight() -> None:
    policy = shipped().amended(
        Policy((), (ThresholdRow(Threshold.GUARDIAN_UNTIL_AGE, 18, "A later law", date(2027, 1, 1)),))
    )
    before, after = policy.on(date(2026, 12, 31)), policy.on(date(2027, 1, 1))
    sixteen = replace(OWN, age=16)
    check_proof(sixteen, before)
    with pytest.raises(GuardianRequired):
        check_proof(sixteen, after)
    check_proof(replace(GUARDIAN, age=17), after)
    assert next_binding_step(SUPERVISED, 17, before) is NextStep.OWN_PROOF_REQUIRED
    assert next_binding_step(SUPERVISED, 17, after) is None


def test_the_age_in_a_refusal_is_the_laws_of_the_day() -> None:
    other = ThresholdRow(Threshold.GUARDIAN_UNTIL_AGE, 14, "A later decree", date(2026, 11, 21))
    rules = shipped().amended(Policy((), (other,))).on(date(2026, 11, 21))
    with pytest.raises(GuardianRequired, match="14"):
        check_proof(replace(OWN, age=13), rules)
    with pytest.raises(OwnProofRequired, match="14"):
        check_proof(replace(GUARDIAN, age=14), rules)
    check_proof(replace(GUARDIAN, age=13), rules)
