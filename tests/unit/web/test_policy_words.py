"""Whatever the policy can speak of has words at the console."""

from vneid_idp.bindings.kinds import actions_of
from vneid_idp.bindings.social_accounts.words import Reason
from vneid_idp.console.policy_words import ACTIONS, HOLIDAYS, PUBLISHED_BY_ITSELF, REASONS, STEPS, THRESHOLDS, TRIGGERS
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.intervals import Step, Trigger
from vneid_idp.policy.rules import Threshold
from vneid_idp.policy.service import OWN_REASONS
from vneid_idp.web.legal_references import LEGAL_REFERENCES


def test_whatever_a_row_names_has_words() -> None:
    assert {action for actions in actions_of().values() for action in actions} == ACTIONS.keys()
    assert set(Threshold) == THRESHOLDS.keys()
    assert set(Reason) == REASONS.keys()
    assert set(Trigger) == TRIGGERS.keys()
    assert set(Step) == STEPS.keys()
    assert {row.name for row in shipped().holidays} == set(HOLIDAYS)


def test_the_law_that_a_new_provider_starts_with_is_named_in_words() -> None:
    policy = shipped()
    named = {row.legal_reference for row in policy.requirements}
    named |= {row.legal_reference for row in policy.thresholds}
    named |= {row.legal_reference for row in policy.intervals}
    named |= {row.legal_reference for row in policy.holidays}
    assert named == set(LEGAL_REFERENCES)


def test_why_the_provider_published_something_itself_is_said_in_words() -> None:
    assert PUBLISHED_BY_ITSELF == OWN_REASONS
