"""A client's own access token (RFC 6749 §4.4): no person, no refresh token."""

from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidScope, UnauthorizedClient

SCOPES = ("binding:social_account",)
"""What a client can do in its own name: read its own bindings."""


def read_scope(client: Client, text: str | None) -> tuple[str, ...]:
    """The scope of a client's own token: what it asks, or all that it may."""
    if client.is_public:
        raise UnauthorizedClient("A public client has no credentials (RFC 6749 §4.4).")
    permitted = tuple(scope for scope in SCOPES if scope in client.scope)
    wanted = permitted if text is None else tuple(dict.fromkeys(text.split()))
    if not wanted or not set(wanted) <= set(permitted):
        raise InvalidScope("This client is not permitted to use that scope in its own name.")
    return wanted
