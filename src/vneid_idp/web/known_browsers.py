"""Browsers in which somebody signed in before, and with which names.

Whoever guesses at a name elsewhere uses up what strangers may try, and not what its holder may at the own browser
(OWASP, *Slow Down Online Guessing Attacks with Device Cookies*). Nothing is stored here: the browser carries it sealed.
"""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.kernel.sealing import NotSealedHere, Sealer, SealPurpose
from vneid_idp.kernel.secrets import new_secret
from vneid_idp.web.cookies import Cookie, keep_cookie, read_cookie

_LIFE: Instant = 180 * DAY
_MOST_NAMES = 4


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """What a browser carries: a number of its own, and the digests of the names that were right in it, newest first."""

    number: str
    names: tuple[str, ...]


def known_browser(request: HTTPConnection, sealer: Sealer) -> KnownBrowser | None:
    """What the browser carries, or `None` for one in which nobody signed in."""
    value = read_cookie(request, Cookie.KNOWN)
    if value is None:
        return None
    try:
        number, names = sealer.open_json(SealPurpose.KNOWN_BROWSER, value)
    except NotSealedHere:
        return None
    return KnownBrowser(number, tuple(names))


def remember_name(request: HTTPConnection, sealer: Sealer, name: str) -> None:
    """From now on this browser is known to whoever has the name with the digest `name`."""
    before = known_browser(request, sealer)
    number = new_secret(12) if before is None else before.number
    names = [name, *(each for each in (before.names if before else ()) if each != name)][:_MOST_NAMES]
    keep_cookie(request, Cookie.KNOWN, sealer.seal_json(SealPurpose.KNOWN_BROWSER, [number, names]), _LIFE)
