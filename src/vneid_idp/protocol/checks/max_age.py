"""`max_age` (OpenID Connect Core §3.1.2.1)."""

from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.errors import InvalidRequest


def check_max_age(draft: RequestDraft) -> None:
    """Gives the seconds since the last active sign-in; the client's `default_max_age` when the request has none."""
    text = draft.params.get("max_age")
    if text is None:
        draft.max_age = draft.client.default_max_age
        return
    if not text.isascii() or not text.isdigit() or len(text) > 10:
        raise InvalidRequest("max_age must be a number of seconds.")
    draft.max_age = int(text)
