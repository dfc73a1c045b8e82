"""The introspection endpoint (RFC 7662)."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.grants import service as grants
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidClient, InvalidRequest
from vneid_idp.protocol.introspection import INACTIVE, active, active_refresh
from vneid_idp.protocol.params import read_params
from vneid_idp.protocol.permitted import may_refresh, permitted
from vneid_idp.protocol.subjects import subject
from vneid_idp.protocol.tokens import AccessToken
from vneid_idp.provider.bodies import form_pairs
from vneid_idp.provider.client_auth import authenticate
from vneid_idp.provider.signed_tokens import describe_signed
from vneid_idp.provider.tokens import find_token
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.doors import Door
from vneid_idp.web.responses import json_response


async def introspect(request: Request) -> Response:
    """`POST /introspect`: what a client's own token is worth, and to a resource server one that is for it. Of others
    nobody learns anything."""
    provider = idp(request)
    params = read_params(await form_pairs(request))
    client = await authenticate(provider, request, params)
    if client.is_public:
        # Anybody can name a public client: the answer would be an oracle for stolen tokens (RFC 7662 §2.1, §4).
        raise InvalidClient("Introspection is for clients that authenticate.")
    if "token" not in params:
        raise InvalidRequest("token is missing.")
    return json_response(await _describe(provider, client, params["token"]))


async def _describe(provider: Idp, client: Client, text: str) -> dict[str, Any]:
    token = find_token(provider, text)
    if isinstance(token, AccessToken) and token.is_signed:
        return await describe_signed(provider, client, token)
    if token is None or token.client_id != client.client_id:
        return INACTIVE
    now = provider.clock.now()
    if isinstance(token, AccessToken) and token.own is not None:
        if not token.is_of(client):
            return INACTIVE
        counts = permitted(client, token.own, {})
        return active(token, counts, provider.issuer, None, now, _audience(provider, token))
    assert token.grant_id is not None
    async with provider.db.glance() as unit:
        grant = await grants.find_live(unit, token.client_id, token.grant_id, token.above)
    if grant is None:
        return INACTIVE
    sub = subject(client, grant.person_id, provider.keys.pairwise_key)
    if isinstance(token, AccessToken):
        counts = permitted(client, token.authorised(grant.authorisation), grant.decided)
        return active(token, counts, provider.issuer, sub, now, _audience(provider, token))
    counts = permitted(client, grant.authorisation, grant.decided)
    if token.generation != grant.rotation.generation or not may_refresh(client, counts.scope):
        return INACTIVE
    return active_refresh(token, counts, provider.issuer, sub)


def _audience(provider: Idp, token: AccessToken) -> list[str]:
    """Which of our own APIs a token is for, if not for all."""
    return [provider.url(path) for path in token.audience]


doors = [Door.protocol("/introspect", introspect, "POST", announced="introspection_endpoint")]
