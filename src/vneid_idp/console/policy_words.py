"""What stands in the policy, in words: actions, thresholds, and why something may not be done."""

from collections.abc import Mapping

from vneid_idp.policy.rules import Threshold
from vneid_idp.web.i18n import mark

ACTIONS: Mapping[str, str] = {
    "view": mark("Read and watch"),
    "post": mark("Post"),
    "comment": mark("Comment"),
    "share": mark("Share"),
    "livestream": mark("Livestream"),
    "commercial_livestream": mark("Sell by livestream"),
}
"""Actions of all kinds of bindings. One that is not here is shown by its name."""

THRESHOLDS: Mapping[str, str] = {
    Threshold.GUARDIAN_UNTIL_AGE: mark("Under this age a parent or guardian acts"),
    Threshold.GUARDIAN_FROM_AGE: mark("From this age somebody can be a parent or guardian here"),
    Threshold.OWN_PROOF_LEVEL: mark("Level with which a person links an own account"),
    Threshold.GUARDIAN_LEVEL: mark("Level with which a guardian links a child's account"),
    Threshold.LEVEL_2_FROM_AGE: mark("From this age an account can be of level 2"),
    Threshold.ACCOUNT_LIMIT: mark("Accounts of one person within one network"),
}
KINDS: Mapping[str, str] = {"social_account": mark("Social account")}
REASONS: Mapping[str, str] = {
    "account_not_verified": mark("the account is linked to nobody"),
    "binding_suspended": mark("the link is suspended"),
    "own_proof_required": mark("the holder has to prove it"),
    "level_too_low": mark("the level is too low"),
}
