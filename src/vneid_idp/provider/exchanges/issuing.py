"""The token response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3)."""

from dataclasses import dataclass
from typing import Any

from vneid_idp.consent.disclosure import find_disclosure
from vneid_idp.identity.profile import COLUMN, claims, read
from vneid_idp.kernel.clock import SECOND, Instant
from vneid_idp.kernel.sealing import Purpose
from vneid_idp.kernel.secrets import new_id
from vneid_idp.protocol.claims import ClaimsRequest, asked_of, release
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.subjects import session_name, subject
from vneid_idp.protocol.tokens import ACCESS_TOKEN_LIFE, AccessToken, RefreshToken, SignInFacts, id_token_claims
from vneid_idp.provider.encryption import encrypted
from vneid_idp.web.context import Idp


@dataclass(frozen=True, slots=True)
class Issued:
    """What a live grant is worth in tokens."""

    grant_id: str
    person_id: str
    session_id: str
    scope: tuple[str, ...]
    claims: ClaimsRequest
    acr: str
    amr: tuple[str, ...]
    auth_time: Instant
    nonce: str | None
    generation: int
    refreshable: bool


def access_token(
    provider: Idp, client: Client, grant_id: str | None, person_id: str | None, scope: tuple[str, ...], now: Instant
) -> str:
    """A sealed access token for this provider's own APIs."""
    token = AccessToken(new_id("tok"), client.client_id, grant_id, person_id, scope, now, now + ACCESS_TOKEN_LIFE)
    return provider.keys.sealer.seal_json(Purpose.ACCESS_TOKEN, token.to_json())


async def token_response(provider: Idp, client: Client, issued: Issued, now: Instant) -> dict[str, object]:
    """Access token, ID token unless a refresh narrowed `openid` away, and a refresh token where there can be one."""
    body: dict[str, object] = {
        "access_token": access_token(provider, client, issued.grant_id, issued.person_id, issued.scope, now),
        "token_type": "Bearer",
        "expires_in": ACCESS_TOKEN_LIFE // SECOND,
        "scope": " ".join(issued.scope),
    }
    if "openid" in issued.scope:
        body["id_token"] = await _id_token(provider, client, issued, now)
    if issued.refreshable:
        token = RefreshToken(client.client_id, issued.grant_id, issued.generation)
        body["refresh_token"] = provider.keys.sealer.seal_json(Purpose.REFRESH_TOKEN, token.to_json())
    return body


async def _id_token(provider: Idp, client: Client, issued: Issued, now: Instant) -> str:
    facts = SignInFacts(
        subject=subject(client, issued.person_id, provider.keys.pairwise_key),
        session_id=session_name(client, issued.session_id, provider.keys.pairwise_key),
        acr=issued.acr,
        amr=issued.amr,
        auth_time=issued.auth_time,
        nonce=issued.nonce,
    )
    extra = await _asked_claims(provider, client, issued)
    claims_set = id_token_claims(provider.issuer, client.client_id, facts, now, extra)
    signed = provider.keys.sign(client.id_token_signed_response_alg, claims_set, now=now)
    alg = client.id_token_encrypted_response_alg
    if alg is None:
        return signed
    return await encrypted(provider, client, signed, alg, client.id_token_encrypted_response_enc, cty="JWT")


async def _asked_claims(provider: Idp, client: Client, issued: Issued) -> dict[str, Any]:
    """Claims that the `claims` parameter wants in the ID token (OIDC Core §5.5); most requests have none."""
    if not asked_of("id_token", (), issued.claims):
        return {}
    async with provider.db.reading() as unit:
        found = await find_disclosure(unit, client.client_id, issued.grant_id)
        now = unit.now
    if found is None:
        return {}
    released = release("id_token", (), issued.claims, found.decided)
    key = provider.vault.open_key(issued.person_id, found.sealed_key)
    profile = read(key.open_json(COLUMN, found.sealed_profile))
    told = claims(released.claims, profile, found.account, now, provider.issuer)
    return told | ({"claims_substituted": released.substituted} if released.substituted else {})
