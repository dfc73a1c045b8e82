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
    Threshold.CONSENT_ALONE_FROM_AGE: mark("From this age a person consents alone"),
    Threshold.CHILD_ASKED_FROM_AGE: mark("From this age a child is asked beside the parent or guardian"),
    Threshold.GUARDIAN_ANSWER_DAYS: mark("Days for which a child's agreement waits for a parent or guardian"),
    Threshold.OFFERED_AGAIN_DAYS: mark("Days after which what a person left out is offered again"),
    Threshold.ACCOUNT_LIMIT: mark("Accounts of one person within one network"),
}
REASONS: Mapping[str, str] = {name: text for words in KIND_WORDS.values() for name, text in words.reasons.items()}
"""Why something may not be done, of all kinds of bindings."""

LEGAL_REFERENCES = (
    mark("Civil Code 91/2015/QH13, Articles 20 and 49"),
    mark("Decree 147/2024/NĐ-CP, Article 23.3.đ"),
    mark("Decree 147/2024/NĐ-CP, Articles 23.3.e and 27.3.b"),
    mark("Decree 147/2024/NĐ-CP, Articles 23.3.e and 27.3.b: commercial livestream needs the personal ID number"),
    mark("Decree 147/2024/NĐ-CP, Articles 23.3.e and 27.3.b: unverified accounts may not create or share content"),
    mark("Decree 69/2024/NĐ-CP, Article 10"),
    mark("Decree 69/2024/NĐ-CP, Article 7"),
    mark("Law 91/2025/QH15, Article 24"),
    mark("Law 91/2025/QH15, Article 24; Law on Children 102/2016/QH13, Article 1"),
    mark("None: the provider's own default"),
)
"""Those of the policy that a new provider starts with. What an operator writes stands as it was written."""

PUBLISHED_BY_ITSELF = (
    mark("The policy in the package, with which a new provider starts."),
    mark("Rows of this release for what the published policy says nothing about."),
)
"""Why the provider itself published something. What an operator wrote stands as it was written."""
