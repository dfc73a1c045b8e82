"""Pushed authorization requests (RFC 9126): what is pushed, by whom, and who must."""

from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.errors import InvalidRequest


def check_no_reference(draft: RequestDraft) -> None:
    """A pushed request is the request itself."""
    if "request_uri" in draft.params:
        raise InvalidRequest("A pushed request cannot contain request_uri (RFC 9126 §2.1).")


def check_pusher(draft: RequestDraft) -> None:
    """A client pushes its own requests alone."""
    if draft.params.get("client_id", draft.client.client_id) != draft.client.client_id:
        raise InvalidRequest("client_id is not the authenticated client.")


def check_was_pushed(draft: RequestDraft) -> None:
    """What came through the browser was not pushed; who registered to push must."""
    if draft.client.require_pushed_authorization_requests:
        check_always_pushed(draft)


def check_always_pushed(_: RequestDraft) -> None:
    """Whoever has a profile that pushes must as well, whatever they registered."""
    raise InvalidRequest("This client must push its authorization requests (RFC 9126).", about="par")
