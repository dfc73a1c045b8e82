"""Who calls: the access token of a request, and what stands behind it at this moment (RFC 6750)."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from vneid_idp.grants import service as grants
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.claims import CHILD_ACCOUNT, SOCIAL_ACCOUNT, check_scope
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InsufficientScope, InvalidToken
from vneid_idp.protocol.permitted import permitted
from vneid_idp.web.acting import get_agreed
from vneid_idp.web.bearer import open_caller, presented_token
from vneid_idp.web.context import idp

# It only describes the header in OpenAPI: reading and refusing are ours, with the challenge that RFC 6750 §3 wants.
_SCHEME = HTTPBearer(
    auto_error=False,
    scheme_name="access_token",
    description=(
        "An access token of this provider. The authorization code flow gives one that names a person; the client "
        f"credentials flow gives the network's own. Scopes: `{SOCIAL_ACCOUNT}`, and `{CHILD_ACCOUNT}` for a guardian "
        "who chose a child."
    ),
)


@dataclass(frozen=True, slots=True)
class Caller:
    """A network, what it is authorised to now, and the grant behind that where it acts for a person."""

    client: Client
    """The network; where another client of its organisation acts for it by an exchanged token, the one acted for."""
    authorisation: Authorisation
    grant_id: str | None

    @property
    def person_id(self) -> str | None:
        """The person for whom the network acts, if any."""
        return self.authorisation.subject

    def check_itself(self) -> None:
        """Raise `InsufficientScope` where another client acts for the network: it reads, and changes nothing."""
        if self.authorisation.acts_for is not None:
            raise InsufficientScope("By an exchanged token accounts are read, and neither linked nor released.")

    def check_own(self) -> None:
        """Raise `InsufficientScope` unless the network acts in its own name and may see its bindings."""
        check_scope(self.authorisation.scope, SOCIAL_ACCOUNT)
        if self.person_id is not None:
            raise InsufficientScope("This needs the network's own access token, from the client_credentials grant.")


async def find_caller(request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_SCHEME)]) -> Caller:
    """The caller of this request. Raises `InvalidToken` unless token, grant, consent, account and client all stand."""
    provider = idp(request)
    token, client = await open_caller(request, presented_token(request))
    if token.own is not None:
        agreed = await get_agreed(provider, client, token.own, token.issued_at)
        return Caller(agreed, permitted(client, token.own, {}, agreed), None)
    assert token.grant_id is not None
    async with provider.db.glance() as unit:
        grant = await grants.find_live(unit, token.client_id, token.grant_id, token.above)
        now = unit.now
    if grant is None:
        raise InvalidToken("The access token has been revoked: its grant, consent or session ended.")
    agreed = await get_agreed(provider, client, grant.authorisation, now)
    counts = permitted(client, token.authorised(grant.authorisation), grant.decided, agreed)
    return Caller(agreed, counts, grant.grant_id)
