"""Cookies: their names, their attributes, and the random number that tells one browser from another."""

import re
from enum import StrEnum
from http.cookies import SimpleCookie

from starlette.requests import HTTPConnection, cookie_parser

from vneid_idp.kernel.clock import DAY, SECOND, Instant
from vneid_idp.kernel.secrets import new_secret
from vneid_idp.web.exchange import exchange_of
from vneid_idp.web.request_headers import headers

_BROWSER_LIFETIME: Instant = 180 * DAY
_BROWSER_ID = re.compile(r"[A-Za-z0-9_-]{22}")


class Cookie(StrEnum):
    """Every cookie of the provider."""

    BROWSER = "browser"
    SESSION = "session"
    BROWSER_STATE = "browser_state"
    """A random text that is another one after each change of the sign-in, for relying parties that watch it."""
    LANGUAGE = "language"
    DRAFT = "draft"
    """What was entered on a page and is not dealt with (`web/drafts.py`), sealed."""
    SHOWN = "shown"
    """What is shown once (`web/shown_once.py`), for the minutes that it is, sealed."""
    CLOSED = "closed"
    """Which files of the office a colleague closed here before their time (`office/closed_files.py`), sealed."""
    PERSONA = "persona"
    REQUEST = "request"
    """What became of a request that this browser opened, sealed: one for each, since tabs end theirs at one moment."""
    KNOWN = "known"
    PHONE = "phone"
    """Whose phone this browser is, and which, sealed: an enrolled one answers requests that begin elsewhere."""
    UNLOCKED = "unlocked"
    """For which request the phone was unlocked last, and in which session, sealed."""
    RETURN = "return"
    """Which of the provider's own pages asked for a sign-in; it leads back there."""


def cookie_name(cookie: Cookie, secure: bool, of: str = "") -> str:
    """The name on the wire; of those of which there are several it ends in what each is `of`.

    `__Host-` makes browsers refuse the cookie unless it came over TLS, for this host alone (RFC 6265bis §4.1.3.2), so
    that a neighbouring subdomain cannot plant one. On plain http, which only the loopback sandbox uses, the prefix is
    impossible.
    """
    return f"{'__Host-' if secure else ''}vneid_idp_{cookie}{of and f'_{of}'}"


def read_cookie(request: HTTPConnection, cookie: Cookie) -> str | None:
    """The value that the browser sent, or None."""
    return _sent(request).get(cookie_name(cookie, exchange_of(request).secure))


def read_cookies(request: HTTPConnection, cookie: Cookie) -> dict[str, str]:
    """The values that the browser sent of a cookie of which there are several, under what each is of."""
    start = cookie_name(cookie, exchange_of(request).secure) + "_"
    return {name.removeprefix(start): value for name, value in _sent(request).items() if name.startswith(start)}


def _sent(request: HTTPConnection) -> dict[str, str]:
    """All cookies of the request, read once. HTTP/2 may split them into several fields (RFC 9113 §8.2.3)."""
    exchange = exchange_of(request)
    if exchange.sent_cookies is None:
        exchange.sent_cookies = {}
        for field in headers(request, b"cookie"):
            exchange.sent_cookies.update(cookie_parser(field))
    return exchange.sent_cookies


def keep_cookie(
    request: HTTPConnection,
    cookie: Cookie,
    value: str,
    max_age: Instant | None = None,
    *,
    for_frames: bool = False,
    of: str = "",
) -> None:
    """Set a cookie on whichever response leaves; `max_age` in milliseconds, None for the life of the browser window.

    `SameSite=Lax` and not `Strict`: a person arrives from the relying party's site and must be recognised. What is
    `for_frames` scripts of ours may read, also in a frame on another site, as far as the browser allows it.
    """
    exchange = exchange_of(request)
    name = cookie_name(cookie, exchange.secure, of)
    jar: SimpleCookie = SimpleCookie({name: value})
    jar[name]["path"] = "/"
    jar[name]["httponly"] = not for_frames
    # Browsers take `None` over TLS alone; on plain http, the sandbox's, all of localhost is one site.
    jar[name]["samesite"] = "None" if for_frames and exchange.secure else "Lax"
    if exchange.secure:
        jar[name]["secure"] = True
    if max_age is not None:
        jar[name]["max-age"] = max_age // SECOND
    exchange.cookies[f"{cookie}{of}"] = jar.output(header="").strip()


def forget_cookie(request: HTTPConnection, cookie: Cookie, *, of: str = "") -> None:
    """Take a cookie back on whichever response leaves."""
    keep_cookie(request, cookie, "", max_age=0, of=of)


def browser_id(request: HTTPConnection) -> str:
    """A random number that this browser carries, made on first use: 128 bits, naming nobody.

    Interactions and CSRF tokens are bound to it, so that neither is of use in another browser.
    """
    exchange = exchange_of(request)
    if exchange.browser is None:
        sent = read_cookie(request, Cookie.BROWSER)
        if sent and _BROWSER_ID.fullmatch(sent):
            exchange.browser = sent
        else:
            exchange.browser = new_secret(16)
            keep_cookie(request, Cookie.BROWSER, exchange.browser, _BROWSER_LIFETIME)
    return exchange.browser
