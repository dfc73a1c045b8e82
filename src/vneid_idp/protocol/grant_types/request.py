"""A token request, and what a grant type can make of it (RFC 6749 §4, RFC 7523 §2.1, RFC 8693, CIBA §10)."""

from collections.abc import Callable
from dataclasses import dataclass

from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.protocol.audience import Audience
from vneid_idp.protocol.authorisation import Authorisation, Confirmation
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.details.detail_type import Details
from vneid_idp.protocol.jose import Unverified
from vneid_idp.protocol.operator_tokens import OperatorToken
from vneid_idp.protocol.params import Params
from vneid_idp.protocol.polled import PolledKind
from vneid_idp.protocol.tokens import AccessToken, RefreshToken


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What arrived: the client has authenticated, and `proof` is the key that it has proven to hold, if any."""

    client: Client
    params: Params
    proof: Confirmation | None
    now: Instant
    audience: Audience | None = None
    """For whom the token is wanted, where the request says so (RFC 8707 §2.2)."""
    issuer: str = ""
    called: tuple[str, ...] = ()
    """What else a client may call this provider in an assertion: the token endpoint, by each of its addresses."""
    signed_subject: AccessToken | None = None
    """The `subject_token`, where it is a signed token of ours whose signature was verified."""


@dataclass(frozen=True, slots=True)
class OpenGrant:
    """Open a grant for `authorisation`, once. A second time is a replay, which may end what the first one got
    (`ends_when_replayed`)."""

    grant_id: str
    authorisation: Authorisation
    nonce: str | None
    refreshable: bool
    details: Details
    """Of the details of the authorisation those that the first tokens are wanted for."""
    ends_when_replayed: bool = True
    audience: Audience | None = None
    """For whom the first token is; the grant is opened for all that was authorised."""


@dataclass(frozen=True, slots=True)
class RotateGrant:
    """Move a grant on by its refresh token; `scope` and `details` are the part of it that is wanted, as they were sent,
    `None` for all.

    `bound_to` is the key that has been proven now, to which the next tokens are bound.
    """

    token: RefreshToken
    scope: str | None
    bound_to: Confirmation | None
    details: str | None = None
    audience: Audience | None = None


@dataclass(frozen=True, slots=True)
class InOwnName:
    """Nothing is stored: the token says all there is to know."""

    authorisation: Authorisation
    audience: Audience | None = None


@dataclass(frozen=True, slots=True)
class PollRequest:
    """Ask for the answer that somebody gives elsewhere, and open its grant if it is there.

    `bound_to` is the key that has been proven with this poll, to which the tokens are bound.
    """

    kind: PolledKind
    handle: str
    bound_to: Confirmation | None
    details: str | None
    """The part of the granted details that is wanted, as it was sent, `None` for all."""
    audience: Audience | None = None


@dataclass(frozen=True, slots=True)
class DeriveToken:
    """Make another token from `subject`, for the client that asks, which acts by it where it `has_actor`.

    `scope` and `details`, as they were sent, are the part that is wanted, `None` for all that the client may have;
    `bound_to` is the key of the new token.
    """

    subject: AccessToken
    has_actor: bool
    scope: str | None
    details: str | None
    bound_to: Confirmation | None
    audience: Audience | None = None
    """For whom it is wanted, where the request says so (RFC 8693 §2.1)."""


@dataclass(frozen=True, slots=True)
class OpenAsserted:
    """Open a grant for the person whom a client names in `assertion`, under the consent that stands between the two.

    The signature is still to be verified, with `alg`, and the assertion to be used up.
    """

    assertion: Unverified
    alg: str
    jti: str
    expires_at: Instant
    named: str | OperatorToken
    """A phone number as E.164 text, or what a carrier says of the device."""
    scope: tuple[str, ...]
    purpose: str
    bound_to: Confirmation | None


TokenOutcome = OpenGrant | RotateGrant | InOwnName | PollRequest | DeriveToken | OpenAsserted
GrantType = Callable[[TokenRequest, Sealer], TokenOutcome]
"""Judges a request; the sealer opens what this provider handed out earlier. Raises `OAuthError`."""
