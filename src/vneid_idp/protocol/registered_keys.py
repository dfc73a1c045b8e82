"""What a registration says of keys, algorithms and proofs, and whether its profile lets it (RFC 7591 §2)."""

from collections.abc import Mapping
from typing import Any

from vneid_idp.kernel.languages import mark
from vneid_idp.protocol.checks.profiles import PROFILES
from vneid_idp.protocol.client import SUBJECT_MEMBERS, ClientProfile
from vneid_idp.protocol.details.table import DETAIL_TYPES
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.protocol.grant_types.names import JWT_BEARER_GRANT, TOKEN_EXCHANGE
from vneid_idp.protocol.members import Registrar
from vneid_idp.protocol.profiled import grant_types_of_profile, scopes_of_profile

_SIGNED_WITH = (
    "token_endpoint_auth_signing_alg",
    "request_object_signing_alg",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "authorization_signed_response_alg",
)
ENCRYPTED = ("id_token", "userinfo", "authorization")
"""What may be encrypted to a client, by the first word of the members that say so."""


def check_keys(found: dict[str, Any], _: Registrar, __: Mapping[str, Any]) -> None:
    """Whoever signs, or is encrypted to, registers keys, in one of two ways."""
    if "jwks" in found and "jwks_uri" in found:
        raise InvalidClientMetadata(
            mark("jwks and jwks_uri exclude each other (RFC 7591 section 2)"), member="jwks_uri"
        )
    method = found["token_endpoint_auth_method"]
    if "jwks" in found and method == "self_signed_tls_client_auth":
        _check_certificate(found["jwks"]["keys"])
    if "jwks" in found or "jwks_uri" in found:
        return
    if method in ("private_key_jwt", "self_signed_tls_client_auth"):
        raise InvalidClientMetadata(
            mark("%(method)s needs jwks or jwks_uri"), member="token_endpoint_auth_method", method=method
        )
    if found.get("request_object_signing_alg", "none") != "none":
        raise InvalidClientMetadata(mark("needs jwks or jwks_uri"), member="request_object_signing_alg")
    if found.get("require_signed_request_object"):
        raise InvalidClientMetadata(mark("needs jwks or jwks_uri"), member="require_signed_request_object")
    if JWT_BEARER_GRANT in found["grant_types"]:
        raise InvalidClientMetadata(
            mark("%(method)s needs jwks or jwks_uri"), member="grant_types", method=JWT_BEARER_GRANT
        )
    for kind in ENCRYPTED:
        if f"{kind}_encrypted_response_alg" in found:
            raise InvalidClientMetadata(mark("needs jwks or jwks_uri"), member=f"{kind}_encrypted_response_alg")


def _check_certificate(keys: list[dict[str, Any]]) -> None:
    """A certificate is known by itself, and not by its key (RFC 8705 §2.2.2)."""
    if not any("x5c" in key for key in keys):
        raise InvalidClientMetadata(
            mark("self_signed_tls_client_auth needs a key with its certificate as x5c (RFC 8705 section 2.2.2)"),
            member="jwks",
        )


def check_algorithms(found: dict[str, Any], _: Registrar, __: Mapping[str, Any]) -> None:
    """What belongs together is registered together."""
    for kind in ENCRYPTED:
        if f"{kind}_encrypted_response_enc" in found and f"{kind}_encrypted_response_alg" not in found:
            raise InvalidClientMetadata(
                mark("needs %(other)s"),
                member=f"{kind}_encrypted_response_enc",
                other=f"{kind}_encrypted_response_alg",
            )
    if found.get("require_signed_request_object") and found.get("request_object_signing_alg") == "none":
        raise InvalidClientMetadata(
            mark("excludes request_object_signing_alg none"),
            member="require_signed_request_object",
        )


def check_binding(found: dict[str, Any], _: Registrar, __: Mapping[str, Any]) -> None:
    """Whether tokens are bound, and to what (RFC 9449 §5.2, RFC 8705 §3.4)."""
    names = [name for name in SUBJECT_MEMBERS if name in found]
    if found["token_endpoint_auth_method"] == "tls_client_auth" and len(names) != 1:
        raise InvalidClientMetadata(
            mark("tls_client_auth needs exactly one of: %(members)s"),
            member="token_endpoint_auth_method",
            members=", ".join(SUBJECT_MEMBERS),
        )
    if found.get("dpop_bound_access_tokens") and found.get("tls_client_certificate_bound_access_tokens"):
        raise InvalidClientMetadata(
            mark(
                "dpop_bound_access_tokens and tls_client_certificate_bound_access_tokens exclude each other: a token "
                "is bound to one key"
            ),
            member="dpop_bound_access_tokens",
        )
    is_bound = found.get("dpop_bound_access_tokens") or found.get("tls_client_certificate_bound_access_tokens")
    if found["token_endpoint_auth_method"] == "none" and "family" in found and not is_bound:
        raise InvalidClientMetadata(
            mark("a public client of a family binds its tokens to a key, by which others of the family may act for it"),
            member="dpop_bound_access_tokens",
        )


def check_exchange(found: dict[str, Any], registrar: Registrar, before: Mapping[str, Any]) -> None:
    """Who acts for whom is of one family. A client that tries things out may register the grant type before the
    operator gives it one; what the operator registers is to work."""
    if not registrar.by_operator:
        return
    if found.get("may_act") and "family" not in found:
        raise InvalidClientMetadata(mark("only clients of one family act for each other"), member="may_act")
    stands = TOKEN_EXCHANGE in before.get("grant_types", ()) and "family" not in before
    exchanges = TOKEN_EXCHANGE in found["grant_types"] and "family" not in found
    if exchanges and not stands:
        raise InvalidClientMetadata(mark("only clients of a family exchange tokens"), member="family")


def check_profile(found: dict[str, Any], _: Registrar, __: Mapping[str, Any]) -> None:
    """What the client registered beside its profile is nothing that the profile refuses later."""
    profile = ClientProfile(found.get("profile", ClientProfile.OIDC))
    rules = PROFILES[profile]
    if rules.auth_methods is not None and found["token_endpoint_auth_method"] not in rules.auth_methods:
        raise InvalidClientMetadata(
            mark("clients of the profile %(profile)s authenticate by one of: %(methods)s"),
            member="token_endpoint_auth_method",
            profile=profile,
            methods=", ".join(rules.auth_methods),
        )
    for name in found.get("authorization_details_types", ()):
        if profile not in DETAIL_TYPES[name].profiles:
            raise InvalidClientMetadata(
                mark("%(type)s is for clients of the profiles: %(profiles)s"),
                member="authorization_details_types",
                type=name,
                profiles=", ".join(sorted(DETAIL_TYPES[name].profiles)),
            )
    scopes = found["scope"].split()
    for name, wanted, had in (
        ("grant_types", found["grant_types"], grant_types_of_profile(profile, found["grant_types"])),
        ("scope", scopes, scopes_of_profile(profile, scopes)),
    ):
        foreign = set(wanted).difference(had)
        if foreign:
            raise InvalidClientMetadata(
                mark("clients of the profile %(profile)s have no %(names)s"),
                member=name,
                profile=profile,
                names=", ".join(sorted(foreign)),
            )
    for name in _SIGNED_WITH:
        unsigned = found.get(name) == "none" and rules.unsigned_objects
        if name in found and not unsigned and found[name] not in rules.signing_algorithms:
            raise InvalidClientMetadata(
                mark("the profile %(profile)s takes one of: %(algorithms)s"),
                member=name,
                profile=profile,
                algorithms=", ".join(rules.signing_algorithms),
            )
