"""Whether the client may begin what only a grant type of its registration could finish."""

from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.errors import UnauthorizedClient
from vneid_idp.protocol.grant_types.names import DEVICE_CODE


def check_device_grant(draft: RequestDraft) -> None:
    """The device grant (RFC 8628 §3.1)."""
    if DEVICE_CODE not in draft.client.grant_types:
        raise UnauthorizedClient("This client is not registered for the device grant (RFC 8628).")
