"""The policy of profiles as its table has it: what a profile refuses by which rule. Tests try each, and hold it against
this."""

from collections.abc import Callable, Mapping

from vneid_idp.protocol.checks.profiles import PROFILES, ProfileRules
from vneid_idp.protocol.client import ClientProfile

REFUSES: Mapping[str, Callable[[ProfileRules], bool]] = {
    "signing_algorithms": lambda rules: "RS256" not in rules.signing_algorithms,
    "unsigned_objects": lambda rules: not rules.unsigned_objects,
    "dated_objects": lambda rules: rules.dated_objects,
    "auth_methods": lambda rules: rules.auth_methods is not None,
    "told_id_numbers": lambda rules: not rules.told_id_numbers,
    "compares_people": lambda rules: not rules.compares_people,
    "calls_camara": lambda rules: not rules.calls_camara,
    "always_pushed": lambda rules: rules.always_pushed,
    "always_pkce": lambda rules: rules.always_pkce,
    "exact_auth_method": lambda rules: rules.exact_auth_method,
    "issuer_audience": lambda rules: rules.issuer_audience,
    "sender_constrained": lambda rules: rules.sender_constrained,
    "signed_backchannel": lambda rules: rules.signed_backchannel,
}
"""By the rule, whether a profile with these refuses what it is about."""


def refused_by(profile: ClientProfile, rule: str) -> bool:
    """Whether clients of the profile are refused what this rule is about."""
    return REFUSES[rule](PROFILES[profile])
