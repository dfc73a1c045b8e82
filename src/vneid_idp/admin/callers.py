"""Who calls: one of the operator's own programs, with the scope that the door needs."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from vneid_idp.protocol.claims import OPERATOR_SCOPES
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InsufficientScope
from vneid_idp.web.bearer import bearer_token, open_caller

# It only describes the header in OpenAPI: reading and refusing are ours, with the challenge that RFC 6750 §3 wants.
_SCHEME = HTTPBearer(
    auto_error=False,
    scheme_name="access_token",
    description=(
        "An access token from the client credentials flow, of a client that the operator registered with scopes "
        "`admin:…`. Such a client authenticates with a secret or, better, with `private_key_jwt`."
    ),
)


def needs(scope: str) -> Callable[..., Awaitable[Client]]:
    """A dependency that gives the calling client, and refuses whoever may not what `scope` names.

    The registration decides as much as the token: a scope that the operator took away counts no more at once.
    """

    async def find_caller(
        request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_SCHEME)]
    ) -> Client:
        token, client = await open_caller(request, bearer_token(request))
        if token.own is None:
            raise InsufficientScope("This needs a program's own access token, from the client_credentials grant.")
        is_operators = client.metadata.get("registered_by") == "operator"
        if not is_operators or scope not in token.own.scope or scope not in client.scope:
            raise InsufficientScope(f"The access token lacks the scope {scope}.")
        return client

    return find_caller


def check_reaches(caller: Client, *scopes: Iterable[str]) -> None:
    """Require that `caller` may itself whatever the operator's scopes among these permit.

    No program makes itself, or another whose secret it learns or whose keys it sets, more than it is. To take one out
    of service needs no more than the scope of that door. Raises `InsufficientScope`.
    """
    lacking = {name for scope in scopes for name in scope}.intersection(OPERATOR_SCOPES) - set(caller.scope)
    if lacking:
        raise InsufficientScope(f"The client may more than the caller: {' '.join(sorted(lacking))}.")
