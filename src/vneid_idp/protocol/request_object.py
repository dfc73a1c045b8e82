"""Request objects: authorization requests inside a JWT (OpenID Connect Core §6, RFC 9101)."""

from collections.abc import Mapping
from typing import Any

import orjson

from vneid_idp.kernel.clock import HOUR, Instant
from vneid_idp.protocol import jose
from vneid_idp.protocol.checks.profiles import PROFILES
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidRequest, InvalidRequestObject, InvalidRequestUri
from vneid_idp.protocol.jose import BadToken, Unverified
from vneid_idp.protocol.params import Params
from vneid_idp.protocol.times import CLOCK_SKEW, read_numeric_date

_TYPES = frozenset({"jwt", "oauth-authz-req+jwt"})
_OF_THE_TOKEN = frozenset({"iss", "aud", "sub", "exp", "nbf", "iat", "jti"})
_LONGEST_GOOD: Instant = HOUR
_MUST_MATCH = ("client_id", "response_type")


def fetched_from(client: Client, request_uri: str) -> str:
    """The address that is called for a registered request URI; of others strangers would choose what we call.

    The fragment tells a cache that the content is another one by now (OIDC Core §6.2), and nothing is cached here: so
    it is no part of what is compared. Raises `InvalidRequestUri`.
    """
    address = request_uri.partition("#")[0]
    if address not in {registered.partition("#")[0] for registered in client.request_uris}:
        raise InvalidRequestUri(
            "request_uri is not one of the request_uris that this client registered (exact match, up to the fragment)."
        )
    return address


def read_request_object(text: str) -> Unverified:
    """Read a request object that is not encrypted (any more). Raises `InvalidRequestObject`."""
    try:
        return jose.read_unverified(text)
    except BadToken as error:
        raise InvalidRequestObject(f"The request object {error}.") from None


def algorithm_for(client: Client, request_object: Unverified) -> str | None:
    """The algorithm to verify with; `None` for an unsigned object, which says no more than the same query would.

    It is for clients that registered just that, or no algorithm (OIDC Registration §2: then any counts), and did not
    promise to sign. Raises `InvalidRequestObject` for every other one.
    """
    registered, rules = client.request_object_signing_alg, PROFILES[client.profile]
    alg = str(request_object.header["alg"])
    is_unsigned = alg == "none" and rules.unsigned_objects
    if is_unsigned and registered in (None, "none") and not client.require_signed_request_object:
        if not request_object.text.endswith("."):
            raise InvalidRequestObject("The request object is unsigned and has a signature.")
        return None
    allowed = rules.signing_algorithms if registered is None else (registered,)
    if alg == "none" or alg not in allowed:
        raise InvalidRequestObject(f"The request object must be signed with {' or '.join(allowed)}.")
    return alg


def check_claims(client: Client, request_object: Unverified, issuer: str, now: Instant) -> None:
    """What the object says of itself: for whom, by whom, and when (RFC 9101 §4, §6.3). `InvalidRequestObject`."""
    typ, claims = request_object.header.get("typ", "JWT"), request_object.claims
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") not in _TYPES:
        raise InvalidRequestObject("The request object has a typ of another kind of token.")
    if claims.get("iss", client.client_id) != client.client_id:
        raise InvalidRequestObject("The request object has an iss that is not the client_id.")
    audience = claims.get("aud", issuer)
    if issuer not in (audience if isinstance(audience, list) else [audience]):
        raise InvalidRequestObject("The request object has an aud that is not the issuer.")
    if claims.get("sub") == client.client_id:
        # That is what a client assertion looks like (RFC 9101 §10.8).
        raise InvalidRequestObject("The request object must not have the client_id as its sub.")
    if "request" in claims or "request_uri" in claims:
        raise InvalidRequestObject("The request object must not hold another one.")
    exp, nbf, iat = (
        read_numeric_date(claims, name, "The request object", InvalidRequestObject) for name in ("exp", "nbf", "iat")
    )
    if PROFILES[client.profile].dated_objects:
        _check_dated(claims, exp, nbf, now)
    if exp is not None and exp <= now - CLOCK_SKEW:
        raise InvalidRequestObject("The request object has expired.")
    if any(moment is not None and moment > now + CLOCK_SKEW for moment in (nbf, iat)):
        raise InvalidRequestObject("The request object is from the future; compare the clocks.")


def _check_dated(claims: Mapping[str, Any], exp: Instant | None, nbf: Instant | None, now: Instant) -> None:
    """For whom and how long it is good: an old one is worth nothing (FAPI 2.0 Message Signing §5.3.1)."""
    if "aud" not in claims or exp is None or nbf is None:
        raise InvalidRequestObject("The request object must have an aud, an exp and an nbf (FAPI 2.0).")
    if exp - nbf > _LONGEST_GOOD or nbf < now - _LONGEST_GOOD:
        raise InvalidRequestObject("The request object is good for more than an hour, or an hour old (FAPI 2.0).")


def answered_in(outside: Params, request_object: Unverified | None) -> Params:
    """What an error about the object goes by: the parameters outside it, and `response_mode` also from inside.

    That says only in which form the answer travels to an address that was proven without it, and the client waits for
    no other form.
    """
    inside = None if request_object is None else request_object.claims.get("response_mode")
    return {"response_mode": inside, **outside} if isinstance(inside, str) else outside


def merge(client: Client, outside: Params, inside: Mapping[str, Any]) -> Params:
    """The parameters of the request: what stands inside wins (OIDC Core §6.1), and must agree on whose it is.

    Of a client that always signs, nothing outside counts (RFC 9101 §6.3). Raises `InvalidRequest` and
    `InvalidRequestObject`.
    """
    found = {name: _text(name, value) for name, value in inside.items() if name not in _OF_THE_TOKEN}
    found = {name: value for name, value in found.items() if value}
    for name in _MUST_MATCH:
        if name in found and outside.get(name, found[name]) != found[name]:
            raise InvalidRequest(f"{name} is not the same inside and outside the request object.")
    if found.get("client_id", client.client_id) != client.client_id:
        raise InvalidRequestObject("The request object belongs to another client.")
    kept = {} if client.require_signed_request_object else outside
    merged = {**kept, **found, "client_id": client.client_id}
    return {name: value for name, value in merged.items() if name not in ("request", "request_uri")}


def _text(name: str, value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            raise InvalidRequestObject("The request object holds a parameter that is true or false.")
        case int():
            return str(value)
        case list() if name == "resource":  # several of them are a list of texts (RFC 8707 §2)
            return " ".join(map(str, value))
        case dict() | list():
            return orjson.dumps(value).decode()
        case _:
            raise InvalidRequestObject("The request object holds a parameter that is not a text.")
