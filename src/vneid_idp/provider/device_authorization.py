"""The device authorization endpoint (RFC 8628 §3.1): a device without a browser asks for a code to show."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.cross_device.opening import DEVICE_INTERVAL, DEVICE_LIFE, open_device_request
from vneid_idp.cross_device.rules import shown_code
from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.checks.table import Column, check_arrival, read_authorization
from vneid_idp.protocol.params import read_params
from vneid_idp.protocol.uris import with_query
from vneid_idp.provider.bodies import form_pairs
from vneid_idp.provider.client_auth import authenticate
from vneid_idp.provider.device_code import PATH
from vneid_idp.provider.resources import known_resources
from vneid_idp.provider.waiting import stranger
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door
from vneid_idp.web.limits import Secret, Tried
from vneid_idp.web.responses import json_response


async def device_authorization(request: Request) -> Response:
    """`POST /device_authorization`: keep the request, and give it a code that is typed on another device."""
    provider = idp(request)
    params = read_params(await form_pairs(request))
    client = await authenticate(provider, request, params)
    check_arrival(Column.DEVICE, client, params)
    asked = read_authorization(
        Column.DEVICE, RequestDraft(client, params, known=await known_resources(provider, params))
    )
    # In the name of a public client anybody may ask.
    by = stranger(provider, request, client.client_id) if client.is_public else Tried(client=client.client_id)
    await provider.limits.spend(Secret.POLLED_REQUEST, by, 1)
    asked_from = provider.address_of(request)
    async with provider.db.single(durable=False) as unit:
        opened = await open_device_request(unit, provider.keys.sealer, provider.keys.blind, asked, asked_from)
    assert opened.user_code is not None
    code = shown_code(opened.user_code)
    return json_response(
        {
            "device_code": opened.handle,
            "user_code": code,
            "verification_uri": provider.url(PATH),
            "verification_uri_complete": with_query(provider.url(PATH), user_code=code),
            "expires_in": DEVICE_LIFE // SECOND,
            "interval": DEVICE_INTERVAL // SECOND,
        }
    )


doors = [
    Door.protocol(
        "/device_authorization",
        device_authorization,
        "POST",
        announced="device_authorization_endpoint",
        cors=True,
    )
]
