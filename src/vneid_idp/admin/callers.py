"""Who calls: one of the operator's own programs, with the scope that the door needs."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from vneid_idp.clients import service
from vneid_idp.protocol.claims import OPERATOR_SCOPES
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InsufficientScope, InvalidToken
from vneid_idp.storage.unit import Unit
from vneid_idp.web.bearer import open_caller, presented_token
from vneid_idp.web.context import Idp, idp

T = TypeVar("T")
Reach = frozenset[str]
"""What a program may with the token that it shows: the scope that the token has and the registration permits."""

# It only describes the header in OpenAPI: reading and refusing are ours, with the challenge that RFC 6750 §3 wants.
_SCHEME = HTTPBearer(
    auto_error=False,
    scheme_name="access_token",
    description=(
        "An access token from the client credentials flow, of a client that the operator registered with scopes "
        "`admin:…`. Such a client authenticates with a secret or, better, with `private_key_jwt`."
    ),
)


@dataclass(frozen=True, slots=True)
class Caller:
    """A program at a door: what its token says stands, what its registration permits is asked again where it writes."""

    provider: Idp
    client_id: str
    scope: str
    """The scope that the door needs, which the token has."""
    token_scope: tuple[str, ...]
    """The whole scope of the token: one that was made narrow reaches no further than it was made for."""

    async def act(self, work: Callable[[Unit, Reach], Awaitable[T]]) -> T:
        """What `work` returns, done in one unit in which the program still may what the door needs, and stays so.

        `work` is given what the program may in that unit, for `check_reaches`; it may run more than once: see
        `Database.transact`. Raises `InvalidToken`, `InsufficientScope`, and what `work` raises.
        """

        async def checked(unit: Unit) -> T:
            # Held first and read afterwards: a change that had to be waited for counts already.
            if not await service.hold_client(unit, self.client_id):
                raise InvalidToken("The client of this access token has been disabled.")
            client = await service.get_client(unit, self.client_id)
            _check_permits(client, self.scope)
            return await work(unit, frozenset(self.token_scope).intersection(client.scope))

        return await self.provider.db.transact(checked)


def needs(scope: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency that gives the caller, and refuses whoever may not what `scope` names.

    The registration decides as much as the token: a scope that the operator took away counts no more. Here it is read
    from memory, which in another worker can be seconds old; whoever writes asks again (`Caller.act`).
    """

    async def find_caller(
        request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_SCHEME)]
    ) -> Caller:
        token, client = await open_caller(request, presented_token(request))
        if token.own is None:
            raise InsufficientScope("This needs a program's own access token, from the client_credentials grant.")
        if scope not in token.own.scope:
            raise InsufficientScope(f"The access token lacks the scope {scope}.")
        _check_permits(client, scope)
        return Caller(idp(request), client.client_id, scope, token.own.scope)

    return find_caller


def _check_permits(client: Client, scope: str) -> None:
    """Require that the operator registered this client, and with this scope."""
    if client.metadata.get("registered_by") != "operator" or scope not in client.scope:
        raise InsufficientScope(f"The access token lacks the scope {scope}.")


def check_reaches(reach: Reach, *scopes: Iterable[str]) -> None:
    """Require that whoever has this `reach` may itself whatever the operator's scopes among these permit.

    No program makes itself, or another whose secret it learns or whose keys it sets, more than it is, and no token that
    was made narrow becomes a program's whole scope: whoever finds it has it for minutes, and not everything for ever.
    To take one out of service needs no more than the scope of that door. Raises `InsufficientScope`.
    """
    lacking = {name for scope in scopes for name in scope}.intersection(OPERATOR_SCOPES) - reach
    if lacking:
        raise InsufficientScope(f"The client may more than the caller: {' '.join(sorted(lacking))}.")
