"""The outermost layer: security headers, cookies that were kept, and a last catch for what nobody caught.

Pure ASGI and nothing computed for JSON, since the token endpoint passes through here: a copy of the header list and a
few appends.
"""

import re
from collections.abc import Awaitable, Callable
from time import perf_counter
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vneid_idp.log import CURRENT
from vneid_idp.protocol.uris import is_loopback
from vneid_idp.web.cors import READABLE
from vneid_idp.web.exchange import KEY, Exchange, exchange_of
from vneid_idp.web.request_log import tell

_ALL = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]
_PERMISSIONS = (
    b"permissions-policy",
    b"camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
    b"publickey-credentials-get=(self), publickey-credentials-create=(self)",
)
_PAGES = [(b"x-frame-options", b"DENY"), (b"cross-origin-resource-policy", b"same-origin"), _PERMISSIONS]
_FRAMED_PAGES = [(b"cross-origin-resource-policy", b"cross-origin"), _PERMISSIONS]
_HSTS = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")
_HOST = re.compile(r"[a-z0-9.-]+(:\d{1,5})?")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")

OnError = Callable[[Request, Exception], Awaitable[Response]]


class Edge:
    """Wraps the application. `issuer` decides on TLS; `on_error` makes the answer to an exception that escaped."""

    def __init__(self, app: ASGIApp, issuer: str, on_error: OnError) -> None:
        address = urlsplit(issuer)
        self._app = app
        self._on_error = on_error
        self._secure = address.scheme == "https"
        self._common = list(_ALL)
        # Strict transport holds for a host on all its ports: on localhost it would break the developer's other
        # servers.
        if self._secure and not is_loopback(address.hostname):
            self._common.append(_HSTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = scope[KEY] = Exchange(self._secure)
        begun, status = perf_counter(), 0
        current = CURRENT.set(exchange)

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], *self._common]
                for name, value in message["headers"]:
                    if name == b"content-type":
                        if value.startswith(b"text/html"):
                            headers += _FRAMED_PAGES if exchange.framable else _PAGES
                            headers.append((b"content-security-policy", content_security_policy(exchange).encode()))
                        break
                if exchange.cors and exchange.readable_by is not None:
                    reader = (b"access-control-allow-origin", exchange.readable_by.encode("latin-1"))
                    headers += (reader, (b"vary", b"Origin"), READABLE)
                if exchange.interaction_id is not None:
                    headers.append((b"x-fapi-interaction-id", exchange.interaction_id.encode()))
                if exchange.correlator is not None:
                    headers.append((b"x-correlator", exchange.correlator.encode()))
                for cookie in exchange.cookies.values():
                    headers.append((b"set-cookie", cookie.encode("latin-1")))
                message["headers"] = headers
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            if status:
                raise
            response = await self._on_error(Request(scope, receive), error)
            await response(scope, receive, send_with_headers)
        finally:
            tell(scope, exchange, status, perf_counter() - begun)
            CURRENT.reset(current)


def content_security_policy(exchange: Exchange) -> str:
    """The policy of a page: nothing but our own files, scripts only by nonce, in no frame unless it is made for that
    (CSP level 3)."""
    directives = {
        "default-src": ["'none'"],
        "script-src": [f"'nonce-{exchange.nonce}'"] if exchange.has_scripts else ["'none'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
    }
    if not exchange.framable:
        directives["frame-ancestors"] = ["'none'"]
    for directive, sources in exchange.sources.items():
        directives[directive] = [*(s for s in directives.get(directive, ()) if s != "'none'"), *sources]
    return "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in directives.items())


def allow_source(request: HTTPConnection, directive: str, source: str) -> None:
    """Widen one directive for this page; `source` is ours, never a caller's text."""
    exchange_of(request).sources.setdefault(directive, []).append(source)


def allow_framing(request: HTTPConnection) -> None:
    """Let anybody's page show this one in a frame: for what shows nothing and does nothing in a person's name."""
    exchange_of(request).framable = True


def allow_form_target(request: HTTPConnection, uri: str) -> None:
    """Let the forms of this page lead to `uri`, directly or by redirect: Chrome checks `form-action` on redirects too.

    Called by pages whose form ends at the relying party (sign-in, consent, `form_post`) with its proven redirect URI.
    """
    _allow_origin(request, "form-action", uri)


def allow_frame(request: HTTPConnection, uri: str) -> None:
    """Let this page frame the origin of `uri`, an address that a relying party registered."""
    _allow_origin(request, "frame-src", uri)


def _allow_origin(request: HTTPConnection, directive: str, uri: str) -> None:
    address = urlsplit(uri)
    if not _SCHEME.fullmatch(address.scheme):
        return
    if address.scheme in ("http", "https") and _HOST.fullmatch(address.netloc.lower()):
        allow_source(request, directive, f"{address.scheme}://{address.netloc.lower()}")
    else:
        # Applications on phones have schemes of their own; an IPv6 literal cannot be written in a policy.
        allow_source(request, directive, f"{address.scheme}:")
