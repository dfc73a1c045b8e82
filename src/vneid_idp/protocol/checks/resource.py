"""`resource` (RFC 8707 §2.1)."""

from vneid_idp.protocol.audience import read_targets
from vneid_idp.protocol.checks.draft import RequestDraft


def check_resource(draft: RequestDraft) -> None:
    """Gives what the request is for beyond the whole of our own APIs: none where it names no resource.

    Which scopes are a server's, nobody else's scope may say: they are read beside those that we know ourselves.
    """
    params = draft.params
    draft.targets = read_targets(params.get("resource"), params.get("scope", ""), draft.known, draft.client)
