"""A client's own access token (RFC 6749 §4.4): no person, no refresh token."""

from vneid_idp.kernel.sealing import Sealer
from vneid_idp.protocol.authorisation import Authorisation, Origin
from vneid_idp.protocol.claims import OWN_NAME_SCOPES
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidAuthorizationDetails, InvalidScope, UnauthorizedClient
from vneid_idp.protocol.grant_types.request import InOwnName, TokenRequest
from vneid_idp.protocol.resource_servers import ResourceServer
from vneid_idp.protocol.targets import Target


def authorise(request: TokenRequest, _: Sealer) -> InOwnName:
    """What the client may do in its own name, bound to the key that it has proven. `InvalidScope`, and
    `InvalidAuthorizationDetails`, which concern people (RFC 9396 §5)."""
    client, audience, text = request.client, request.audience, request.params.get("scope")
    if client.is_public:
        raise UnauthorizedClient("A public client has no credentials (RFC 6749 §4.4).")
    if "authorization_details" in request.params:
        raise InvalidAuthorizationDetails("authorization_details are granted by a person, and none is here.")
    if audience is None or audience.server is None:
        scope = read_scope(client, text)
        targets = () if audience is None else tuple(map(Target, audience.own))
    else:
        scope = ()
        targets = (Target(audience.server.server_id, read_scope_at(audience.server, text)),)
    own = Authorisation(client.client_id, None, scope, Origin.CLIENT, bound_to=request.proof, targets=targets)
    return InOwnName(own, audience)


def read_scope(client: Client, text: str | None) -> tuple[str, ...]:
    """The scope of a client's own token: what it asks, or all that it may."""
    return _wanted(text, tuple(scope for scope in OWN_NAME_SCOPES if scope in client.scope))


def read_scope_at(server: ResourceServer, text: str | None) -> tuple[str, ...]:
    """The same at a foreign resource server, which takes tokens of the client."""
    return _wanted(text, tuple(scope.name for scope in server.members.scopes if scope.own_name))


def _wanted(text: str | None, permitted: tuple[str, ...]) -> tuple[str, ...]:
    wanted = permitted if text is None else tuple(dict.fromkeys(text.split()))
    if not wanted or not set(wanted) <= set(permitted):
        raise InvalidScope("This client is not permitted to use that scope in its own name.", about="own_name")
    return wanted
