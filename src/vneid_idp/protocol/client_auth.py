"""Client authentication: what a client presents, and whether it holds (RFC 6749 §2.3, RFC 7523, RFC 10070)."""

import binascii
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from vneid_idp.kernel.clock import HOUR, Instant
from vneid_idp.kernel.secrets import digest, same
from vneid_idp.kernel.values import altered
from vneid_idp.protocol import jose
from vneid_idp.protocol.checks.profiles import PROFILES
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidClient, InvalidRequest
from vneid_idp.protocol.grant_types.names import JWT_BEARER_GRANT
from vneid_idp.protocol.jose import BadToken, Unverified
from vneid_idp.protocol.members import SECRET_METHODS
from vneid_idp.protocol.params import Params
from vneid_idp.protocol.times import CLOCK_SKEW, read_numeric_date

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_ASSERTION: Instant = HOUR
"""How far ahead an assertion may expire: its jti has to be remembered that long (RFC 7523 §3)."""

# A token that says it is something else is something else (RFC 8725 §3.11).
_TYPES = frozenset({"jwt", "client-authentication+jwt"})
_NOBODY = digest("no client has this secret")


@dataclass(frozen=True, slots=True)
class PresentedCredentials:
    """The one way in which a request names its client, believed by nobody yet."""

    method: str
    client_id: str
    secret: str | None = None
    assertion: Unverified | None = None
    repeated: bool = False
    """The secret came by Basic and, the same one, in the form as well."""
    grants: bool = False
    """The assertion is the one that the grant type judges and uses up, and names no client as its subject."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """What remains to be done with an assertion that holds: use it up."""

    jti: str
    expires_at: Instant
    loosely_addressed: bool
    """Addressed to an endpoint or to several audiences, which only clients with that exception may do."""


def read_presented(authorization: str | None, params: Params, *, by_grant: bool = False) -> PresentedCredentials:
    """Read how a request authenticates. Raises `InvalidClient`, and `InvalidRequest` for two ways at once.

    `by_grant`: by the assertion of the grant type jwt-bearer as well. Only the token endpoint may ask for that, which
    judges it afterwards: elsewhere everything that a client ever signed would stand for the client, such as a request
    object that went through browsers.

    One secret that comes by Basic and in the form is one way, told twice: libraries that are in use do so.
    `check_method` refuses it to clients that are exact.
    """
    found: list[PresentedCredentials] = []
    if authorization is not None:
        found.append(_read_basic(authorization))
    if "client_secret" in params:
        found.append(
            PresentedCredentials("client_secret_post", params.get("client_id", ""), secret=params["client_secret"])
        )
    if "client_assertion" in params or "client_assertion_type" in params:
        found.append(_read_assertion(params))
    if not found:
        if by_grant and params.get("grant_type") == JWT_BEARER_GRANT and "assertion" in params:
            return _read_grant_assertion(params)
        if "client_id" not in params:
            # Nobody has tried to authenticate, and nobody is known to fail: a parameter is missing (RFC 6749 §3.2.1).
            raise InvalidRequest(
                "The request names no client: it must authenticate, or send client_id if it is a public one.",
                about="client_id",
            )
        return PresentedCredentials("none", params["client_id"])
    first, *others = found
    if params.get("client_id", first.client_id) != first.client_id:
        raise InvalidRequest("client_id is not the client that authenticates.")
    if not others:
        return first
    if first.secret is None or [each.secret for each in others] != [first.secret]:
        ways = " and ".join(each.method if each.method != "none" else "Basic without a secret" for each in found)
        unlike = ", with two secrets" if all(each.secret is not None for each in found) else ""
        raise InvalidRequest(
            f"The client authenticates by {ways} at once{unlike} (RFC 6749 §2.3).", about="client_secret"
        )
    return altered(first, repeated=True)


def _read_basic(authorization: str) -> PresentedCredentials:
    """RFC 6749 §2.3.1: both halves are form-encoded before they are joined, else a colon would be ambiguous.

    An empty secret is none, as in the form: a public client names itself so.
    """
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient("The Authorization header must use the scheme Basic.")
    try:
        client_id, colon, secret = binascii.a2b_base64(encoded.strip(), strict_mode=True).decode("utf-8").partition(":")
        if not colon:
            raise InvalidClient("The Authorization header does not hold client_id:client_secret.")
        if not secret:
            return PresentedCredentials("none", _form_decoded(client_id))
        return PresentedCredentials("client_secret_basic", _form_decoded(client_id), secret=_form_decoded(secret))
    except ValueError:  # not base64, not ASCII, not UTF-8
        raise InvalidClient("The Authorization header cannot be read.") from None


def _form_decoded(text: str) -> str:
    return unquote_plus(text, errors="strict")


def _read_assertion(params: Params) -> PresentedCredentials:
    if params.get("client_assertion_type") != JWT_BEARER:
        raise InvalidClient(f"client_assertion_type must be {JWT_BEARER}.")
    if "client_assertion" not in params:
        raise InvalidClient("client_assertion is missing.")
    try:
        assertion = jose.read_unverified(params["client_assertion"])
    except BadToken as error:
        raise InvalidClient(f"client_assertion {error}.") from None
    sub = assertion.claims.get("sub")
    if not isinstance(sub, str):
        raise InvalidClient("client_assertion has no sub.")
    return PresentedCredentials("private_key_jwt", sub, assertion=assertion)


def _read_grant_assertion(params: Params) -> PresentedCredentials:
    """Whoever signs an assertion of the grant type jwt-bearer has authenticated by it, unless by something else (RFC
    7521 §4.1; CAMARA Security and Interoperability Profile, JWT Bearer Flow)."""
    try:
        assertion = jose.read_unverified(params["assertion"])
    except BadToken as error:
        raise InvalidClient(f"assertion {error}.") from None
    issuer = assertion.claims.get("iss")
    if not isinstance(issuer, str) or params.get("client_id", issuer) != issuer:
        raise InvalidClient("assertion must have the client_id as iss.")
    return PresentedCredentials("private_key_jwt", issuer, assertion=assertion, grants=True)


def check_method(client: Client, presented: PresentedCredentials) -> None:
    """The client uses the method that it registered. Raises `InvalidClient`, or `InvalidRequest` for two at once.

    A secret may come by Basic or in the form, or both, whichever of them is registered: it is the same secret over the
    same connection, and libraries have defaults of their own. Who wants the registered one alone says so in the
    registration, or has a profile that does.
    """
    registered = client.token_endpoint_auth_method
    is_exact = client.require_token_endpoint_auth_method or PROFILES[client.profile].exact_auth_method
    if presented.repeated and is_exact:
        raise InvalidRequest(
            "The client authenticates by client_secret_basic and client_secret_post at once; it registered that it "
            f"uses {registered} alone.",
            about="client_secret",
        )
    if presented.method == registered:
        return
    if not is_exact and presented.method in SECRET_METHODS and registered in SECRET_METHODS:
        return
    sent = "names its client alone" if presented.method == "none" else f"authenticates by {presented.method}"
    raise InvalidClient(f"The request {sent}; this client is registered for {registered}.")


def is_secret_right(client: Client | None, secret: str, now: Instant) -> bool:
    """Compare digests in constant time, with both secrets of a rotation while the older is still good.

    For an unknown client too, so that time does not tell that it is unknown.
    """
    presented = digest(secret)
    current, previous = (None, None) if client is None else (client.secret_digest, _previous(client, now))
    is_current = same(presented, current or _NOBODY) and current is not None
    is_previous = same(presented, previous or _NOBODY) and previous is not None
    return is_current or is_previous


def _previous(client: Client, now: Instant) -> str | None:
    until = client.previous_secret_until
    return client.previous_secret_digest if until is not None and now < until else None


def algorithm_for(client: Client, assertion: Unverified) -> str:
    """The one algorithm with which the assertion may be signed: the registered one, or any of the client's profile.

    Never a MAC: a public key would serve as its secret (RFC 8725 §2.1). Raises `InvalidClient`.
    """
    registered = client.token_endpoint_auth_signing_alg
    allowed = PROFILES[client.profile].signing_algorithms if registered is None else (registered,)
    alg = str(assertion.header["alg"])
    if alg not in allowed:
        raise InvalidClient(f"client_assertion must be signed with {' or '.join(allowed)}.")
    return alg


def check_assertion(
    client: Client, assertion: Unverified, issuer: str, endpoints: Collection[str], now: Instant
) -> Assertion:
    """The claims of an assertion whose signature holds (RFC 7523 §3). Raises `InvalidClient`.

    The audience is the issuer, as one string (RFC 10070): an assertion made for an attacker's server that names our
    endpoint among its audiences would otherwise log the attacker in here.
    """
    typ, claims = assertion.header.get("typ", "JWT"), assertion.claims
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") not in _TYPES:
        raise InvalidClient("client_assertion has a typ of another kind of token.")
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        raise InvalidClient("client_assertion must have the client_id as iss and as sub.")
    audience = claims.get("aud")
    loosely = audience != issuer
    if loosely:
        audiences = audience if isinstance(audience, list) else [audience]
        known = (issuer, *endpoints)
        is_exact = client.assertion_audience != "endpoint" or PROFILES[client.profile].issuer_audience
        if is_exact or not any(one in known for one in audiences):
            raise InvalidClient("client_assertion must have the issuer as its only aud, as a string (RFC 10070).")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= 1024:
        raise InvalidClient("client_assertion has no jti.", about="jti")
    return Assertion(jti, _check_times(claims, now), loosely)


def _check_times(claims: dict[str, Any], now: Instant) -> Instant:
    expires_at = read_numeric_date(claims, "exp", "client_assertion", InvalidClient)
    if expires_at is None:
        raise InvalidClient("client_assertion has no exp.")
    if expires_at <= now - CLOCK_SKEW:
        raise InvalidClient("client_assertion has expired.")
    if expires_at > now + LONGEST_ASSERTION + CLOCK_SKEW:
        raise InvalidClient("client_assertion expires more than an hour ahead.")
    for name in ("iat", "nbf"):
        moment = read_numeric_date(claims, name, "client_assertion", InvalidClient)
        if moment is not None and moment > now + CLOCK_SKEW:
            raise InvalidClient(f"client_assertion has an {name} in the future; compare the clocks.")
    return expires_at
