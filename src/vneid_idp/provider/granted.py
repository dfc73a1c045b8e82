"""What a token request came to, before it is put into tokens."""

from dataclasses import dataclass

from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.resource_servers import ResourceServer


@dataclass(frozen=True, slots=True)
class Granted:
    """What is to be put into tokens. `generation` is that of the refresh token to come, if there is to be one."""

    authorisation: Authorisation
    grant_id: str | None = None
    generation: int | None = None
    nonce: str | None = None
    server: ResourceServer | None = None
    """The foreign resource server that the access token is for."""
    auth_req_id: str | None = None
    """What a client of CIBA polled with."""
    until: Instant | None = None
    """When the access token ends at the latest; `None` where it lives as long as all do."""
