"""A client's own token (RFC 6749 §4.4). Nothing is stored: the token says all there is to know."""

from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.grants.client_credentials import read_scope
from vneid_idp.protocol.params import Params
from vneid_idp.protocol.tokens import ACCESS_TOKEN_LIFE
from vneid_idp.provider.exchanges.issuing import access_token
from vneid_idp.web.context import Idp


async def exchange(provider: Idp, client: Client, params: Params) -> dict[str, object]:
    """Issue a token for what the client may do in its own name. Raises `InvalidScope`, `UnauthorizedClient`."""
    scope = read_scope(client, params.get("scope"))
    return {
        "access_token": access_token(provider, client, None, None, scope, provider.clock.now()),
        "token_type": "Bearer",
        "expires_in": ACCESS_TOKEN_LIFE // SECOND,
        "scope": " ".join(scope),
    }
