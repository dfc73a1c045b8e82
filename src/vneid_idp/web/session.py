"""The session cookie: which person's which session, sealed. What the session is worth stands in the database."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from vneid_idp.kernel.sealing import NotSealedHere, Sealer, SealPurpose
from vneid_idp.web.cookies import Cookie, forget_cookie, keep_cookie, read_cookie


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """The session that a browser names. Whether it still stands, only the database can tell."""

    person_id: str
    session_id: str


def read_session(request: HTTPConnection, sealer: Sealer) -> BrowserSession | None:
    """The session that the browser's cookie names, or `None`."""
    value = read_cookie(request, Cookie.SESSION)
    if value is None:
        return None
    try:
        person_id, session_id = sealer.open_json(SealPurpose.SESSION, value)
    except NotSealedHere:
        return None
    return BrowserSession(person_id, session_id)


def keep_session(request: HTTPConnection, sealer: Sealer, session: BrowserSession) -> None:
    """Let the browser carry `session` until its window closes."""
    keep_cookie(request, Cookie.SESSION, sealer.seal_json(SealPurpose.SESSION, [session.person_id, session.session_id]))


def forget_session(request: HTTPConnection) -> None:
    """Take the session cookie back."""
    forget_cookie(request, Cookie.SESSION)
