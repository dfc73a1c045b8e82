"""Whether there is a request object, and whether there must be. What stands in one: `protocol/request_object.py`."""

from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.errors import InvalidRequest


def check_one_object(draft: RequestDraft) -> None:
    """By value or by reference, not both (OpenID Connect Core §6.1)."""
    if "request" in draft.params and "request_uri" in draft.params:
        raise InvalidRequest("request and request_uri exclude each other (OpenID Connect Core section 6.1).")


def check_promised_object(draft: RequestDraft) -> None:
    """One where the client promised that there always is (RFC 9101 §10.5)."""
    if draft.client.require_signed_request_object and not draft.params.keys() & {"request", "request_uri"}:
        raise InvalidRequest("This client must send its requests as signed request objects.")
