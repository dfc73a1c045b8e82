"""Pushed authorization requests (RFC 9126)."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.checks.table import Column, check_arrival, read_authorization
from vneid_idp.protocol.params import read_params
from vneid_idp.provider.authorize import REQUEST_URI
from vneid_idp.provider.bodies import form_pairs
from vneid_idp.provider.client_auth import authenticate_holder
from vneid_idp.provider.request_object import counting, find, resolve
from vneid_idp.provider.resources import known_resources
from vneid_idp.provider.waiting import keep, stranger
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door
from vneid_idp.web.limits import Secret, Tried
from vneid_idp.web.possession import next_nonce, read_proven
from vneid_idp.web.responses import json_response


async def push(request: Request) -> Response:
    """`POST /par`: keep the request, give it a name that lives 90 seconds."""
    provider = idp(request)
    params = read_params(await form_pairs(request))
    client, shown = await authenticate_holder(provider, request, params, read_proven)
    check_arrival(Column.PAR, client, params)
    async with counting(provider, request, params):
        resolved = await resolve(provider, client, params, await find(provider, client, params))
    known = await known_resources(provider, resolved)
    asked = read_authorization(Column.PAR, RequestDraft(client, resolved, shown.key, known=known))
    # In the name of a public client anybody may push.
    proven = client.token_endpoint_auth_method != "none"
    by = Tried(client=client.client_id) if proven else stranger(provider, request, client.client_id)
    what = Secret.PUSHED_REQUEST if proven else Secret.UNOPENED_REQUEST
    kept = await keep(provider, asked, None, provider.clock.now(), by, what)
    await shown.use_up(provider, client)  # after the budget: what is refused by that leaves no row either
    body = {
        "request_uri": REQUEST_URI + kept.interaction_id,
        "expires_in": (kept.expires_at - kept.opened_at) // SECOND,
    }
    # So that no log-in pays a round trip to learn it (RFC 9449 §8.2).
    return json_response(body, 201, next_nonce(provider, client))


doors = [Door.protocol("/par", push, "POST", announced="pushed_authorization_request_endpoint", cors=True)]
