"""`dpop_jkt`: the key that the code is to be bound to, said ahead or proven with the pushed request (RFC 9449 §10)."""

import re

from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.errors import InvalidDpopProof, InvalidRequest

_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}\Z")


def check_dpop_jkt(draft: RequestDraft) -> None:
    """Gives the thumbprint; `None` where the request neither names nor proves a key."""
    named = draft.params.get("dpop_jkt")
    proven = draft.proof.thumbprint if draft.proof is not None and draft.proof.method == "jkt" else None
    if (named or proven) and draft.client.tls_client_certificate_bound_access_tokens:
        # Its code could never be redeemed: it comes with a certificate, and a token is bound to one key.
        raise InvalidRequest(
            "This client registered tls_client_certificate_bound_access_tokens: leave dpop_jkt and DPoP proofs out."
        )
    if named is not None and not _THUMBPRINT.match(named):
        raise InvalidRequest("dpop_jkt must be 43 characters of unpadded base64url (RFC 9449 §10).")
    if named is not None and proven is not None and named != proven:
        raise InvalidDpopProof("dpop_jkt is not the key of the DPoP proof (RFC 9449 §10.1).")
    draft.dpop_jkt = named or proven
