"""The introspection endpoint (RFC 7662)."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.grants import service as grants
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.details.granting import permitted_details
from vneid_idp.protocol.errors import InvalidClient, InvalidRequest
from vneid_idp.protocol.grant_types.names import TOKEN_EXCHANGE
from vneid_idp.protocol.introspection import INACTIVE, active, active_refresh
from vneid_idp.protocol.params import read_params
from vneid_idp.protocol.permitted import may_refresh, permitted
from vneid_idp.protocol.subjects import subject
from vneid_idp.protocol.tokens import AccessToken, RefreshToken
from vneid_idp.provider.bodies import form_pairs
from vneid_idp.provider.client_auth import authenticate
from vneid_idp.provider.signed_tokens import describe_signed
from vneid_idp.provider.tokens import find_token
from vneid_idp.web.acting import find_agreed
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.doors import Door
from vneid_idp.web.responses import json_response


async def introspect(request: Request) -> Response:
    """`POST /introspect`: what a client's own token is worth, or one that it could exchange, and to a resource server
    one that is for it. Of others nobody learns anything."""
    provider = idp(request)
    params = read_params(await form_pairs(request))
    client = await authenticate(provider, request, params)
    if client.is_public:
        # Anybody can name a public client: the answer would be an oracle for stolen tokens (RFC 7662 §2.1, §4).
        raise InvalidClient("Introspection is for clients that authenticate.")
    if "token" not in params:
        raise InvalidRequest("token is missing.")
    token = find_token(provider, params["token"])
    if isinstance(token, AccessToken) and token.is_signed:
        return json_response(await describe_signed(provider, client, token))
    holder = None if token is None else await _holder(provider, client, token)
    if token is None or holder is None:
        return json_response(INACTIVE)
    described = await _describe(provider, holder, token)
    if client.client_id != holder.client_id:
        # No detail that an exchange would not tell.
        details = permitted_details(client, tuple(described.get("authorization_details", ())))
        described = {name: value for name, value in described.items() if name != "authorization_details"}
        described |= {"authorization_details": list(details)} if details else {}
    return json_response(described)


async def _holder(provider: Idp, client: Client, token: AccessToken | RefreshToken) -> Client | None:
    """Whose token it is, where `client` may be told: itself, and of an access token a client of its family, if it is
    registered for token exchange. Only so can it see which key the request had to prove that brought the token."""
    if token.client_id == client.client_id:
        return client
    if not isinstance(token, AccessToken) or client.family is None or TOKEN_EXCHANGE not in client.grant_types:
        return None
    holder = await provider.clients.find(token.client_id)
    return holder if holder is not None and holder.family == client.family else None


async def _describe(provider: Idp, client: Client, token: AccessToken | RefreshToken) -> dict[str, Any]:
    """The answer for a token of `client`."""
    now = provider.clock.now()
    if isinstance(token, AccessToken) and not token.is_of(client):
        return INACTIVE
    if isinstance(token, AccessToken) and token.own is not None:
        agreed = await find_agreed(provider, client, token.own, token.issued_at)
        if agreed is None:
            return INACTIVE
        counts = permitted(client, token.own, {}, agreed)
        return active(token, counts, provider.issuer, token.own.acts_for, now, _audience(provider, token))
    assert token.grant_id is not None
    async with provider.db.glance() as unit:
        grant = await grants.find_live(unit, token.client_id, token.grant_id, token.above)
    if grant is None:
        return INACTIVE
    agreed = await find_agreed(provider, client, grant.authorisation, now)
    if agreed is None:
        return INACTIVE
    sub = subject(agreed, grant.person_id, provider.keys.pairwise_key)
    if isinstance(token, AccessToken):
        counts = permitted(client, token.authorised(grant.authorisation), grant.decided, agreed)
        return active(token, counts, provider.issuer, sub, now, _audience(provider, token))
    counts = permitted(client, grant.authorisation, grant.decided, agreed)
    if token.generation != grant.rotation.generation or not may_refresh(client, counts.scope):
        return INACTIVE
    return active_refresh(token, counts, provider.issuer, sub)


def _audience(provider: Idp, token: AccessToken) -> list[str]:
    """Which of our own APIs a token is for, if not for all."""
    return [provider.url(path) for path in token.audience]


doors = [Door.protocol("/introspect", introspect, "POST", announced="introspection_endpoint")]
