"""`session_state`: what tells a relying party in the browser that the person's sign-in here changed (OpenID Connect
Session Management 1.0 §2, §3.2)."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import urlsplit

from vneid_idp.protocol.uris import origin

_OPAQUE = "null"


def session_state(client_id: str, redirect_uri: str, browser_state: str, salt: str) -> str:
    """The value for an answer to `redirect_uri`. `web/static/check_session.js` computes it anew in the browser.

    Salted, so that no two relying parties, and no two answers, can be told to come from one browser.
    """
    text = f"{client_id} {_origin(redirect_uri)} {browser_state} {salt}"
    return f"{urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b'=').decode()}.{salt}"


def _origin(uri: str) -> str:
    """As the browser names who asks (RFC 6454 §6.2); an application's own scheme has no origin there."""
    return origin(uri) if urlsplit(uri).scheme in ("https", "http") else _OPAQUE
