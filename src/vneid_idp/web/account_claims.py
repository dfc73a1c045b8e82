"""What an account that is about to be linked will tell, for pages that ask for it."""

from collections.abc import Mapping
from typing import Any

from vneid_idp.bindings.social_accounts.rules import BindingProof
from vneid_idp.bindings.social_accounts.told import claims_to_come
from vneid_idp.identity.ages import Age
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Rules
from vneid_idp.protocol.claims import BINDING_CLAIMS


def account_claims(
    names: Mapping[str, Instant], person_id: str, holder: RegistryRecord, level: int, rules: Rules, now: Instant
) -> dict[str, Any]:
    """The values of those of `names` that an account tells, as of when: of the person's own, or of a child's whom the
    person acts for, proved at this level."""
    of_it = [name for name in names if name in BINDING_CLAIMS]
    age = Age.at(holder.birth_date, now, told_as_of=names.get("binding_age_band"))
    guardian_id = None if holder.person_id == person_id else person_id
    return claims_to_come(of_it, BindingProof(holder.person_id, age.years, level, guardian_id), age, rules, now)
