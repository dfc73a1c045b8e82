"""What a client has to know of us: metadata (OpenID Connect Discovery, RFC 8414) and public keys (RFC 7517)."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.protocol.discovery import metadata
from vneid_idp.provider.registration import REGISTRATION, is_open
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door

# Short, so that a rotated key is seen within the time for which keys are announced; open to scripts of any origin,
# since all of it is public.
_HEADERS = {"Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*"}


def public_document(value: Mapping[str, Any]) -> Response:
    """What everybody may read and keep for a minute."""
    return Response(orjson.dumps(value), headers=_HEADERS, media_type="application/json")


def well_known_doors(announcing: Sequence[Door]) -> list[Door]:
    """The two well-known addresses, which tell clients of the doors that say what they are announced as."""
    endpoints = {door.announced: door.path for door in announcing if door.announced}

    async def well_known(request: Request) -> Response:
        """`GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`: the same document."""
        provider = idp(request)
        announced = endpoints if is_open(provider) else {m: path for m, path in endpoints.items() if m != REGISTRATION}
        knows = provider.client_authorities is not None
        found = metadata(provider.issuer, announced, provider.mtls_origin, knows_authorities=knows)
        return public_document(found)

    return [
        Door.protocol("/.well-known/openid-configuration", well_known, announced=None, cors=True),
        Door.protocol("/.well-known/oauth-authorization-server", well_known, announced=None, cors=True),
    ]


async def jwks(request: Request) -> Response:
    """`GET /jwks.json`."""
    provider = idp(request)
    now = provider.clock.now()
    keys = provider.keys.jwks_bytes(now)
    provider.key_readers.fetched(provider.address_of(request), provider.keys.newest_announced_at(now))
    return Response(keys, headers=_HEADERS, media_type="application/json")


doors = [Door.protocol("/jwks.json", jwks, announced="jwks_uri", cors=True)]
