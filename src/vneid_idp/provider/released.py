"""The claims that leave: what was asked for, as far as it counts now, with the values that the account holds."""

from typing import Any

from vneid_idp.consent.disclosures import Disclosed, Told
from vneid_idp.grants.disclosure import Disclosure
from vneid_idp.identity import profile as profiles
from vneid_idp.protocol.claims import ClaimsRequest, release
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.permitted import applying
from vneid_idp.web.context import Idp


async def released_claims(
    provider: Idp,
    client: Client,
    place: str,
    scope: tuple[str, ...],
    claims: ClaimsRequest,
    found: Disclosure,
    agreed: Client,
) -> dict[str, Any]:
    """What `place` (`userinfo`, `id_token`) may carry to `client` for a token of `scope` and what `claims` asks there;
    `agreed` is the client with which the person agreed.

    The profile is opened only if it must. It stands on record as told when this returns.
    """
    granted = found.grant.authorisation
    released = release(place, scope, claims, applying(client, agreed, granted, found.grant.decided))
    members: dict[str, Any] = {}
    if released.claims:
        key = provider.vault.open_key(found.grant.person_id, found.sealed_key)
        profile = profiles.read_profile(key.open_json(profiles.COLUMN, found.sealed_profile))
        members = profiles.claims(released.claims, profile, found.account, provider.issuer)
    if members:
        told = Disclosed.of(
            found.grant.person_id,
            client.client_id,
            Told(place),
            members,
            None if granted.on_behalf_of is None else granted.on_behalf_of.person_id,
            acts_for=granted.acts_for,
        )
        await provider.disclosures.add(told)
    if released.substituted:
        members["claims_substituted"] = released.substituted
    return members
