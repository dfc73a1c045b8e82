"""Access tokens that are signed, for foreign resource servers (RFC 9068).

A server sees nothing of what this provider keeps of a token: the `jti` is the token as we would read it, sealed, so
that it can be introspected and revoked though it is stored nowhere.
"""

from typing import Any

from vneid_idp.kernel.clock import MINUTE, Instant, to_seconds
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.introspection import carried
from vneid_idp.protocol.resource_servers import ResourceServer
from vneid_idp.protocol.tokens import AccessToken

TYP = "at+jwt"
SIGNED_TOKEN_LIFE: Instant = 5 * MINUTE
"""How long a server that asks nobody goes on taking a token whose consent was withdrawn, at most."""


def claims_of(
    issuer: str, server: ResourceServer, token: AccessToken, told: Authorisation, subject: str | None, jti: str
) -> dict[str, Any]:
    """The claims of a token (RFC 9068 §2.2), of which `told` is what the server is told; `subject` is the person as
    that server knows them, or the client that is acted for; `None` of a client's own token."""
    return {
        "iss": issuer,
        "sub": subject or token.client_id,
        "aud": server.members.identifier,
        "client_id": token.client_id,
        "iat": to_seconds(token.issued_at),
        "exp": to_seconds(token.expires_at),
        "jti": jti,
        "scope": " ".join(told.scope),
        **carried(told),
    }
