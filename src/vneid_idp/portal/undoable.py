"""Whether what is taken back may be agreed to again for a minute: what a page promises before, and offers after it.

One rule for both, so that nothing is promised which is not offered then. Pure; the use cases ask again as they act.
"""

from collections.abc import Collection

from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.consent.service import Consent
from vneid_idp.identity.ages import age
from vneid_idp.identity.register.guardianship import Consenting, needs_guardian, who_consents
from vneid_idp.policy.rules import Rules
from vneid_idp.portal.access import Holder
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.levels import reached
from vneid_idp.use_cases.agree_again import agreed_again
from vneid_idp.use_cases.give_consent import gives_something
from vneid_idp.use_cases.link_again import may_link


def may_agree_again(
    holder: Holder, consent: Consent, client: Client | None, children: Collection[str], rules: Rules
) -> bool:
    """Whether the holder may give a consent again alone: their own, or about one of these `children`."""
    if client is None or client.disabled_at is not None:
        return False
    alone = who_consents(age(holder.profile.record.birth_date, holder.now), rules) is Consenting.ALONE
    theirs = consent.child_id is None or consent.child_id in children
    return alone and theirs and gives_something(agreed_again(client, consent))


def may_link_again(
    holder: Holder, binding: Binding, client: Client | None, consent: Consent | None, rules: Rules
) -> bool:
    """Whether the holder may link an own account again under the consent that stands then: signed in with no less than
    it had. A child's is linked when its network asks."""
    if client is None or not may_link(client, consent) or not isinstance(binding, SocialAccount):
        return False
    if binding.person_id != holder.person_id or needs_guardian(
        age(holder.profile.record.birth_date, holder.now), rules
    ):
        return False
    return reached(holder.account.level, holder.session.methods) >= binding.level
