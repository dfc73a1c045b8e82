"""Proof Key for Code Exchange, S256 only (RFC 7636; `plain` is refused as RFC 9700 §2.1.1 asks)."""

import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest

from vneid_idp.protocol.errors import InvalidGrant, InvalidRequest

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")


def read_challenge(params: dict[str, str], *, required: bool) -> str | None:
    """The S256 challenge of an authorization request (RFC 7636 §4.3)."""
    challenge = params.get("code_challenge")
    method = params.get("code_challenge_method")
    if challenge is None:
        if required:
            raise InvalidRequest("code_challenge is required for this client (RFC 7636 §4.4.1).")
        if method is not None:
            raise InvalidRequest("code_challenge_method was sent without code_challenge.")
        return None
    if method != "S256":
        # An absent method means plain, whose challenge is the verifier: who reads the request can redeem the code.
        raise InvalidRequest("code_challenge_method must be S256.")
    if not _CHALLENGE.match(challenge):
        raise InvalidRequest("code_challenge must be 43 characters of unpadded base64url (RFC 7636 §4.2).")
    return challenge


def check_verifier(challenge: str | None, verifier: str | None) -> None:
    """Require the verifier that belongs to the challenge (RFC 7636 §4.6), and none where there was no challenge."""
    if challenge is None:
        if verifier is not None:
            # A verifier without a challenge shows that the challenge was stripped on the way (RFC 9700 §4.8.2).
            raise InvalidGrant("code_verifier was sent, but the authorization request had no code_challenge.")
        return
    if verifier is None:
        raise InvalidGrant("code_verifier is missing.")
    computed = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    if not _VERIFIER.match(verifier) or not compare_digest(computed, challenge):
        raise InvalidGrant("code_verifier does not match the code_challenge of the authorization request.")
