"""The doors of the guide: its index, its pages, and the scripts as files."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.sandbox.error_help import remedy_for
from vneid_idp.sandbox.guide import (
    certificates,
    counter,
    detail_schema,
    details,
    device,
    number_check,
    resource_servers,
    scripts,
    sign_in,
    token_exchange,
)
from vneid_idp.sandbox.guide.page import GuidePage
from vneid_idp.sandbox.guide.who import READERS
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door
from vneid_idp.web.templates import render

PAGES = (
    sign_in.PAGE,
    certificates.PAGE,
    details.PAGE,
    counter.PAGE,
    number_check.PAGE,
    device.PAGE,
    resource_servers.PAGE,
    token_exchange.PAGE,
)
"""In the order in which they are read."""


async def index(request: Request) -> Response:
    """`GET /guide`."""
    by_slug = {page.slug: page for page in PAGES}
    return render(
        request,
        "sandbox/guide.html",
        readers=READERS,
        pages=by_slug,
        common=scripts.COMMON,
        common_text=scripts.text_of(scripts.COMMON),
        issuer=idp(request).issuer,
    )


def _page(page: GuidePage) -> Callable[[Request], Awaitable[Response]]:
    place = PAGES.index(page)
    remedies = [(code, remedy_for(code, about, "/token")) for code, about in page.errors]

    async def show(request: Request) -> Response:
        """`GET /guide/…`."""
        return render(
            request,
            "sandbox/guide_page.html",
            guide=page,
            cells=scripts.cells(page.script),
            remedies=remedies,
            following=PAGES[place + 1] if place + 1 < len(PAGES) else None,
            common=scripts.COMMON,
            issuer=idp(request).issuer,
        )

    return show


def _script(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def read(_: Request) -> Response:
        """`GET /guide/….py`."""
        return Response(scripts.text_of(name), media_type="text/x-python")

    return read


doors = [
    Door.page("/guide", index),
    *detail_schema.doors,
    *(Door.page(f"/guide/{page.slug}", _page(page)) for page in PAGES),
    *(Door.api(f"/guide/{name}.py", _script(name)) for name in (scripts.COMMON, *(page.script for page in PAGES))),
]
