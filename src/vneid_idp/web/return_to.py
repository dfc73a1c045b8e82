"""Where a sign-in at the own pages leads back to: the very page that asked for it, with its query.

Its address stands in a cookie while the sign-in lasts. Only addresses of own pages count, whoever wrote the cookie:
nobody is led elsewhere.
"""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from starlette.requests import Request

from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.web.cookies import Cookie, forget_cookie, keep_cookie, read_cookie

if TYPE_CHECKING:
    from vneid_idp.web.root import Root

LIFE: Instant = 15 * MINUTE
"""How long a sign-in may take that began at a page of ours."""
_LONGEST = 1_000
_OWN_PAGE = re.compile(r"/(?:me|phone|office|console)(?:/[A-Za-z0-9_~+-][A-Za-z0-9._~+-]*)*(?:\?[A-Za-z0-9._~%&=+-]*)?")


def lead_back(request: Request) -> None:
    """Have the sign-in that begins now lead back to the page that was asked for."""
    address = _page_of(request)
    if len(address) <= _LONGEST and _OWN_PAGE.fullmatch(address):
        keep_cookie(request, Cookie.RETURN, quote(address, safe=""), LIFE)


def led_back(request: Request) -> str | None:
    """The page that asked for the sign-in, if one did."""
    address = unquote(read_cookie(request, Cookie.RETURN) or "")
    return address if len(address) <= _LONGEST and _OWN_PAGE.fullmatch(address) else None


def arrived_back(request: Request) -> None:
    """The sign-in is done: the next one begins elsewhere."""
    if read_cookie(request, Cookie.RETURN) is not None:
        forget_cookie(request, Cookie.RETURN)


def _page_of(request: Request) -> str:
    """The page that was asked for; of a form that was posted, the one that it stands on, or leads back to: pages at
    `/me` that ask once more know what about by their query alone."""
    path = request.url.path
    if request.method in ("GET", "HEAD"):
        return f"{path}?{request.url.query}" if request.url.query else path
    root: Root = request.app
    if path.startswith("/me/"):
        path = path.rpartition("/")[0]
    while path and not root.has_page(path):
        path = path.rpartition("/")[0]
    return path
