"""`code_challenge`: Proof Key for Code Exchange, S256 only (RFC 7636; `plain` is refused as RFC 9700 §2.1.1 asks).

A client that authenticates may send a `nonce` in its place, which it compares in the ID token: against a code that was
injected both hold.
"""

import re

from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.errors import InvalidRequest

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")


def check_always_challenged(draft: RequestDraft) -> None:
    """There is a challenge, whoever asks."""
    if "code_challenge" not in draft.params:
        raise InvalidRequest("code_challenge is required for this client (RFC 7636 §4.4.1).", about="code_challenge")


def check_code_challenge(draft: RequestDraft) -> None:
    """Gives the S256 challenge (RFC 7636 §4.3); `None` where none was sent and none is demanded."""
    challenge = draft.params.get("code_challenge")
    method = draft.params.get("code_challenge_method")
    if challenge is None:
        if draft.client.is_public:
            check_always_challenged(draft)
        if method is not None:
            raise InvalidRequest("code_challenge_method was sent without code_challenge.")
        if draft.client.require_pkce_or_nonce and not draft.params.get("nonce"):
            raise InvalidRequest(
                "This client must send a code_challenge with code_challenge_method S256, or a nonce "
                "(RFC 9700 §2.1.1, require_pkce_or_nonce of its registration).",
                about="code_challenge",
            )
    elif method != "S256":
        # An absent method means plain, whose challenge is the verifier: who reads the request can redeem the code.
        found = "It was left out, which means plain" if method is None else "Another one was sent"
        raise InvalidRequest(f"code_challenge_method must be S256. {found}.", about="code_challenge_method")
    elif not _CHALLENGE.match(challenge):
        raise InvalidRequest("code_challenge must be 43 characters of unpadded base64url (RFC 7636 §4.2).")
    draft.code_challenge = challenge
