"""Token introspection (RFC 7662): what a client may learn of a token."""

from typing import Any

from vneid_idp.kernel.clock import Instant, to_seconds
from vneid_idp.protocol.tokens import AccessToken

INACTIVE: dict[str, Any] = {"active": False}
"""All that is said of a token that is expired, revoked, unknown, or another client's (RFC 7662 §2.2)."""


def active(token: AccessToken, issuer: str, subject: str | None, now: Instant) -> dict[str, Any]:
    """The answer for a live access token of the client that asks; `subject` is the person as that client knows it."""
    if now >= token.expires_at:
        return INACTIVE
    return {
        "active": True,
        "token_type": "Bearer",
        "scope": " ".join(token.scope),
        "client_id": token.client_id,
        "sub": subject or token.client_id,
        "iss": issuer,
        "aud": issuer,
        "jti": token.token_id,
        "iat": to_seconds(token.issued_at),
        "exp": to_seconds(token.expires_at),
    }


def active_refresh(client_id: str, scope: tuple[str, ...], issuer: str, subject: str) -> dict[str, Any]:
    """The answer for a live refresh token of the client that asks."""
    return {"active": True, "scope": " ".join(scope), "client_id": client_id, "sub": subject, "iss": issuer}
