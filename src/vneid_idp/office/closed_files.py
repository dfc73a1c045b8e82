"""Files that a colleague closed before their time: at this browser their addresses open nothing more.

Which ones stands in the browser, sealed, for as long as such an address would open. Who does away with it opens again
what is on record as opened for that half hour, and nobody else can: an address is good in one sign-in alone.
"""

from hashlib import sha256

from starlette.requests import Request

from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.kernel.sealing import NotSealedHere, SealPurpose
from vneid_idp.kernel.secrets import base64url
from vneid_idp.web.context import idp
from vneid_idp.web.cookies import Cookie, keep_cookie, read_cookie

FILE_LIFE: Instant = 30 * MINUTE
_MOST = 100
"""As many as a cookie has room for."""


def close_file(request: Request, handle: str) -> None:
    """Have this browser open the file no more."""
    kept = [_name_of(handle), *_closed(request)][:_MOST]
    keep_cookie(request, Cookie.CLOSED, idp(request).keys.sealer.seal_json(SealPurpose.CLOSED_FILES, kept), FILE_LIFE)


def is_closed(request: Request, handle: str) -> bool:
    """Whether the file was closed here."""
    return _name_of(handle) in _closed(request)


def _name_of(handle: str) -> str:
    return base64url(sha256(handle.encode()).digest()[:12])


def _closed(request: Request) -> list[str]:
    value = read_cookie(request, Cookie.CLOSED)
    try:
        return list(idp(request).keys.sealer.open_json(SealPurpose.CLOSED_FILES, value)) if value else []
    except NotSealedHere:
        return []
