"""The revocation endpoint (RFC 7009)."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.audit.events import EventKind
from vneid_idp.protocol.errors import InvalidRequest
from vneid_idp.protocol.grant_types.polled import POLLED
from vneid_idp.protocol.params import read_params
from vneid_idp.provider.bodies import form_pairs
from vneid_idp.provider.client_auth import authenticate
from vneid_idp.provider.tokens import find_token
from vneid_idp.use_cases.answer_polled import cancel_polled
from vneid_idp.use_cases.end_grant import end_grant
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door
from vneid_idp.web.responses import json_response


async def revoke(request: Request) -> Response:
    """`POST /revoke`: end the grant of a client's own token, and every token under it with it (RFC 7009 §2.1); or take
    back what it polls for, by its `device_code` or `auth_req_id`.

    Success for unknown and foreign tokens too, which stay as they are: nobody learns anything, and nobody can end
    what is another's. A database that fails is an error and never success: the client would throw its token away and
    believe it dead. A client's own token (client_credentials) has no grant; it ends by itself within minutes.

    The status says all there is, and clients ignore the body (RFC 7009 §2.2). It is an empty JSON object, for libraries
    that read each answer of a token service as JSON before they ignore it.
    """
    provider = idp(request)
    params = read_params(await form_pairs(request))
    client = await authenticate(provider, request, params)
    if "token" not in params:
        raise InvalidRequest("token is missing.")
    token = find_token(provider, params["token"])
    if token is not None and token.client_id == client.client_id and token.grant_id is not None:
        client_id, grant_id = client.client_id, token.grant_id
        await provider.db.transact(lambda unit: end_grant(unit, client_id, grant_id, EventKind.GRANT_REVOKED))
    elif token is None and not POLLED.isdisjoint(client.grant_types):
        await provider.db.transact(lambda unit: cancel_polled(unit, client.client_id, params["token"]))
    return json_response({})


doors = [Door.protocol("/revoke", revoke, "POST", announced="revocation_endpoint", cors=True)]
