"""`scope` (RFC 6749 §3.3, OpenID Connect Core §3.1.2.1)."""

from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.claims import SCOPES
from vneid_idp.protocol.errors import InvalidScope
from vneid_idp.protocol.permitted import may_refresh


def check_scope(draft: RequestDraft) -> None:
    """Gives the scopes that are known and that the client may ask. Unknown ones are ignored.

    A known scope that the client may not ask is an error, so that nobody believes to have what was never permitted. Of
    `offline_access` nobody does: many libraries send it unasked, and an answer without a refresh token says what became
    of it (OIDC Core §11: it is ignored unless it can be honoured).
    """
    client, text = draft.client, draft.params.get("scope")
    if text is None:
        raise InvalidScope("scope is missing; an OpenID Connect request contains 'openid'.", about="openid")
    wanted = [scope for scope in dict.fromkeys(text.split(" ")) if scope in SCOPES]
    if "openid" not in wanted:
        raise InvalidScope("scope must contain 'openid'.", about="openid")
    if "offline_access" in wanted and not may_refresh(client, client.scope):
        wanted.remove("offline_access")
    for scope in wanted:
        if scope != "openid" and scope not in client.scope:
            raise InvalidScope(f"This client is not permitted to ask for the scope '{scope}'.")
    draft.scope = tuple(wanted)
