"""`response_type`: only the code flow, since tokens do not travel through the browser (RFC 9700 §2.1.2)."""

from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.errors import InvalidRequest, UnauthorizedClient, UnsupportedResponseType


def check_response_type(draft: RequestDraft) -> None:
    """`code`, and of a client that registered it."""
    response_type = draft.params.get("response_type")
    if response_type is None:
        raise InvalidRequest("response_type is missing.")
    if response_type != "code":
        raise UnsupportedResponseType("The only response_type is 'code'.")
    if "code" not in draft.client.response_types or "authorization_code" not in draft.client.grant_types:
        raise UnauthorizedClient("This client is not registered for response_type 'code'.")
