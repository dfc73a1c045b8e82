"""One capability of an account, for tests that ask about one action at a time."""

from vneid_idp.bindings.social_accounts.capabilities import Action, capabilities
from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.policy.rules import Rules


def may(binding: SocialAccount | None, age: int | None, action: Action, rules: Rules) -> bool:
    """Whether an account may do `action`."""
    return all(found.allowed for found in capabilities(binding, age, rules) if found.requirement.action == action)
