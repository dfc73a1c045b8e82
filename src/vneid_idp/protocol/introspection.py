"""Token introspection (RFC 7662): what a client may learn of a token."""

from typing import Any

from vneid_idp.kernel.clock import Instant, to_seconds
from vneid_idp.kernel.values import altered
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.tokens import AccessToken, RefreshToken, token_type

INACTIVE: dict[str, Any] = {"active": False}
"""All that is said of a token that is expired, revoked, unknown, or another client's (RFC 7662 §2.2)."""


def active(
    token: AccessToken, authorised: Authorisation, issuer: str, subject: str | None, now: Instant
) -> dict[str, Any]:
    """The answer for a live access token of the client that asks, good for what is `authorised` of it; `subject` is the
    person as that client knows it."""
    if now >= token.expires_at or not authorised.scope:
        return INACTIVE
    return {
        "active": True,
        "token_type": token_type(authorised.bound_to),
        "scope": " ".join(authorised.scope),
        "client_id": token.client_id,
        "sub": subject or token.client_id,
        "iss": issuer,
        "aud": issuer,
        "jti": token.token_id,
        "iat": to_seconds(token.issued_at),
        "exp": to_seconds(token.expires_at),
        **_carried(authorised),
    }


def _carried(authorised: Authorisation) -> dict[str, Any]:
    """What most have not: `cnf` names the key that must come with it (RFC 7800 §3.1), `act` who acts (RFC 8693 §4.1),
    `authorization_details` what it is good for beyond its scope (RFC 9396 §9.2)."""
    members: dict[str, Any] = {}
    if authorised.bound_to is not None:
        members["cnf"] = {authorised.bound_to.method: authorised.bound_to.thumbprint}
    if authorised.actors:
        members["act"] = _act(authorised.actors)
    if authorised.details:
        members["authorization_details"] = list(authorised.details)
    return members


def _act(actors: tuple[str, ...]) -> dict[str, Any]:
    """Nested, the outermost first, as the chain of delegation reads (RFC 8693 §4.1)."""
    outermost, *further = actors
    return {"sub": outermost} | ({"act": _act(tuple(further))} if further else {})


def active_refresh(token: RefreshToken, granted: Authorisation, issuer: str, subject: str) -> dict[str, Any]:
    """The answer for a live refresh token of the client that asks, good for what is `granted` and counts."""
    return {
        "active": True,
        "scope": " ".join(granted.scope),
        "client_id": token.client_id,
        "sub": subject,
        "iss": issuer,
        **_carried(altered(granted, bound_to=token.bound_to)),
    }
