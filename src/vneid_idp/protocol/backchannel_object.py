"""The signed authentication request of CIBA (Core §7.1.1), and what a client signs to name a person."""

from collections.abc import Mapping
from typing import Any

from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.checks.profiles import PROFILES
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import ExpiredLoginHintToken, InvalidRequest, InvalidRequestObject
from vneid_idp.protocol.hints import phone_of
from vneid_idp.protocol.jose import Unverified
from vneid_idp.protocol.times import CLOCK_SKEW, read_numeric_date

_REQUIRED = ("aud", "iss", "exp", "iat", "nbf", "jti")


def algorithm_for(client: Client, signed: Unverified) -> str:
    """The algorithm to verify it with. Raises `InvalidRequestObject`."""
    registered = client.backchannel_authentication_request_signing_alg
    allowed = PROFILES[client.profile].signing_algorithms if registered is None else (registered,)
    if signed.header["alg"] not in allowed:
        raise InvalidRequestObject(f"The request object must be signed with {' or '.join(allowed)}.")
    return str(signed.header["alg"])


def check_complete(signed: Unverified) -> tuple[str, Instant]:
    """All that says for whom, by whom and for how long it is good is there; its `jti`, with which it counts once, and
    when it expires. Raises `InvalidRequestObject`. What the claims have to say: `request_object.check_claims`."""
    missing = [name for name in _REQUIRED if signed.claims.get(name) is None]
    if missing:
        raise InvalidRequestObject(f"The request object has no {' and no '.join(missing)} (CIBA Core §7.1.1).")
    jti, exp = signed.claims["jti"], read_numeric_date(signed.claims, "exp", "The request object", InvalidRequestObject)
    if not isinstance(jti, str) or not 0 < len(jti) <= 1024 or exp is None:
        raise InvalidRequestObject("The request object has a jti that is no text of at most 1024 characters.")
    return jti, exp


def phone_named(client: Client, token: Mapping[str, Any], issuer: str, now: Instant) -> str | None:
    """The number in a verified `login_hint_token`: a JWT of the client for us, with `sub_id` (RFC 9493 §3.2.7) of the
    format `phone_number`; nothing where that is no number. Raises `InvalidRequest` and `ExpiredLoginHintToken`."""
    audience = token.get("aud")
    addressed = issuer in (audience if isinstance(audience, list) else [audience])
    exp = read_numeric_date(token, "exp", "login_hint_token", InvalidRequest)
    named = token.get("sub_id")
    if token.get("iss") != client.client_id or not addressed or exp is None or not isinstance(named, dict):
        raise InvalidRequest("login_hint_token must have iss, aud, exp and sub_id.", about="login_hint_token")
    if exp <= now - CLOCK_SKEW:
        raise ExpiredLoginHintToken("login_hint_token has expired.")
    if named.get("format") != "phone_number":
        raise InvalidRequest("sub_id of login_hint_token must have the format phone_number.", about="login_hint_token")
    return phone_of(f"tel:{named.get('phone_number')}")
