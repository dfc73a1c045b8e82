"""Signed access tokens for foreign resource servers: made (RFC 9068), and told what they are still worth (RFC 7662)."""

from typing import Any

from vneid_idp.grants import service as grants
from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.audience import as_told_there, scope_at
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.introspection import INACTIVE, active
from vneid_idp.protocol.permitted import permitted
from vneid_idp.protocol.resource_servers import ResourceServer
from vneid_idp.protocol.signed_token import TYP, claims_of
from vneid_idp.protocol.subjects import subject_at
from vneid_idp.protocol.tokens import AccessToken
from vneid_idp.web.acting import find_agreed
from vneid_idp.web.context import Idp


def sign(provider: Idp, server: ResourceServer, token: AccessToken, told: Authorisation, jti: str) -> str:
    """The token that the server reads by itself, signed as it registered; `jti` is the same token, sealed."""
    claims = claims_of(provider.issuer, server, token, told, _subject(provider, server, told), jti)
    return provider.keys.sign(server.members.signing_alg, claims, typ=TYP, now=token.issued_at)


async def find_server(provider: Idp, token: AccessToken) -> ResourceServer | None:
    """The foreign resource server that a token is for; `None` of one for our own APIs, and where there is none."""
    if not token.is_signed:
        return None
    server_id = token.audience[0]
    return (await provider.resource_servers.by_id(server_id)).get(server_id)


async def find_agreed_at(
    provider: Idp, server: ResourceServer | None, client: Client, authorisation: Authorisation, issued_at: Instant
) -> Client | None:
    """As `find_agreed`; `None` also where `server`, if there is one, takes tokens of one of the two no more."""
    agreed = await find_agreed(provider, client, authorisation, issued_at)
    if agreed is None or server is None:
        return agreed
    return agreed if server.takes(client.client_id) and server.takes(agreed.client_id) else None


async def describe_signed(provider: Idp, asks: Client, token: AccessToken) -> dict[str, Any]:
    """What a token is worth at this moment, to its client and to the server that it is for.

    Whether the person, the client or the operator has ended it meanwhile, the token itself cannot say.
    """
    server = await find_server(provider, token)
    if server is None or asks.client_id not in (token.client_id, server.members.introspection_client):
        return INACTIVE
    client = await provider.clients.find(token.client_id)
    if client is None or not token.is_of(client):
        return INACTIVE
    counts = await _counts(provider, client, server, token)
    if counts is None:
        return INACTIVE
    told = as_told_there(counts, tuple(name for name in token.scope if name in scope_at(counts, server)))
    identifier, now = server.members.identifier, provider.clock.now()
    return active(token, told, provider.issuer, _subject(provider, server, told), now, identifier)


async def _counts(provider: Idp, client: Client, server: ResourceServer, token: AccessToken) -> Authorisation | None:
    """What counts of what the token was issued on, bound as the token is; `None` where that has ended."""
    if token.own is not None:
        agreed = await find_agreed_at(provider, server, client, token.own, token.issued_at)
        may = agreed is not None and "client_credentials" in agreed.grant_types
        return token.own if may else None
    assert token.grant_id is not None
    async with provider.db.glance() as unit:
        grant = await grants.find_live(unit, token.client_id, token.grant_id, token.above)
        now = unit.now
    if grant is None:
        return None
    agreed = await find_agreed_at(provider, server, client, grant.authorisation, now)
    if agreed is None:
        return None
    return token.authorised(permitted(client, grant.authorisation, grant.decided, agreed))


def _subject(provider: Idp, server: ResourceServer, told: Authorisation) -> str | None:
    """The person as that server knows them by the client with which they agreed, or the client that is acted for."""
    if told.subject is None:
        return told.acts_for
    agreed_id = told.acts_for or told.client_id
    return subject_at(server.server_id, agreed_id, told.subject, provider.keys.pairwise_key)
