"""`authorization_details` (RFC 9396 §2, §5)."""

from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.claims import links_account, needs_child
from vneid_idp.protocol.details.granting import about_child, check_may_ask, read_details
from vneid_idp.protocol.details.subscriber_number import SUBSCRIBER_NUMBER, is_for_child
from vneid_idp.protocol.errors import InvalidAuthorizationDetails


def check_details(draft: RequestDraft) -> None:
    """Gives the details, each of a type that the client may ask for.

    They speak of the person who answers, or of the child whom that one chooses, and people confirm one matter at a
    time: numbers of a child and own ones are two, and a request that links an account is another.
    """
    text = draft.params.get("authorization_details")
    if text is None:
        draft.details = ()
        return
    draft.details = read_details(text)
    check_may_ask(draft.client, draft.details)
    numbers = [detail for detail in draft.details if detail["type"] == SUBSCRIBER_NUMBER.name]
    if about_child(draft.details) and not all(map(is_for_child, numbers)):
        raise InvalidAuthorizationDetails("A number of the person and one of a child take a request each.")
    if links_account(draft.scope) or needs_child(draft.scope):
        raise InvalidAuthorizationDetails(
            "A request that links an account, or is about a child, has no authorization_details: send another one."
        )
