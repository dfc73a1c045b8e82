"""`response_mode` (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode)."""

from vneid_idp.protocol.authorization import RESPONSE_MODES
from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.errors import InvalidRequest


def check_response_mode(draft: RequestDraft) -> None:
    """`query`, `fragment` or `form_post`. The value itself stands in the return address."""
    if draft.params.get("response_mode", "query") not in RESPONSE_MODES:
        raise InvalidRequest("response_mode must be 'query', 'fragment' or 'form_post'.", about="response_mode")
