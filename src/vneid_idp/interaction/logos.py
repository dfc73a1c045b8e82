"""Logos of relying parties on our pages: fetched beforehand, served from our own origin, named by their content."""

import asyncio
import logging
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients.images import BadImage, read_image
from vneid_idp.clients.keys import Unreachable
from vneid_idp.clients.logos import DueLogo, due_logos, find_logo, keep_logo, take_attempt
from vneid_idp.protocol.client import Client
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.doors import Door

logger = logging.getLogger(__name__)

_AT_ONCE = 20
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
        return Response(status_code=404, headers={"Cache-Control": "no-store"})
    headers = {
        "Cache-Control": f"public, max-age={_YEAR}, immutable",
        "Content-Security-Policy": _POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(logo.content, media_type=logo.content_type, headers=headers)


async def fetch_due(provider: Idp) -> int:
    """Fetch logos that are missing or old; how many attempts were made. For a worker, in any number of processes."""
    async with provider.db.reading() as unit:
        waiting = await due_logos(unit, _AT_ONCE)
    taken = []
    for logo in waiting:
        async with provider.db.writing() as writing:
            if await take_attempt(writing, logo):
                taken.append(logo)
    await asyncio.gather(*(_fetch(provider, logo) for logo in taken))
    return len(taken)


async def _fetch(provider: Idp, logo: DueLogo) -> None:
    try:
        image = read_image(await provider.outbound.fetch(logo.logo_uri))
    except (Unreachable, BadImage) as error:
        logger.info("logo of %s: logo_uri %s", logo.client_id, error)
        return
    async with provider.db.writing() as unit:
        await keep_logo(unit, logo, image)
    provider.clients.forget(logo.client_id)


doors = [Door.page("/logos/{client_id}/{digest}", show)]
