"""`authorization_details` (RFC 9396 §2, §5)."""

from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.claims import links_account, needs_child
from vneid_idp.protocol.details.granting import check_may_ask, read_details
from vneid_idp.protocol.errors import InvalidAuthorizationDetails


def check_details(draft: RequestDraft) -> None:
    """Gives the details, each of a type that the client may ask for.

    They speak of the person who answers, so a request about a child has none; and people confirm one matter at a time,
    so neither has one that links an account.
    """
    text = draft.params.get("authorization_details")
    if text is None:
        draft.details = ()
        return
    draft.details = read_details(text)
    check_may_ask(draft.client, draft.details)
    if links_account(draft.scope) or needs_child(draft.scope):
        raise InvalidAuthorizationDetails(
            "A request that links an account, or is about a child, has no authorization_details: send another one."
        )
