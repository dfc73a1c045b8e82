"""Pages of other origins at the doors of client libraries (Fetch standard, "CORS protocol").

Never with credentials: these doors look at no cookie, and what a page may read, its client gets with a credential of
its own. Whose page may read an answer is known once the client is; that a page may ask can be said to anybody.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import OAuthError
from vneid_idp.protocol.uris import is_loopback, origin
from vneid_idp.web.exchange import exchange_of
from vneid_idp.web.request_headers import header

_KEPT_SECONDS = 2 * 60 * 60  # as long as browsers keep it
_ASKED = {
    "Access-Control-Allow-Origin": "*",
    # `Authorization` has to be named; the asterisk does not mean it.
    "Access-Control-Allow-Headers": "Authorization, *",
    "Access-Control-Max-Age": str(_KEPT_SECONDS),
}
READABLE = (b"access-control-expose-headers", b"WWW-Authenticate, DPoP-Nonce, Retry-After, X-Request-Id")


def preflight(methods: Iterable[str]) -> Response:
    """The answer to every preflight at an address: made once, it costs neither a client nor a statement."""
    allowed = ", ".join(methods)
    return Response(status_code=204, headers=_ASKED | {"Access-Control-Allow-Methods": allowed, "Allow": allowed})


def let_read(request: Request, client: Client, *, proven: bool = True) -> None:
    """Let the page that asks read the answer, whatever it will be, if it is one of the client's.

    While a client is only named, its pages may read what is wrong, confidential or not: a single-page application that
    forgot to register as a public client should learn it. A refusal tells nothing that is not told to everybody.
    """
    asking = header(request, b"origin")
    if asking is None:
        return
    may = client.is_read_at(asking) if proven else client.is_read_at(asking) or client.leads_to_origin(asking)
    exchange_of(request).readable_by = asking if may else None


class ForeignPage(OAuthError):
    """A page from elsewhere asks a provider on the developer's own machine to register a client."""

    code = "access_denied"
    status = 403


def check_page_may_register(request: Request, issuer: str) -> None:
    """Where anybody may register, and on a developer's own machine: only pages from there, and no website that the
    developer happens to visit. Programs send no origin."""
    asking = header(request, b"origin")
    if asking is not None and is_loopback(urlsplit(issuer).hostname) and not _is_local(asking):
        raise ForeignPage("The sandbox on this machine takes registrations of pages on this machine only.")


def _is_local(asking: str) -> bool:
    try:
        parts = urlsplit(asking)
        return parts.port != 0 and is_loopback(parts.hostname)
    except ValueError:  # no port, or no address
        return False


def let_new_client_read(request: Request, members: object) -> None:
    """The same for who registers: the pages of the addresses that it wants to register, right or wrong as they are."""
    asking = header(request, b"origin")
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
