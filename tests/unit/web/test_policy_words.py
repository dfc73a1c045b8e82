"""Whatever the policy can speak of has words at the console."""

from vneid_idp.bindings.kinds import actions_of
from vneid_idp.bindings.social_accounts.words import Reason
from vneid_idp.console.policy_words import ACTIONS, PUBLISHED_BY_ITSELF, REASONS, THRESHOLDS
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.rules import Threshold
from vneid_idp.policy.service import OWN_REASONS
from vneid_idp.web.legal_references import LEGAL_REFERENCES


def test_every_action_threshold_and_reason_has_words() -> None:
    assert {action for actions in actions_of().values() for action in actions} == ACTIONS.keys()
    assert set(Threshold) == THRESHOLDS.keys()
    assert set(Reason) == REASONS.keys()


def test_the_law_that_a_new_provider_starts_with_is_named_in_words() -> None:
    named = {row.legal_reference for row in shipped().requirements}
    named |= {row.legal_reference for row in shipped().thresholds}
    assert named == set(LEGAL_REFERENCES)


def test_why_the_provider_published_something_itself_is_said_in_words() -> None:
    assert PUBLISHED_BY_ITSELF == OWN_REASONS
