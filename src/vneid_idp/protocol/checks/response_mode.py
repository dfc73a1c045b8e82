"""`response_mode` (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode, JARM §2.3)."""

from vneid_idp.protocol.authorization import RESPONSE_MODES
from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.errors import InvalidRequest


def check_response_mode(draft: RequestDraft) -> None:
    """One of those that are known. The value itself stands in the return address."""
    if draft.params.get("response_mode", "query") not in RESPONSE_MODES:
        raise InvalidRequest(f"response_mode must be one of: {', '.join(RESPONSE_MODES)}.", about="response_mode")
