"""A client names a person by their phone number (RFC 7523 §2.1), as the operators' API callers do (CAMARA Security and
Interoperability Profile, JWT Bearer Flow).

It asserts the number, or shows what the carrier of the device says of it, and asks for a purpose. Whether it gets
anything is the person's to say, who must have agreed to that before, at a page: see `provider/asserting.py`.
"""

import re
from typing import Any

from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.protocol import jose
from vneid_idp.protocol.camara import CAMARA_PERMISSIONS
from vneid_idp.protocol.certificate import CERTIFICATE_METHODS
from vneid_idp.protocol.checks.profiles import PROFILES
from vneid_idp.protocol.claims import SCOPE_CLAIMS
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidGrant, InvalidRequest, InvalidScope, InvalidTarget, UnauthorizedClient
from vneid_idp.protocol.grant_types.request import OpenAsserted, TokenRequest
from vneid_idp.protocol.jose import BadToken, Unverified
from vneid_idp.protocol.operator_tokens import OPERATOR_TOKEN, OperatorToken, open_operator_token
from vneid_idp.protocol.times import CLOCK_SKEW, read_numeric_date

LONGEST_LIFE: Instant = 5 * MINUTE
"""How long after it was made an assertion is good at most."""

PURPOSE = "dpv:"
"""What begins the one value of the scope that names the purpose."""

_TYPES = frozenset({"jwt", "authorization-grant+jwt"})  # what says that it is something else is that (RFC 8725 §3.11)
_SUBJECT = re.compile(r"tel:(\+[1-9][0-9]{4,14})", re.ASCII)
_SCOPES = ("openid", *SCOPE_CLAIMS, *CAMARA_PERMISSIONS)
"""What can be asked so: what is told of a person. What permits an act takes a page at which it is asked."""


def assert_subject(request: TokenRequest, sealer: Sealer) -> OpenAsserted:
    """Read an assertion, and require that all that it says holds; its signature is verified afterwards.

    Raises `InvalidGrant`, `InvalidScope` and `UnauthorizedClient`, and nothing that depends on the person.
    """
    client, params = request.client, request.params
    if client.is_public:
        raise UnauthorizedClient("A public client has no key to sign an assertion with.")
    if "scope" in params:
        raise InvalidRequest("With this grant type the scope is a claim of the assertion, and no parameter.")
    if request.audience is not None:
        raise InvalidTarget("What is asserted here is for the APIs of this provider: leave resource out.")
    if "assertion" not in params:
        raise InvalidRequest("assertion is missing.")
    try:
        assertion = jose.read_unverified(params["assertion"])
    except BadToken as error:
        raise InvalidGrant(f"assertion {error}.", about="assertion") from None
    alg = _algorithm(client, assertion)
    claims = assertion.claims
    if claims.get("iss") != client.client_id:
        raise _refused("must have the client_id as iss")
    _check_audience(claims.get("aud"), request)
    expires_at = _check_times(claims, request.now)
    jti, sub = claims.get("jti"), claims.get("sub")
    if not isinstance(jti, str) or not 0 < len(jti) <= 1024:
        raise _refused("has no jti")
    named = _named(sub, sealer) if isinstance(sub, str) else None
    if named is None:
        raise _refused("must have as sub a phone number, as in tel:+84951234567, or an operator token of a carrier")
    scope, purpose = _scope(client, claims.get("scope"))
    return OpenAsserted(assertion, alg, jti, expires_at, named, scope, purpose, request.proof)


def _named(subject: str, sealer: Sealer) -> str | OperatorToken | None:
    if subject.startswith(OPERATOR_TOKEN):
        return open_operator_token(sealer, subject.removeprefix(OPERATOR_TOKEN))
    number = _SUBJECT.fullmatch(subject)
    return None if number is None else number[1]


def _refused(what: str) -> InvalidGrant:
    return InvalidGrant(f"assertion {what}.", about="assertion")


def _check_audience(audience: object, request: TokenRequest) -> None:
    """One string that means this provider: the issuer, as in a client assertion of this profile (`issuer_audience`),
    where the client authenticates by the assertion; beside a client assertion, or a certificate, the token endpoint,
    too (RFC 7523 §3)."""
    if audience == request.issuer:
        return
    by_certificate = request.client.token_endpoint_auth_method in CERTIFICATE_METHODS
    if "client_assertion" not in request.params and not by_certificate:
        raise _refused("authenticates the client, and so must have the issuer as its only aud, as a string")
    if audience not in request.called:
        raise _refused("must have the issuer, or the token endpoint, as its only aud, as a string")


def _algorithm(client: Client, assertion: Unverified) -> str:
    typ, alg = assertion.header.get("typ", "JWT"), str(assertion.header["alg"])
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") not in _TYPES:
        raise _refused("has a typ of another kind of token")
    registered = client.token_endpoint_auth_signing_alg
    allowed = PROFILES[client.profile].signing_algorithms if registered is None else (registered,)
    if alg not in allowed:
        raise _refused(f"must be signed with {' or '.join(allowed)}")
    return alg


def _check_times(claims: dict[str, Any], now: Instant) -> Instant:
    expires_at = read_numeric_date(claims, "exp", "assertion", InvalidGrant)
    issued_at = read_numeric_date(claims, "iat", "assertion", InvalidGrant)
    not_before = read_numeric_date(claims, "nbf", "assertion", InvalidGrant)
    if expires_at is None or issued_at is None:
        raise _refused("has no exp, or no iat")
    if expires_at <= now - CLOCK_SKEW:
        raise _refused("has expired")
    if max(issued_at, not_before or 0) > now + CLOCK_SKEW:
        raise _refused("has an iat or nbf in the future; compare the clocks")
    if expires_at > min(issued_at + LONGEST_LIFE, now + LONGEST_LIFE + CLOCK_SKEW):
        raise _refused("is good for more than five minutes")
    return expires_at


def _scope(client: Client, text: object) -> tuple[tuple[str, ...], str]:
    """What is asked, and for which registered purpose. Raises `InvalidScope`."""
    names = tuple(dict.fromkeys(text.split())) if isinstance(text, str) else ()
    purposes = [name.removeprefix(PURPOSE) for name in names if name.startswith(PURPOSE)]
    known = {purpose.id for purpose in client.purposes}
    if len(purposes) != 1 or purposes[0] not in known:
        raise InvalidScope(
            f"The scope of the assertion needs one purpose: {PURPOSE} and the id of one that is registered.",
            about="assertion",
        )
    scope = tuple(name for name in names if not name.startswith(PURPOSE))
    if not scope or not set(scope) <= set(client.scope).intersection(_SCOPES):
        raise InvalidScope(
            "The scope of the assertion needs what is to be told of the person, and the client is registered for.",
            about="assertion",
        )
    return scope, purposes[0]
