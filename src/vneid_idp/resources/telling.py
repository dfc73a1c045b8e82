"""What a network is told of a binding: as much as was agreed to and counts now, with the values of this moment."""

from vneid_idp.bindings.engine.disclosure import Disclosure
from vneid_idp.bindings.resting import told_unsupervised
from vneid_idp.bindings.social_accounts.lifecycle import LIFECYCLE
from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.bindings.social_accounts.told import claims, permission
from vneid_idp.identity.ages import Age
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Rules
from vneid_idp.protocol.claims import leaving
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.permitted import told
from vneid_idp.resources.representations import Binding


def tell(
    client: Client,
    found: Disclosure[SocialAccount],
    holder: RegistryRecord | None,
    rules: Rules,
    now: Instant,
    *,
    unsupervised: bool = False,
    wants_guardian: bool = False,
) -> Binding:
    """The binding for `client`, by the register's word on its holder: none of one who is forgotten. It is
    `unsupervised` where it rests for want of a guardian, and `wants_guardian` where it does for that alone."""
    binding = found.binding
    is_live = binding.state in LIFECYCLE.live
    agreed = leaving(told(client, found.decided, permission(binding))) if is_live else {}
    if unsupervised:
        agreed = told_unsupervised(agreed)
    age = None if holder is None else Age.at(holder.birth_date, now, told_as_of=agreed.get("binding_age_band"))
    return Binding.of(binding, claims(agreed, binding, age, rules, wants_guardian=wants_guardian), agreed)
