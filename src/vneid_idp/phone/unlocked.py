"""For which request a phone was unlocked: the session that came of it counts for this one, and for no later one."""

from starlette.requests import Request

from vneid_idp.identity.factors.sessions import SessionName
from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.kernel.sealing import NotSealedHere, SealPurpose
from vneid_idp.phone.access import Handset
from vneid_idp.web.cookies import Cookie, keep_cookie, read_cookie
from vneid_idp.web.session import BrowserSession, read_session

LIFE: Instant = 10 * MINUTE
"""As long as the longest request waits."""


def keep_unlocked(request: Request, handset: Handset, request_id: str, session: SessionName) -> None:
    """Let this browser go on with the request in `session`, which unlocking the phone has just opened or renewed."""
    sealer = handset.provider.keys.sealer
    named = [handset.phone.phone_id, request_id, session.session_id, session.generation]
    keep_cookie(request, Cookie.UNLOCKED, sealer.seal_json(SealPurpose.UNLOCKED, named), LIFE)


def unlocked_session(request: Request, handset: Handset, request_id: str) -> BrowserSession | None:
    """The session in which the holder goes on with the request; none before the phone was unlocked for it, or where
    somebody else has signed in with this browser since."""
    sealer = handset.provider.keys.sealer
    value, session = read_cookie(request, Cookie.UNLOCKED), read_session(request, sealer)
    if value is None or session is None or session.person_id != handset.person_id:
        return None
    try:
        named = sealer.open_json(SealPurpose.UNLOCKED, value)
    except NotSealedHere:
        return None
    wanted = [handset.phone.phone_id, request_id, session.session_id, session.generation]
    return session if named == wanted else None
