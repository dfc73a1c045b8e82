"""Pages of other origins at the doors of client libraries (Fetch standard, "CORS protocol").

Never with credentials: these doors look at no cookie, and what a page may read, its client gets with a credential of
its own. Whose page may read an answer is known once the client is; that a page may ask can be said to anybody.
"""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.protocol.client import Client
from vneid_idp.protocol.uris import origin
from vneid_idp.web.exchange import exchange_of

_KEPT_SECONDS = 2 * 60 * 60  # as long as browsers keep it
_ASKED = {
    "Access-Control-Allow-Origin": "*",
    # `Authorization` has to be named; the asterisk does not mean it.
    "Access-Control-Allow-Headers": "Authorization, *",
    "Access-Control-Max-Age": str(_KEPT_SECONDS),
}
READABLE = (b"access-control-expose-headers", b"WWW-Authenticate, Retry-After, X-Request-Id")


def preflight(methods: Iterable[str]) -> Response:
    """The answer to every preflight at an address: made once, it costs neither a client nor a statement."""
    allowed = ", ".join(methods)
    return Response(status_code=204, headers=_ASKED | {"Access-Control-Allow-Methods": allowed, "Allow": allowed})


def let_read(request: Request, client: Client, *, proven: bool = True) -> None:
    """Let the page that asks read the answer, whatever it will be, if it is one of the client's.

    While a client is only named, its pages may read what is wrong, confidential or not: a single-page application that
    forgot to register as a public client should learn it. A refusal tells nothing that is not told to everybody.
    """
    asking = request.headers.get("origin")
    if asking is None:
        return
    may = client.is_read_at(asking) if proven else client.is_read_at(asking) or client.leads_to_origin(asking)
    exchange_of(request).readable_by = asking if may else None


def let_new_client_read(request: Request, members: object) -> None:
    """The same for who registers: the pages of the addresses that it wants to register, right or wrong as they are."""
    asking = request.headers.get("origin")
    if asking is None or not isinstance(members, dict):
        return
    wanted = [*_texts(members.get("allowed_cors_origins")), *_texts(members.get("redirect_uris"))]
    exchange_of(request).readable_by = asking if asking in map(_origin, wanted) else None


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _origin(uri: str) -> str | None:
    try:
        return origin(uri)
    except ValueError:
        return None
