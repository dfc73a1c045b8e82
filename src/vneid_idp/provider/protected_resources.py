"""What clients ask of our own APIs before they call them (RFC 9728)."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.protocol.protected_resources import RESOURCES, WELL_KNOWN, metadata
from vneid_idp.provider.discovery import public_document
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door


async def read(request: Request) -> Response:
    """`GET /.well-known/oauth-protected-resource/…`: the path of the resource follows (RFC 9728 §3.1)."""
    provider, resource = idp(request), request.url.path.removeprefix(WELL_KNOWN)
    return public_document(metadata(provider.issuer, resource, certificates=provider.mtls_origin is not None))


doors = [Door.protocol(WELL_KNOWN + path, read, announced=None, cors=True) for path in RESOURCES]
