"""`x-fapi-interaction-id`: what a caller of a protected resource calls one interaction, which every answer repeats
(FAPI 1.0 Baseline §6.2.1-11)."""

from uuid import UUID

from starlette.requests import HTTPConnection

from vneid_idp.kernel.secrets import random_bytes
from vneid_idp.web.request_headers import header


def sent_interaction_id(request: HTTPConnection) -> str | None:
    """The name that came with the request; nothing where it is no UUID."""
    sent = header(request, b"x-fapi-interaction-id")
    try:
        return None if sent is None else str(UUID(sent))
    except ValueError:
        return None


def new_interaction_id() -> str:
    """A name of ours, for who expects one and sent none."""
    return str(UUID(bytes=random_bytes(16), version=4))
