"""What codes, access tokens and refresh tokens say inside, before they are sealed.

They are JSON arrays in the order of the fields: short, since a code travels in a URL. Stored nowhere, but alive for up
to the life of a refresh token: never reorder; new fields go last and have defaults.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vneid_idp.kernel.clock import MINUTE, SECOND, Instant, to_seconds
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.claims import ClaimsRequest
from vneid_idp.protocol.interaction import Issue

CODE_LIFE: Instant = 60 * SECOND
ACCESS_TOKEN_LIFE: Instant = 10 * MINUTE
ID_TOKEN_LIFE: Instant = 10 * MINUTE


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code (RFC 6749 §4.1.2). `grant_id` is the grant that it may open, once."""

    grant_id: str
    client_id: str
    redirect_uri: str
    issued_at: Instant
    person_id: str
    session_id: str
    consent_id: str
    scope: tuple[str, ...]
    level: int
    acr: str
    amr: tuple[str, ...]
    auth_time: Instant
    nonce: str | None
    code_challenge: str | None
    claims: ClaimsRequest
    ward_id: str | None = None

    def to_json(self) -> list[Any]:
        """The array that is sealed."""
        return [getattr(self, name) for name in self.__dataclass_fields__]

    @classmethod
    def from_json(cls, values: list[Any]) -> "Code":
        """The code that `to_json` wrote."""
        shaped: list[Any] = [tuple(value) if isinstance(value, list) else value for value in values]
        return cls(*shaped)


def new_code(grant_id: str, request: AuthorizationRequest, scope: tuple[str, ...], step: Issue, now: Instant) -> Code:
    """The code for a request of which everything stands. `scope` is what the person agreed to."""
    return Code(
        grant_id=grant_id,
        client_id=request.client_id,
        redirect_uri=request.redirect_uri,
        issued_at=now,
        person_id=step.person.person_id,
        session_id=step.person.session_id,
        consent_id=step.consent.consent_id,
        scope=scope,
        level=step.level,
        acr=step.acr,
        amr=step.amr,
        auth_time=step.auth_time,
        nonce=request.nonce,
        code_challenge=request.code_challenge,
        claims=request.claims,
        ward_id=step.ward_id,
    )


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token for this provider's own APIs; without a `grant_id` it is the client's own (RFC 6749 §4.4)."""

    token_id: str
    client_id: str
    grant_id: str | None
    person_id: str | None
    scope: tuple[str, ...]
    issued_at: Instant
    expires_at: Instant

    def to_json(self) -> list[Any]:
        """The array that is sealed."""
        return [getattr(self, name) for name in self.__dataclass_fields__]

    @classmethod
    def from_json(cls, values: list[Any]) -> "AccessToken":
        """The token that `to_json` wrote."""
        token_id, client_id, grant_id, person_id, scope, issued_at, expires_at = values
        return cls(token_id, client_id, grant_id, person_id, tuple(scope), issued_at, expires_at)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token: which grant, and which generation of it."""

    client_id: str
    grant_id: str
    generation: int

    def to_json(self) -> list[Any]:
        """The array that is sealed."""
        return [self.client_id, self.grant_id, self.generation]

    @classmethod
    def from_json(cls, values: list[Any]) -> "RefreshToken":
        """The token that `to_json` wrote."""
        client_id, grant_id, generation = values
        return cls(client_id, grant_id, generation)


# What every ID token of ours has, and no other token that we sign.
_OF_AN_ID_TOKEN = frozenset({"iss", "sub", "aud", "exp", "iat", "auth_time"})


def is_id_token(claims: Mapping[str, Any]) -> bool:
    """Whether claims that we signed are those of an ID token: a log-out token or signed userinfo is no hint."""
    return "events" not in claims and claims.keys() >= _OF_AN_ID_TOKEN


@dataclass(frozen=True, slots=True)
class SignInFacts:
    """What an ID token says of the sign-in, in the names that its client knows."""

    subject: str
    session_id: str
    acr: str
    amr: tuple[str, ...]
    auth_time: Instant
    nonce: str | None


def id_token_claims(
    issuer: str, client_id: str, facts: SignInFacts, now: Instant, extra: dict[str, Any]
) -> dict[str, Any]:
    """The claims of an ID token (OIDC Core §2). `extra` is what the `claims` parameter asked to be put here."""
    claims: dict[str, Any] = {
        **extra,
        "iss": issuer,
        "sub": facts.subject,
        "aud": client_id,
        "exp": to_seconds(now + ID_TOKEN_LIFE),
        "iat": to_seconds(now),
        "auth_time": to_seconds(facts.auth_time),
        "acr": facts.acr,
        "amr": list(facts.amr),
        "sid": facts.session_id,
    }
    if facts.nonce is not None:
        claims["nonce"] = facts.nonce
    return claims
