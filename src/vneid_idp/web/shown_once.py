"""What is shown once: kept in the browser of who made it, sealed, for some minutes, and nowhere else.

Who made it is led to a page of its own (303). So a reload makes no other one without a word, Back never meets a page
that the browser cannot show again, and a change of language loses nothing. Only the sign-in that made it sees it.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.kernel.sealing import NotSealedHere, SealPurpose
from vneid_idp.web.context import idp
from vneid_idp.web.cookies import Cookie, keep_cookie, read_cookie
from vneid_idp.web.responses import see_other

LIFE: Instant = 10 * MINUTE
_PLACES = 3
"""On how many pages, in as many tabs, something is shown."""


def lead_to_shown(request: Request, place: str, session_id: str, shown: Mapping[str, Any]) -> Response:
    """To the page at `place`, which shows this for `LIFE` to the sign-in that made it."""
    others = [each for each in _kept(request) if each[0] != place]
    kept = [[place, idp(request).clock.now(), session_id, dict(shown)], *others][:_PLACES]
    keep_cookie(request, Cookie.SHOWN, idp(request).keys.sealer.seal_json(SealPurpose.SHOWN, kept), LIFE)
    return see_other(place)


def read_shown(request: Request, session_id: str) -> Mapping[str, Any] | None:
    """What this page has to show; nothing when its minutes are over, or another sign-in made it."""
    place = request.url.path
    return next((shown for at, _, by, shown in _kept(request) if (at, by) == (place, session_id)), None)


def _kept(request: Request) -> list[list[Any]]:
    value, provider = read_cookie(request, Cookie.SHOWN), idp(request)
    if value is None:
        return []
    try:
        kept = provider.keys.sealer.open_json(SealPurpose.SHOWN, value)
    except NotSealedHere:
        return []
    return [each for each in kept if each[1] > provider.clock.now() - LIFE]
