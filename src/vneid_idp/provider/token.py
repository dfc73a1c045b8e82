"""The token endpoint (RFC 6749 §3.2): a request is judged by its grant type, carried out, and answered with tokens."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.protocol.audience import read_audience, read_exchange_audience
from vneid_idp.protocol.authorisation import Confirmation
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidRequest, UnauthorizedClient, UnsupportedGrantType
from vneid_idp.protocol.grant_types.names import TOKEN_EXCHANGE
from vneid_idp.protocol.grant_types.request import OpenAsserted, TokenRequest
from vneid_idp.protocol.grant_types.table import GRANT_TYPES
from vneid_idp.protocol.params import Params, read_params
from vneid_idp.protocol.sender_constraint import check_constrained
from vneid_idp.provider.bodies import form_pairs
from vneid_idp.provider.client_auth import authenticate_holder, remember_address
from vneid_idp.provider.granting import carry_out
from vneid_idp.provider.issuing import token_response
from vneid_idp.provider.resources import known_audiences, known_resources
from vneid_idp.provider.tokens import find_signed_token
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door
from vneid_idp.web.possession import next_nonce, read_binding
from vneid_idp.web.responses import json_response


async def token(request: Request) -> Response:
    """`POST /token`."""
    provider = idp(request)
    params = read_params(await form_pairs(request))
    client, proven = await authenticate_holder(provider, request, params, read_binding, by_grant=True)
    name = params.get("grant_type")
    if name is None:
        raise InvalidRequest("grant_type is missing.")
    grant_type = GRANT_TYPES.get(name)
    if grant_type is None:
        raise UnsupportedGrantType("grant_type is not one that this provider supports.")
    if name not in client.grant_types:
        raise UnauthorizedClient("This client is not registered for this grant_type.")
    check_constrained(client, proven.key)
    wanted = grant_type(await _read(request, client, params, proven.key), provider.keys.sealer)
    granted, now = await carry_out(provider, client, wanted, proven)
    if isinstance(wanted, OpenAsserted):  # which is used up by now
        remember_address(provider, request, client)
    nonce = next_nonce(provider, client) if proven.once is not None else {}
    return json_response(await token_response(provider, client, granted, now), headers=nonce)


async def _read(request: Request, client: Client, params: Params, key: Confirmation | None) -> TokenRequest:
    provider, resource, signed = idp(request), params.get("resource"), None
    if params["grant_type"] == TOKEN_EXCHANGE:
        known = await known_audiences(provider, client, params)
        audience = read_exchange_audience(resource, params.get("audience"), known, client)
        signed = find_signed_token(provider, params.get("subject_token", ""))
    else:
        audience = read_audience(resource, await known_resources(provider, params), client)
    called = provider.urls(request.scope["path"])
    return TokenRequest(client, params, key, provider.clock.now(), audience, provider.issuer, called, signed)


doors = [Door.protocol("/token", token, "POST", announced="token_endpoint", cors=True)]
