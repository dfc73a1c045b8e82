"""What stands in the policy, in words: actions, thresholds, and why something may not be done."""

from collections.abc import Mapping

from vneid_idp.policy.rules import Threshold
from vneid_idp.web.i18n import mark
from vneid_idp.web.kind_words import KIND_WORDS

ACTIONS: Mapping[str, str] = {name: text for words in KIND_WORDS.values() for name, text in words.actions.items()}
"""Actions of all kinds of bindings."""

THRESHOLDS: Mapping[str, str] = {
    Threshold.GUARDIAN_UNTIL_AGE: mark("Under this age a parent or guardian acts"),
    Threshold.GUARDIAN_FROM_AGE: mark("From this age somebody can be a parent or guardian here"),
    Threshold.OWN_PROOF_LEVEL: mark("Level with which a person links an own account"),
    Threshold.GUARDIAN_LEVEL: mark("Level with which a guardian links a child's account"),
    Threshold.LEVEL_2_FROM_AGE: mark("From this age an account can be of level 2"),
    Threshold.LEVEL_2_DAYS: mark("Working days until the decision on level 2 for who has a valid card"),
    Threshold.LEVEL_2_DAYS_WITHOUT_CARD: mark("Working days until the decision on level 2 for who has no card"),
    Threshold.CONSENT_ALONE_FROM_AGE: mark("From this age a person consents alone"),
    Threshold.CHILD_ASKED_FROM_AGE: mark("From this age a child is asked beside the parent or guardian"),
    Threshold.GUARDIAN_ANSWER_DAYS: mark("Days for which a child's agreement waits for a parent or guardian"),
    Threshold.OFFERED_AGAIN_DAYS: mark("Days after which what a person left out is offered again"),
    Threshold.ACCOUNT_LIMIT: mark("Accounts of one person within one network"),
}
REASONS: Mapping[str, str] = {name: text for words in KIND_WORDS.values() for name, text in words.reasons.items()}
"""Why something may not be done, of all kinds of bindings."""

PUBLISHED_BY_ITSELF = (
    mark("The policy in the package, with which a new provider starts."),
    mark("Rows of this release for what the published policy says nothing about."),
)
"""Why the provider itself published something. What an operator wrote stands as it was written."""
