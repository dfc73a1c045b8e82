"""What codes, access tokens and refresh tokens say inside, before they are sealed.

They are JSON arrays in the order of the fields: short, since a code travels in a URL. Stored nowhere, but alive for up
to the life of a refresh token: never reorder; new fields go last and have defaults.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from vneid_idp.kernel.clock import MINUTE, SECOND, Instant, to_seconds
from vneid_idp.kernel.sealing import NotSealedHere, Sealer, SealPurpose
from vneid_idp.kernel.values import altered
from vneid_idp.protocol.authorisation import (
    Authorisation,
    Confirmation,
    confirmation_from_json,
    confirmation_to_json,
)
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.details.detail_type import Details
from vneid_idp.protocol.details.granting import still_granted
from vneid_idp.protocol.sender_constraint import must_be_bound

T = TypeVar("T")

CODE_LIFE: Instant = 60 * SECOND
ACCESS_TOKEN_LIFE: Instant = 10 * MINUTE
ID_TOKEN_LIFE: Instant = 10 * MINUTE


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code (RFC 6749 §4.1.2). `grant_id` is the grant that it may open, once."""

    grant_id: str
    redirect_uri: str
    issued_at: Instant
    nonce: str | None
    code_challenge: str | None
    authorisation: Authorisation

    def to_json(self) -> list[Any]:
        """The array that is sealed."""
        own = [self.grant_id, self.redirect_uri, self.issued_at, self.nonce, self.code_challenge]
        return [*own, self.authorisation.to_json()]

    @classmethod
    def from_json(cls, values: list[Any]) -> "Code":
        """The code that `to_json` wrote."""
        grant_id, redirect_uri, issued_at, nonce, code_challenge, authorisation = values
        return cls(grant_id, redirect_uri, issued_at, nonce, code_challenge, Authorisation.from_json(authorisation))


def new_code(grant_id: str, request: AuthorizationRequest, authorisation: Authorisation, now: Instant) -> Code:
    """The code for a request of which everything stands."""
    if request.dpop_jkt is not None:
        authorisation = altered(authorisation, bound_to=Confirmation("jkt", request.dpop_jkt))
    assert request.redirect_uri is not None
    return Code(grant_id, request.redirect_uri, now, request.nonce, request.code_challenge, authorisation)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token for this provider's own APIs.

    What it allows stands in its grant, of which `scope` and `details` may be a part; but for details that are an act:
    these are good with the tokens of the code, and no grant keeps them. A client's own token (RFC 6749 §4.4) has no
    grant and carries what it allows in `own`.
    """

    token_id: str
    client_id: str
    grant_id: str | None
    scope: tuple[str, ...]
    issued_at: Instant
    expires_at: Instant
    bound_to: Confirmation | None = None
    own: Authorisation | None = None
    above: int = 0
    """How many grants stand above its own."""
    registered_at: Instant = 0
    """When the client of an `own` token was registered, which no grant says; 0 in tokens of an earlier version."""
    details: Details = ()
    audience: tuple[str, ...] = ()
    """The resources that it is for (`Target.resource`); without any it is for all of our own APIs."""

    @property
    def is_signed(self) -> bool:
        """Whether it is for a foreign resource server, which reads it by itself."""
        return any(not resource.startswith("/") for resource in self.audience)

    def is_for(self, resource: str | None) -> bool:
        """Whether it is for the one of our own APIs at this path (RFC 9068 §4)."""
        return not self.audience or resource in self.audience

    def is_of(self, client: Client) -> bool:
        """Whether it was issued to this client, and not to one that was deleted and had the same id, and is bound to a
        key if those of the client have to be by now."""
        return (
            self.client_id == client.client_id
            and self.registered_at in (0, client.issued_at)
            and (self.bound_to is not None or not must_be_bound(client))
        )

    def authorised(self, granted: Authorisation) -> Authorisation:
        """What this token allows of what its grant does."""
        scope = tuple(name for name in self.scope if name in granted.scope)
        return altered(
            granted, scope=scope, details=still_granted(granted.details, self.details), bound_to=self.bound_to
        )

    def to_json(self) -> list[Any]:
        """The array that is sealed."""
        values = [self.token_id, self.client_id, self.grant_id, self.scope, self.issued_at, self.expires_at]
        own = None if self.own is None else self.own.to_json()
        later = [self.above, self.registered_at, self.details, self.audience]
        return [*values, confirmation_to_json(self.bound_to), own, *later]

    @classmethod
    def from_json(cls, values: list[Any]) -> "AccessToken":
        """The token that `to_json` wrote."""
        token_id, client_id, grant_id, scope, issued_at, expires_at, bound_to, own, *later = values
        above, registered_at, details, audience = [*later, *_LATER[len(later) :]]
        key = confirmation_from_json(bound_to)
        authorisation = None if own is None else Authorisation.from_json(own)
        return cls(
            token_id,
            client_id,
            grant_id,
            tuple(scope),
            issued_at,
            expires_at,
            key,
            authorisation,
            above,
            registered_at,
            tuple(details),
            tuple(audience),
        )


_LATER: tuple[Any, ...] = (0, 0, (), ())
"""What the fields after `own` mean in tokens of earlier versions."""


def new_access_token(
    token_id: str,
    authorisation: Authorisation,
    grant_id: str | None,
    now: Instant,
    *,
    life: Instant = ACCESS_TOKEN_LIFE,
    registered_at: Instant = 0,
    until: Instant | None = None,
) -> AccessToken:
    """The token for an authorisation whose targets are its own (`audience.meant_for`), good `until` then at the latest;
    without a grant it carries the authorisation itself, and says when its client was registered."""
    foreign = [target for target in authorisation.targets if not target.is_own]
    expires_at = now + life
    return AccessToken(
        token_id=token_id,
        client_id=authorisation.client_id,
        grant_id=grant_id,
        scope=foreign[0].scope if foreign else authorisation.scope,
        issued_at=now,
        expires_at=expires_at if until is None else min(expires_at, until),
        bound_to=authorisation.bound_to,
        own=authorisation if grant_id is None else None,
        above=authorisation.above,
        registered_at=registered_at if grant_id is None else 0,
        details=authorisation.details if grant_id is not None else (),
        audience=tuple(target.resource for target in authorisation.targets),
    )


def token_type(bound_to: Confirmation | None) -> str:
    """How a token is presented (RFC 6749 §7.1): a certificate shows itself, a DPoP key needs its own scheme."""
    return "DPoP" if bound_to is not None and bound_to.method == "jkt" else "Bearer"


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token: which grant, which generation of it, and the key that must be shown with it, if any."""

    client_id: str
    grant_id: str
    generation: int
    bound_to: Confirmation | None = None
    above: int = 0
    """How many grants stand above it."""
    issued_at: Instant = 0
    registration: int = 0
    """The version of its client's registration when it was issued."""

    def to_json(self) -> list[Any]:
        """The array that is sealed."""
        values = [self.client_id, self.grant_id, self.generation, confirmation_to_json(self.bound_to), self.above]
        return [*values, self.issued_at, self.registration]

    @classmethod
    def from_json(cls, values: list[Any]) -> "RefreshToken":
        """The token that `to_json` of this or an earlier version wrote: the first had three values."""
        client_id, grant_id, generation, *later = values
        bound_to = confirmation_from_json(later[0]) if later else None
        return cls(client_id, grant_id, generation, bound_to, *later[1:])


# What every ID token of ours has, and no other token that we sign.
_OF_AN_ID_TOKEN = frozenset({"iss", "sub", "aud", "exp", "iat", "auth_time"})


def is_id_token(claims: Mapping[str, Any]) -> bool:
    """Whether claims that we signed are those of an ID token: a log-out token or signed userinfo is no hint."""
    return "events" not in claims and claims.keys() >= _OF_AN_ID_TOKEN


def open_code(sealer: Sealer, text: str) -> Code | None:
    """The code behind `text`. Sealing binds the purpose, so what is sealed opens as what it is, or not at all."""
    return _opened(sealer, SealPurpose.CODE, Code.from_json, text)


def seal_access_token(sealer: Sealer, token: AccessToken) -> str:
    """What its client gets of a token, or a foreign resource server as the `jti` of one."""
    return sealer.seal_json(_purpose(token), token.to_json())


def _purpose(token: AccessToken) -> SealPurpose:
    if token.is_signed:
        return SealPurpose.SIGNED_TOKEN
    return SealPurpose.NARROW_TOKEN if token.audience else SealPurpose.ACCESS_TOKEN


def open_access_token(sealer: Sealer, text: str) -> AccessToken | None:
    """The access token for our own APIs behind `text`, expired or not; `None` for anything else."""
    for purpose in (SealPurpose.ACCESS_TOKEN, SealPurpose.NARROW_TOKEN):
        if (token := _opened(sealer, purpose, AccessToken.from_json, text)) is not None:
            return token
    return None


def open_signed_token(sealer: Sealer, jti: str) -> AccessToken | None:
    """The access token for a foreign resource server behind its `jti`; `None` for anything else."""
    return _opened(sealer, SealPurpose.SIGNED_TOKEN, AccessToken.from_json, jti)


def open_refresh_token(sealer: Sealer, text: str) -> RefreshToken | None:
    """The refresh token behind `text`, whether or not its grant stands; `None` for anything else."""
    return _opened(sealer, SealPurpose.REFRESH_TOKEN, RefreshToken.from_json, text)


def _opened(sealer: Sealer, purpose: SealPurpose, read: Callable[[list[Any]], T], text: str) -> T | None:
    try:
        return read(sealer.open_json(purpose, text))
    except NotSealedHere:
        return None


@dataclass(frozen=True, slots=True)
class SignInFacts:
    """What an ID token says of the sign-in, in the names that its client knows."""

    subject: str
    session_id: str | None
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
    }
    if facts.acr:
        claims |= {"acr": facts.acr, "amr": list(facts.amr)}
    if facts.session_id is not None:
        claims["sid"] = facts.session_id
    if facts.nonce is not None:
        claims["nonce"] = facts.nonce
    return claims
