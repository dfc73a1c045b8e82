"""The token response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3)."""

from typing import Any

from vneid_idp.grants.disclosure import find_disclosure
from vneid_idp.kernel.clock import SECOND, Instant
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.kernel.secrets import new_id
from vneid_idp.protocol.audience import as_told_there
from vneid_idp.protocol.authorisation import Origin
from vneid_idp.protocol.claims import asked_of, wanted_in_id_token
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.grant_types.token_exchange import ACCESS_TOKEN_TYPE
from vneid_idp.protocol.signed_token import SIGNED_TOKEN_LIFE
from vneid_idp.protocol.subjects import session_name, subject
from vneid_idp.protocol.tokens import (
    ACCESS_TOKEN_LIFE,
    RefreshToken,
    SignInFacts,
    id_token_claims,
    new_access_token,
    seal_access_token,
    token_type,
)
from vneid_idp.provider.encryption import find_envelope
from vneid_idp.provider.granted import Granted
from vneid_idp.provider.released import released_claims
from vneid_idp.provider.signed_tokens import sign
from vneid_idp.web.context import Idp

AUTH_REQ_ID = "urn:openid:params:jwt:claim:auth_req_id"
"""Which request an ID token answers (CIBA Core §10.3.1)."""


async def token_response(provider: Idp, client: Client, granted: Granted, now: Instant) -> dict[str, object]:
    """Access token, ID token where somebody signed in unless a refresh narrowed `openid` away, and a refresh token
    where there can be one."""
    authorisation = granted.authorisation
    sealer, server = provider.keys.sealer, granted.server
    life = ACCESS_TOKEN_LIFE if server is None else SIGNED_TOKEN_LIFE
    token = new_access_token(
        new_id("tok"),
        authorisation,
        granted.grant_id,
        now,
        life=life,
        registered_at=client.issued_at,
        until=granted.until,
    )
    sealed = seal_access_token(sealer, token)
    told = authorisation if server is None else as_told_there(authorisation, token.scope)
    body: dict[str, object] = {
        "access_token": sealed if server is None else sign(provider, server, token, told, sealed),
        "token_type": token_type(authorisation.bound_to),
        "expires_in": (token.expires_at - now) // SECOND,
        "scope": " ".join(told.scope),
    }
    if authorisation.origin is Origin.EXCHANGE:
        body["issued_token_type"] = ACCESS_TOKEN_TYPE
    if told.details:
        body["authorization_details"] = list(told.details)
    if granted.grant_id is None:
        return body
    if "openid" in authorisation.scope and authorisation.origin.signs_in:
        body["id_token"] = await _id_token(provider, client, granted, now)
    if granted.generation is not None:
        refresh = RefreshToken(
            client_id=client.client_id,
            grant_id=granted.grant_id,
            generation=granted.generation,
            bound_to=authorisation.bound_to,
            above=authorisation.above,
            issued_at=now,
            registration=client.version,
        )
        body["refresh_token"] = sealer.seal_json(SealPurpose.REFRESH_TOKEN, refresh.to_json())
    return body


async def _id_token(provider: Idp, client: Client, granted: Granted, now: Instant) -> str:
    authorisation = granted.authorisation
    assert authorisation.subject is not None
    alg, enc = client.id_token_encrypted_response_alg, client.id_token_encrypted_response_enc
    envelope = None if alg is None else await find_envelope(provider, client, alg, enc)
    # To who is told of no log-out the name of a session would be one more thing to tell people by.
    session_id = authorisation.ground.session_id if authorisation.ground and client.hears_of_log_outs else None
    facts = SignInFacts(
        subject=subject(client, authorisation.subject, provider.keys.pairwise_key),
        session_id=None if session_id is None else session_name(client, session_id, provider.keys.pairwise_key),
        acr=authorisation.acr,
        amr=authorisation.amr,
        auth_time=authorisation.auth_time,
        nonce=granted.nonce,
    )
    extra = await _asked_claims(provider, client, granted)
    if granted.auth_req_id is not None:
        extra = {**extra, AUTH_REQ_ID: granted.auth_req_id}
    claims_set = id_token_claims(provider.issuer, client.client_id, facts, now, extra)
    signed = provider.keys.sign(client.id_token_signed_response_alg, claims_set, now=now)
    return signed if envelope is None else envelope.seal(signed, cty="JWT")


async def _asked_claims(provider: Idp, client: Client, granted: Granted) -> dict[str, Any]:
    """Claims that the request or the registration wants in the ID token (OIDC Core §5.5); most want none."""
    authorisation, grant_id = granted.authorisation, granted.grant_id
    claims = wanted_in_id_token(client, authorisation.scope, authorisation.claims)
    if grant_id is None or not asked_of("id_token", (), claims):
        return {}
    async with provider.db.reading() as unit:
        found = await find_disclosure(unit, authorisation.client_id, grant_id, authorisation.above)
    return {} if found is None else await released_claims(provider, client, "id_token", (), claims, found, client)
