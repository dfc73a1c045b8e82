"""Token introspection (RFC 7662): what a client may learn of a token."""

from typing import Any

from vneid_idp.kernel.clock import Instant, to_seconds
from vneid_idp.kernel.values import altered
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.tokens import AccessToken, RefreshToken, token_type

INACTIVE: dict[str, Any] = {"active": False}
"""All that is said of a token that is expired, revoked, unknown, or another client's (RFC 7662 §2.2)."""


def active(
    token: AccessToken,
    authorised: Authorisation,
    issuer: str,
    subject: str | None,
    now: Instant,
    audience: str | list[str] | None = None,
) -> dict[str, Any]:
    """The answer for a live access token, good for what is `authorised` of it; `subject` is the person as whoever the
    token is for knows it, or the client that it acts for. Without an `audience` it is for all of our own APIs."""
    if now >= token.expires_at or not authorised.scope:
        return INACTIVE
    return {
        "active": True,
        "token_type": token_type(authorised.bound_to),
        "scope": " ".join(authorised.scope),
        "client_id": token.client_id,
        "sub": subject or token.client_id,
        "iss": issuer,
        "aud": audience or issuer,
        "jti": token.token_id,
        "iat": to_seconds(token.issued_at),
        "exp": to_seconds(token.expires_at),
        **carried(authorised),
    }


def carried(authorised: Authorisation) -> dict[str, Any]:
    """What most have not: `cnf` names the key that must come with it (RFC 7800 §3.1), `act` who acts (RFC 8693 §4.1),
    `authorization_details` what it is good for beyond its scope (RFC 9396 §9.2); `acr` and `auth_time` how and when the
    person signed in, where they let that be told (RFC 9470 §6.2)."""
    members: dict[str, Any] = {}
    if authorised.acr:
        members |= {"acr": authorised.acr, "auth_time": to_seconds(authorised.auth_time)}
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
        **carried(altered(granted, bound_to=token.bound_to)),
    }
