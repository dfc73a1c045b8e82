"""The session cookie: which person's which session, of which generation, sealed. What it is worth the database says."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from vneid_idp.kernel.sealing import NotSealedHere, Sealer, SealPurpose
from vneid_idp.web.browser_state import renew_browser_state
from vneid_idp.web.cookies import Cookie, forget_cookie, keep_cookie, read_cookie


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """The session that a browser names. Whether it still stands, only the database can tell."""

    person_id: str
    session_id: str
    generation: int = 0


def read_session(request: HTTPConnection, sealer: Sealer) -> BrowserSession | None:
    """The session that the browser's cookie names, or `None`."""
    value = read_cookie(request, Cookie.SESSION)
    if value is None:
        return None
    try:
        # A cookie from before there were generations names none, and is of the first.
        return BrowserSession(*sealer.open_json(SealPurpose.SESSION, value))
    except NotSealedHere:
        return None


def keep_session(request: HTTPConnection, sealer: Sealer, session: BrowserSession) -> None:
    """Let the browser carry `session` until its window closes: somebody signed in, or proved more."""
    renew_browser_state(request)
    named = [session.person_id, session.session_id, session.generation]
    keep_cookie(request, Cookie.SESSION, sealer.seal_json(SealPurpose.SESSION, named))


def forget_session(request: HTTPConnection) -> None:
    """Take the session cookie back: nobody is signed in here any more."""
    renew_browser_state(request)
    forget_cookie(request, Cookie.SESSION)
