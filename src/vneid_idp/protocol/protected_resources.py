"""Our own APIs as protected resources: what a client needs to know before it calls one (RFC 9728)."""

from collections.abc import Mapping
from typing import Any

from vneid_idp.protocol import dpop
from vneid_idp.protocol.camara import (
    AGE_VERIFICATION,
    CAMARA_PERMISSIONS,
    CHECK_SWAP,
    KYC_MATCH,
    READ_NUMBER,
    READ_SUBSCRIPTIONS,
    SIM_SWAP,
    SUBSCRIBE_SWAPS,
    SWAP_DATE,
    TENURE,
    UNSUBSCRIBE_SWAPS,
    VERIFY_NUMBER,
)
from vneid_idp.protocol.claims import (
    CHILD_ACCOUNT,
    FOUR_FIELDS,
    OPERATOR_SCOPES,
    REGISTER,
    SCOPES,
    SOCIAL_ACCOUNT,
    SUBSCRIBER_NUMBER,
)

WELL_KNOWN = "/.well-known/oauth-protected-resource"
_LINKS = (SOCIAL_ACCOUNT, CHILD_ACCOUNT)
RESOURCES: Mapping[str, tuple[str, ...]] = {
    "/userinfo": tuple(scope for scope in SCOPES if scope not in (*_LINKS, "offline_access", *CAMARA_PERMISSIONS)),
    "/bindings/v1": _LINKS,
    "/matches/v1": (FOUR_FIELDS,),
    "/numbers/v1": (SUBSCRIBER_NUMBER, REGISTER),
    "/kyc-match/v0.4": (KYC_MATCH,),
    "/kyc-age-verification/v0.2": (AGE_VERIFICATION,),
    "/kyc-tenure/v0.2": (TENURE,),
    "/number-verification/v2": (VERIFY_NUMBER, READ_NUMBER),
    "/sim-swap/v2": (SIM_SWAP, CHECK_SWAP, SWAP_DATE),
    "/sim-swap-subscriptions/v0.3": (SUBSCRIBE_SWAPS, READ_SUBSCRIPTIONS, UNSUBSCRIBE_SWAPS),
    "/admin/v1": tuple(OPERATOR_SCOPES),
}
"""The path of each, and the scopes that it looks at."""


def resource_of(path: str) -> str | None:
    """The resource that an address belongs to."""
    return next((each for each in RESOURCES if path == each or path.startswith(f"{each}/")), None)


def metadata(issuer: str, resource: str, *, certificates: bool) -> dict[str, Any]:
    """The document at the well-known address of a resource (RFC 9728 §2). `certificates`: clients can show some."""
    return {
        "resource": issuer + resource,
        "authorization_servers": [issuer],
        "scopes_supported": list(RESOURCES[resource]),
        # Userinfo takes it from a posted form as well (RFC 6750 §2.2).
        "bearer_methods_supported": ["header", "body"] if resource == "/userinfo" else ["header"],
        "dpop_signing_alg_values_supported": list(dpop.SIGNING_ALGORITHMS),
        "tls_client_certificate_bound_access_tokens": certificates,
    }
