"""Logos of relying parties on our pages: fetched beforehand, served from our own origin, named by their content."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients.logos import find_logo
from vneid_idp.protocol.client import Client
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door
from vneid_idp.web.responses import NO_STORE

_YEAR = 365 * 24 * 3600
# A picture has nothing to load and nowhere to go, also where somebody opens its address as a page of its own.
_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


def logo_path(client: Client) -> str | None:
    """Where the logo of `client` is here; `None` while there is none."""
    if client.logo_digest is None:
        return None
    return f"/logos/{quote(client.client_id, safe='')}/{client.logo_digest}"


async def show(request: Request) -> Response:
    """`GET /logos/{client_id}/{digest}`: the address names the content, so it never changes."""
    async with idp(request).db.reading() as unit:
        logo = await find_logo(unit, request.path_params["client_id"], request.path_params["digest"])
    if logo is None:
        return Response(status_code=404, headers=NO_STORE)
    headers = {
        "Cache-Control": f"public, max-age={_YEAR}, immutable",
        "Content-Security-Policy": _POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(logo.content, media_type=logo.content_type, headers=headers)


doors = [Door.page("/logos/{client_id}/{digest}", show)]
