"""What stands in the policy, in words: actions, thresholds, triggers, steps, and why something may not be done."""

from collections.abc import Mapping

from vneid_idp.policy.intervals import Step, Trigger
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
    Threshold.NUMBERS_WITHOUT_CONTRACT: mark("Subscriber numbers under one document without a contract of their own"),
    Threshold.NUMBER_ALONE_FROM_AGE: mark(
        "From this age somebody has a subscriber number without a parent or guardian"
    ),
    Threshold.NUMBER_OF_CHILD_FROM_AGE: mark(
        "From this age a child has a subscriber number of its own, which a parent or guardian registers"
    ),
    Threshold.DISPUTE_DECISION_DAYS: mark("Working days in which a carrier decides whose a disputed number is"),
}
TRIGGERS: Mapping[str, str] = {
    Trigger.DEVICE_CHANGE: mark("The number is used in another device"),
    Trigger.CLEAN_UP_2026: mark("Registered before the rule, and not confirmed by its holder"),
    Trigger.NINE_DIGIT_CARD: mark("Registered with a card of nine digits, and confirmed in the app"),
    Trigger.DISOWNED: mark("Who is registered says that it is not theirs, or its data are wrong"),
    Trigger.FOREIGNER_PASSPORT: mark("Registered by a foreigner with a passport"),
    Trigger.FIRST_PASSPORT_NUMBER: mark("The first number on a foreigner's passport"),
}
STEPS: Mapping[str, str] = {
    Step.NOTICE: mark("Notice to the holder"),
    Step.ONE_WAY: mark("Suspended one way"),
    Step.TWO_WAY: mark("Suspended both ways"),
    Step.ENDED: mark("Contract ended"),
}
ROW_WORDS: Mapping[str, Mapping[str, str]] = {
    "actions": ACTIONS,
    "numbers": THRESHOLDS,
    "triggers": TRIGGERS,
    "steps": STEPS,
}
"""The words of all rows, as `policy_rows` of the templates takes them."""
HOLIDAYS = (
    mark("New Year's Day"),
    mark("Lunar New Year (Tết)"),
    mark("Hung Kings' Commemoration Day"),
    mark("Reunification Day"),
    mark("International Labour Day"),
    mark("National Day"),
    mark("Vietnamese Culture Day"),
    mark("Compensatory day off"),
)
"""Holidays of the policy that a new provider starts with. What an operator writes stands as it was written."""
REASONS: Mapping[str, str] = {name: text for words in KIND_WORDS.values() for name, text in words.reasons.items()}
"""Why something may not be done, of all kinds of bindings."""

PUBLISHED_BY_ITSELF = (
    mark("The policy in the package, with which a new provider starts."),
    mark("Rows of this release for what the published policy says nothing about."),
)
"""Why the provider itself published something. What an operator wrote stands as it was written."""
