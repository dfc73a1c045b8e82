"""The claims that leave: what was asked for, as far as it counts now, with the values that the account holds."""

from typing import Any

from vneid_idp.grants.disclosure import Disclosure
from vneid_idp.identity.profile import COLUMN, claims, read_profile
from vneid_idp.protocol.claims import release
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.permitted import counting
from vneid_idp.web.context import Idp


def released_claims(
    provider: Idp, client: Client, place: str, scope: tuple[str, ...], found: Disclosure
) -> dict[str, Any]:
    """What `place` (`userinfo`, `id_token`) may carry to `client` for a token of `scope`. The profile is opened only if
    it must."""
    authorisation = found.grant.authorisation
    released = release(place, scope, authorisation.claims, counting(client, found.grant.decided))
    members: dict[str, Any] = {}
    if released.claims:
        key = provider.vault.open_key(found.grant.person_id, found.sealed_key)
        profile = read_profile(key.open_json(COLUMN, found.sealed_profile))
        members = claims(released.claims, profile, found.account, provider.issuer)
    if released.substituted:
        members["claims_substituted"] = released.substituted
    return members
