"""Security Event Tokens (RFC 8417): what a carrier is told, signed, whichever way it goes (RFC 8935, RFC 8936)."""

from collections.abc import Mapping
from typing import Any

from vneid_idp.kernel.clock import Instant, to_seconds

SECURITY_EVENT_TYPE = "secevent+jwt"
"""`typ` of such a token (RFC 8417 §2.3)."""
ERROR_CODES = (
    "invalid_request",
    "invalid_key",
    "invalid_issuer",
    "invalid_audience",
    "authentication_failed",
    "access_denied",
)
"""With what a receiver says that it cannot read one (RFC 8935 §2.4)."""
_EVENT = "urn:vneid:event:subscriber-number:"


def security_event_claims(
    issuer: str, client_id: str, event_id: str, kind: str, phone_number: str, at: Instant, event: Mapping[str, Any]
) -> dict[str, Any]:
    """The claims of the event `kind` about a phone number, which happened `at` an instant: it is issued as of then, so
    that whoever is sent it again gets the same (RFC 8417 §2.2). It says nothing of whoever has the number."""
    return {
        "iss": issuer,
        "aud": client_id,
        "iat": to_seconds(at),
        "jti": event_id,
        # RFC 9493 §3.2.7
        "sub_id": {"format": "phone_number", "phone_number": phone_number},
        "events": {_EVENT + kind.replace("_", "-"): dict(event)},
    }
