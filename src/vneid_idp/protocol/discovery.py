"""Provider metadata (OpenID Connect Discovery §3, RFC 8414 §2): what is true here, in registered names only."""

from collections.abc import Mapping
from typing import Any

from vneid_idp.kernel.languages import LANGUAGES
from vneid_idp.protocol import dpop
from vneid_idp.protocol.authorization import RESPONSE_MODES
from vneid_idp.protocol.certificate import CERTIFICATE_METHODS
from vneid_idp.protocol.claims import CARRIER_SCOPES, CLAIMS, SCOPES
from vneid_idp.protocol.details.table import DETAIL_TYPES
from vneid_idp.protocol.grant_types.table import GRANT_TYPES
from vneid_idp.protocol.jose import (
    CONTENT_ENCRYPTION_ALGORITHMS,
    KEY_ENCRYPTION_ALGORITHMS,
    OUR_CONTENT_ENCRYPTION_ALGORITHMS,
    OUR_KEY_ENCRYPTION_ALGORITHMS,
    SIGNING_ALGORITHMS,
    STRONG_ALGORITHMS,
)
from vneid_idp.protocol.levels import ACR_VALUES
from vneid_idp.protocol.members import AUTH_METHODS, RESPONSE_TYPES
from vneid_idp.protocol.protected_resources import RESOURCES
from vneid_idp.protocol.registered_keys import ENCRYPTED

_STANDARD_CLAIMS = ("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid")


_ALIASES = tuple(
    f"{name}_endpoint"
    for name in (
        "token",
        "pushed_authorization_request",
        "device_authorization",
        "backchannel_authentication",
        "userinfo",
        "introspection",
        "revocation",
    )
)


def metadata(
    issuer: str, endpoints: Mapping[str, str], mtls_origin: str | None = None, *, knows_authorities: bool = False
) -> dict[str, Any]:
    """The document of both well-known addresses. `endpoints`: the members that are addresses here, and their paths;
    `mtls_origin`: where clients call them with certificates; without one they can show none. `knows_authorities`:
    whether any authority is trusted that issues these.
    """
    unmet = {method for method in CERTIFICATE_METHODS if not mtls_origin}
    if not knows_authorities:
        unmet.add("tls_client_auth")
    found: dict[str, Any] = {
        "issuer": issuer,
        **{member: issuer + path for member, path in endpoints.items()},
        "scopes_supported": [*SCOPES, *CARRIER_SCOPES],
        "response_types_supported": list(RESPONSE_TYPES),
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": list(GRANT_TYPES),
        "subject_types_supported": ["pairwise", "public"],
        "acr_values_supported": list(ACR_VALUES),
        "claim_types_supported": ["normal"],
        "claims_supported": [*_STANDARD_CLAIMS, *CLAIMS],
        "claims_parameter_supported": True,
        "authorization_details_types_supported": list(DETAIL_TYPES),
        "ui_locales_supported": list(LANGUAGES),
        "display_values_supported": ["page"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "require_pushed_authorization_requests": False,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        "require_signed_request_object": False,
        "request_object_signing_alg_values_supported": [*SIGNING_ALGORITHMS, "none"],
        "request_object_encryption_alg_values_supported": list(OUR_KEY_ENCRYPTION_ALGORITHMS),
        "request_object_encryption_enc_values_supported": list(OUR_CONTENT_ENCRYPTION_ALGORITHMS),
        "protected_resources": [issuer + path for path in RESOURCES],
        "dpop_signing_alg_values_supported": list(dpop.SIGNING_ALGORITHMS),
        "backchannel_token_delivery_modes_supported": ["poll", "ping"],
        "backchannel_authentication_request_signing_alg_values_supported": list(STRONG_ALGORITHMS),
        "backchannel_user_code_parameter_supported": False,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
    }
    for kind in ENCRYPTED:
        found[f"{kind}_signing_alg_values_supported"] = list(SIGNING_ALGORITHMS)
        found[f"{kind}_encryption_alg_values_supported"] = list(KEY_ENCRYPTION_ALGORITHMS)
        found[f"{kind}_encryption_enc_values_supported"] = list(CONTENT_ENCRYPTION_ALGORITHMS)
    for endpoint in ("token", "introspection", "revocation"):
        # Anybody can name a public client, so introspection is not for them.
        methods = [method for method in AUTH_METHODS if method != "none" or endpoint != "introspection"]
        methods = [method for method in methods if method not in unmet]
        found[f"{endpoint}_endpoint_auth_methods_supported"] = methods
        found[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = list(SIGNING_ALGORITHMS)
    return found if mtls_origin is None else found | _by_certificate(issuer, endpoints, mtls_origin)


def _by_certificate(issuer: str, endpoints: Mapping[str, str], mtls_origin: str) -> dict[str, Any]:
    """What tokens that are bound to certificates take (RFC 8705 §3.3, §5)."""
    found: dict[str, Any] = {"tls_client_certificate_bound_access_tokens": True}
    if mtls_origin != issuer:
        found["mtls_endpoint_aliases"] = {name: mtls_origin + endpoints[name] for name in _ALIASES if name in endpoints}
    return found
