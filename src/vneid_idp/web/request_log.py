"""One line a request: what was asked, of which door, how it ended and how long it took. Never an address.

A request line holds codes, hints and states, and a path the id of a binding; so the door is told by its template. What
went well and fast is told only at level `debug`.
"""

from starlette.types import Scope

from vneid_idp.log import Log
from vneid_idp.web.exchange import Exchange

_log = Log(__name__)

SLOW_SECONDS = 1.0
NO_DOOR, OTHER = "<no door>", "<other>"
"""No address and no method, in signs that the log lets pass."""


def tell(scope: Scope, exchange: Exchange, status: int, seconds: float) -> None:
    """Note a request that was served; `status` 0 is one that was given up before an answer began."""
    remarkable = status >= 500 or status == 0 or seconds >= SLOW_SECONDS
    if not remarkable and not _log.tells_debug():
        return
    (_log.info if remarkable else _log.debug)(
        "request.served",
        method=scope["method"] if scope["method"] in _METHODS else OTHER,
        route=exchange.route or getattr(scope.get("route"), "path", NO_DOOR),
        status=status,
        ms=round(seconds * 1000, 1),
        client_id=exchange.client_id,
    )


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
