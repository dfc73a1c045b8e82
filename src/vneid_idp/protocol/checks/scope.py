"""`scope` (RFC 6749 §3.3, OpenID Connect Core §3.1.2.1)."""

from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.claims import SCOPES
from vneid_idp.protocol.errors import InvalidScope


def check_scope(draft: RequestDraft) -> None:
    """Gives the scopes that are known and that the client may ask. Unknown ones are ignored.

    A known scope that the client may not ask is an error, so that nobody believes to have what was never permitted.
    """
    client, text = draft.client, draft.params.get("scope")
    if text is None:
        raise InvalidScope("scope is missing; an OpenID Connect request contains 'openid'.")
    wanted = [scope for scope in dict.fromkeys(text.split(" ")) if scope in SCOPES]
    if "openid" not in wanted:
        raise InvalidScope("scope must contain 'openid'.")
    for scope in wanted:
        if scope != "openid" and scope not in client.scope:
            raise InvalidScope(f"This client is not permitted to ask for the scope '{scope}'.")
    if "offline_access" in wanted and "refresh_token" not in client.grant_types:
        wanted.remove("offline_access")  # OIDC Core §11: ignored unless it can be honoured
    draft.scope = tuple(wanted)
