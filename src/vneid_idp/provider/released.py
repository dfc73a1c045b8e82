"""The claims that leave: what was asked for, as far as the person agreed, with the values that the account holds."""

from typing import Any

from vneid_idp.grants.disclosure import Disclosure
from vneid_idp.identity.profile import COLUMN, claims, read_profile
from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.claims import release
from vneid_idp.web.context import Idp


def released_claims(
    provider: Idp, place: str, scope: tuple[str, ...], found: Disclosure, now: Instant
) -> dict[str, Any]:
    """What `place` (`userinfo`, `id_token`) may carry for a token of `scope`. The profile is opened only if it must."""
    authorisation = found.grant.authorisation
    released = release(place, scope, authorisation.claims, found.decided)
    told: dict[str, Any] = {}
    if released.claims:
        key = provider.vault.open_key(found.grant.person_id, found.sealed_key)
        profile = read_profile(key.open_json(COLUMN, found.sealed_profile))
        told = claims(released.claims, profile, found.account, now, provider.issuer)
    if released.substituted:
        told["claims_substituted"] = released.substituted
    return told
