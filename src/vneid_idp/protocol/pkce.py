"""Proof Key for Code Exchange, at the token endpoint (RFC 7636 §4.5); the challenge: `checks/code_challenge.py`."""

import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest

from vneid_idp.protocol.errors import InvalidGrant

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")


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
