"""The members of client metadata, one reader each (RFC 7591 §2, OpenID Connect Dynamic Registration §2).

A reader takes the value and who registers, and returns what is kept or raises `BadMember`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from cryptography import x509

from vneid_idp.kernel.languages import mark
from vneid_idp.protocol import jose
from vneid_idp.protocol.certificate import CERTIFICATE_METHODS, BadCertificate, read_x5c
from vneid_idp.protocol.checks.profiles import PROFILES
from vneid_idp.protocol.claims import CARRIER_SCOPES, OPERATOR_SCOPES, SCOPES
from vneid_idp.protocol.details.table import DETAIL_TYPES
from vneid_idp.protocol.grant_types.table import GRANT_TYPES
from vneid_idp.protocol.purposes import read_purposes
from vneid_idp.protocol.uris import BadMember, check_server_url, check_web_url, origin, read_uri
from vneid_idp.protocol.visible_line import visible_line

AUTH_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", *CERTIFICATE_METHODS, "none")
RESPONSE_TYPES = ("code",)
SECRET_METHODS = ("client_secret_basic", "client_secret_post")
FAMILY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Registrar:
    """Who registers, and where."""

    by_operator: bool
    """The operator decides scopes, purposes, limits and exceptions; a client that registers itself does not."""
    sandbox: bool
    """Only synthetic people: http on loopback is accepted, and clients get a purpose to try things with."""


Reader = Callable[[Any, Registrar], Any]


def _text(longest: int) -> Reader:
    def read(value: Any, _: Registrar) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > longest or not value.isprintable():
            raise BadMember(mark("must be a text of at most %(most)s printable characters"), most=longest)
        return value

    return read


def _line(longest: int) -> Reader:
    def read(value: Any, _: Registrar) -> str:
        line = visible_line(value, longest) if isinstance(value, str) else None
        if line is None:
            raise BadMember(
                mark("must be one line of at most %(most)s visible characters, a letter or digit among them"),
                most=longest,
            )
        return line

    return read


def _flag(value: Any, _: Registrar) -> bool:
    if not isinstance(value, bool):
        raise BadMember(mark("must be true or false"))
    return value


def _number(value: Any, _: Registrar) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise BadMember(mark("must be a whole number, not below 0"))
    return value


def _one_of(*choices: str) -> Reader:
    def read(value: Any, _: Registrar) -> str:
        if value not in choices:
            raise BadMember(mark("must be one of: %(choices)s"), choices=", ".join(choices))
        return str(value)

    return read


def _list_of(reader: Reader, most: int = 50) -> Reader:
    def read(value: Any, registrar: Registrar) -> list[Any]:
        if not isinstance(value, list) or len(value) > most:
            raise BadMember(mark("must be an array of at most %(most)s members"), most=most)
        return list(dict.fromkeys(reader(member, registrar) for member in value))

    return read


def _page(value: Any, registrar: Registrar) -> str:
    # Shown to people as a link: never another scheme, so that none can run a script.
    check_server_url(value, sandbox=registrar.sandbox)
    return str(value)


def _https(value: Any, _: Registrar) -> str:
    check_web_url(value)
    return str(value)


def _initiate_login(value: Any, registrar: Registrar) -> str:
    # https whoever registers (OIDC Registration §2); but the sandbox's own network, which the operator registers there,
    # has no TLS.
    check_web_url(value, loopback=registrar.sandbox and registrar.by_operator)
    return str(value)


def _any_uri(value: Any, _: Registrar) -> str:
    read_uri(value)
    return str(value)


def _request_uri(value: Any, registrar: Registrar) -> str:
    # A fragment tells which content is meant (OIDC Core §6.2), the one place where a URI here may have one.
    if not isinstance(value, str):
        raise BadMember(mark("must be https URLs"))
    check_server_url(value.partition("#")[0], sandbox=registrar.sandbox)
    if not value.partition("#")[2].isascii() or len(value) > 2048:
        raise BadMember(mark("must be https URLs"))
    return value


def _jwks(value: Any, _: Registrar) -> dict[str, Any]:
    try:
        keys = jose.read_keys(value)
    except jose.BadKeys as error:
        raise BadMember(error.wording) from None
    try:
        for key in keys:
            if "x5c" in key.jwk:
                read_x5c(key.jwk["x5c"])
    except BadCertificate:
        raise BadMember(
            mark("holds a key whose x5c is no list of certificates in base64 that can be read (RFC 7517 section 4.7)")
        ) from None
    return {"keys": value["keys"]}


def _scope(value: Any, registrar: Registrar) -> str:
    if not isinstance(value, str):
        raise BadMember(mark("must be scopes separated by spaces"))
    known = (*SCOPES, *CARRIER_SCOPES, *(OPERATOR_SCOPES if registrar.by_operator else ()))
    unknown = [scope for scope in value.split() if scope not in known]
    if unknown:
        raise BadMember(mark("may hold only: %(scopes)s"), scopes=" ".join(known))
    return " ".join(dict.fromkeys(value.split()))


def _family(value: Any, _: Registrar) -> str:
    if not isinstance(value, str) or not FAMILY_ID.fullmatch(value):
        raise BadMember(mark("must be an identifier of at most 64 letters, digits, '.', '_' and '-'"))
    return value


def _versions(value: Any, _: Registrar) -> dict[str, int]:
    if not isinstance(value, dict) or not all(type(version) is int and version > 0 for version in value.values()):
        raise BadMember(mark("must be an object of version numbers"))
    return value


def _origin(value: Any, registrar: Registrar) -> str:
    check_web_url(value, loopback=registrar.sandbox)
    if value != origin(value):
        raise BadMember(mark("must be origins as browsers write them: no path, no slash at the end, in lower case"))
    return str(value)


def _distinguished_name(value: Any, _: Registrar) -> str:
    try:
        name = x509.Name.from_rfc4514_string(value if isinstance(value, str) and len(value) <= 1000 else "?")
    except ValueError:
        raise BadMember(
            mark(
                "must be a distinguished name in the form of RFC 4514, such as CN=Back end,O=Carrier,C=VN: openssl "
                "prints it with -nameopt RFC2253"
            )
        ) from None
    if not name.rdns:
        raise BadMember(mark("must name somebody: nobody has the empty distinguished name alone"))
    return str(value)


def _ip(value: Any, _: Registrar) -> str:
    try:
        return str(ip_address(value if isinstance(value, str) else ""))
    except ValueError:
        raise BadMember(mark("must be an IP address")) from None


_signing = _one_of(*jose.SIGNING_ALGORITHMS)
_key_encryption = _one_of(*jose.KEY_ENCRYPTION_ALGORITHMS)
_content_encryption = _one_of(*jose.CONTENT_ENCRYPTION_ALGORITHMS)

MEMBERS: dict[str, Reader] = {
    "application_type": _one_of("web", "native"),
    "redirect_uris": _list_of(_any_uri),
    "response_types": _list_of(_one_of(*RESPONSE_TYPES)),
    "grant_types": _list_of(_one_of(*GRANT_TYPES)),
    "scope": _scope,
    "client_name": _line(200),
    "client_uri": _page,
    "logo_uri": _page,
    "policy_uri": _page,
    "tos_uri": _page,
    "contacts": _list_of(_text(320), 10),
    "software_id": _text(200),
    "software_version": _text(200),
    "jwks": _jwks,
    "jwks_uri": _page,
    "subject_type": _one_of("pairwise", "public"),
    "sector_identifier_uri": _https,
    "token_endpoint_auth_method": _one_of(*AUTH_METHODS),
    "token_endpoint_auth_signing_alg": _signing,
    "require_token_endpoint_auth_method": _flag,
    "id_token_signed_response_alg": _signing,
    "id_token_encrypted_response_alg": _key_encryption,
    "id_token_encrypted_response_enc": _content_encryption,
    "userinfo_claims_in_id_token": _flag,
    "userinfo_signed_response_alg": _signing,
    "userinfo_encrypted_response_alg": _key_encryption,
    "userinfo_encrypted_response_enc": _content_encryption,
    "authorization_signed_response_alg": _signing,
    "authorization_encrypted_response_alg": _key_encryption,
    "authorization_encrypted_response_enc": _content_encryption,
    "request_object_signing_alg": _one_of(*jose.SIGNING_ALGORITHMS, "none"),
    "request_object_encryption_alg": _one_of(*jose.OUR_KEY_ENCRYPTION_ALGORITHMS),
    "request_object_encryption_enc": _one_of(*jose.OUR_CONTENT_ENCRYPTION_ALGORITHMS),
    "request_uris": _list_of(_request_uri, 20),
    "require_signed_request_object": _flag,
    "require_pushed_authorization_requests": _flag,
    "require_pkce_or_nonce": _flag,
    "default_max_age": _number,
    "require_auth_time": _flag,
    "default_acr_values": _list_of(_text(200), 10),
    "initiate_login_uri": _initiate_login,
    "post_logout_redirect_uris": _list_of(_any_uri),
    "allowed_cors_origins": _list_of(_origin, 20),
    "backchannel_logout_uri": _page,
    "backchannel_logout_session_required": _flag,
    "frontchannel_logout_uri": _page,
    "frontchannel_logout_session_required": _flag,
    "backchannel_token_delivery_mode": _one_of("poll", "ping"),
    "backchannel_client_notification_endpoint": _page,
    "security_event_endpoint": _page,
    "backchannel_authentication_request_signing_alg": _one_of(*jose.STRONG_ALGORITHMS),
    "backchannel_user_code_parameter": _flag,
    "dpop_bound_access_tokens": _flag,
    "tls_client_auth_subject_dn": _distinguished_name,
    "tls_client_auth_san_dns": _text(253),
    "tls_client_auth_san_uri": _any_uri,
    "tls_client_auth_san_ip": _ip,
    "tls_client_auth_san_email": _text(320),
    "tls_client_certificate_bound_access_tokens": _flag,
}
"""Every member that a client may say of itself, and its reader."""

FORMER_THRESHOLDS = "former_thresholds"
"""The age thresholds that a client named in purposes of its own before, and does not any more."""

OPERATOR_MEMBERS: dict[str, Reader] = {
    "profile": _one_of(*PROFILES),
    "authorization_details_types": _list_of(_one_of(*DETAIL_TYPES)),
    "purposes": lambda value, _: read_purposes(value),
    "account_limit": _number,
    "assertion_audience": _one_of("issuer", "endpoint"),
    "family": _family,
    "tells_unknown_users": _flag,
    "may_act": _list_of(_text(256), 50),
    "registered_by": _one_of("operator"),
    "changed_by": _one_of("operator"),
    "gone_purposes": _versions,
    FORMER_THRESHOLDS: _list_of(_text(20)),
}
"""Members that only the operator sets. The last four are written by the registration itself."""

WRITTEN_MEMBERS = ("registered_by", "changed_by", "gone_purposes", FORMER_THRESHOLDS)
"""Those four: from anybody else they are no members at all."""

FIXED_MEMBERS = (
    "client_name",
    "logo_uri",
    "redirect_uris",
    "post_logout_redirect_uris",
    "initiate_login_uri",
    "backchannel_token_delivery_mode",
    "backchannel_client_notification_endpoint",
    "security_event_endpoint",
)
"""What no update of the client's own changes once the operator has decided about it: what people go by when they agree
(who asks, as they are told it, and where `/me` leads), where the answer goes, and who hears that there is one, or what
has to be done with numbers."""
