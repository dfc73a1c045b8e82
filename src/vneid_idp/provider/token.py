"""The token endpoint (RFC 6749 §3.2): a table from grant type to exchange."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidRequest, UnauthorizedClient, UnsupportedGrantType
from vneid_idp.protocol.params import Params, read_params
from vneid_idp.provider.bodies import form_pairs, json_response
from vneid_idp.provider.client_auth import authenticate
from vneid_idp.provider.exchanges import client_credentials, codes, refresh
from vneid_idp.web.context import Idp, idp

Exchange = Callable[[Idp, Client, Params], Awaitable[dict[str, object]]]

EXCHANGES: dict[str, Exchange] = {
    "authorization_code": codes.exchange,
    "refresh_token": refresh.exchange,
    "client_credentials": client_credentials.exchange,
}


async def token(request: Request) -> Response:
    """`POST /token`."""
    provider = idp(request)
    params = read_params(await form_pairs(request))
    client = await authenticate(provider, request, params)
    grant_type = params.get("grant_type")
    if grant_type is None:
        raise InvalidRequest("grant_type is missing.")
    exchange = EXCHANGES.get(grant_type)
    if exchange is None:
        raise UnsupportedGrantType("grant_type is not one that this provider supports.")
    if grant_type not in client.grant_types:
        raise UnauthorizedClient("This client is not registered for this grant_type.")
    return json_response(await exchange(provider, client, params))


routes = [Route("/token", token, methods=["POST"])]
