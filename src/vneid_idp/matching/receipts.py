"""What a carrier keeps of a match: a signed receipt that says what agreed with which register, and when, and nothing
of what was compared. Pure."""

from dataclasses import asdict
from typing import Any

from vneid_idp.kernel.clock import Instant, to_seconds
from vneid_idp.matching.service import Match

RECEIPT = "match-receipt+jwt"
"""The `typ` of a receipt, by which nothing else is taken for one, nor one for anything else (RFC 8725 §3.11)."""
RECEIPT_ALG = "ES256"


def receipt_claims(issuer: str, match: Match, register: str, asked_at: Instant) -> dict[str, Any]:
    """The claims of a receipt for its client. It never expires: it tells of instants, when the register was asked and
    the face was taken, in seconds since the epoch (RFC 7519 §2)."""
    claims = {
        "iss": issuer,
        "aud": match.client_id,
        "jti": match.match_id,
        "iat": to_seconds(match.made_at),
        "register": register,
        "register_asked_at": to_seconds(asked_at),
        "fields": {field.value: result.value for field, result in match.results.items()},
        "verdict": match.verdict.value,
    }
    if match.channel is not None:
        claims["channel"] = match.channel
    if match.face is not None:
        claims["face"] = {**asdict(match.face), "taken_at": to_seconds(match.face.taken_at)}
    return claims
