"""Polling for what is answered on another device (RFC 8628 §3.4, CIBA Core §10.1)."""

from vneid_idp.kernel.sealing import Sealer
from vneid_idp.protocol.errors import InvalidRequest, UnauthorizedClient
from vneid_idp.protocol.grant_types.names import CIBA, DEVICE_CODE
from vneid_idp.protocol.grant_types.request import PollRequest, TokenRequest
from vneid_idp.protocol.polled import PolledKind

POLLED = frozenset({DEVICE_CODE, CIBA})


def device_code(request: TokenRequest, _: Sealer) -> PollRequest:
    """The device asks whether its code was answered. Raises `InvalidRequest`."""
    return _poll(request, PolledKind.DEVICE, "device_code")


def auth_req_id(request: TokenRequest, _: Sealer) -> PollRequest:
    """The client asks whether the person answered. Raises `InvalidRequest` and `UnauthorizedClient`."""
    if request.client.is_public:
        raise UnauthorizedClient("A public client has no credentials (CIBA Core §4).")
    return _poll(request, PolledKind.BACKCHANNEL, "auth_req_id")


def _poll(request: TokenRequest, kind: PolledKind, name: str) -> PollRequest:
    handle = request.params.get(name)
    if handle is None:
        raise InvalidRequest(f"{name} is missing.")
    details = request.params.get("authorization_details")
    return PollRequest(kind, handle, request.proof, details, request.audience)
