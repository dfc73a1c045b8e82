"""Who calls, and what it may do with accounts: the access token of a request (RFC 6750)."""

from typing import Annotated

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from vneid_idp.protocol.claims import CHILD_ACCOUNT, SOCIAL_ACCOUNT, check_scope
from vneid_idp.protocol.errors import InsufficientScope
from vneid_idp.web.api_caller import ApiCaller, find_api_caller

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


class Caller(ApiCaller):
    """A network, and what it may do with accounts."""

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
    """The caller of this request. Raises as `find_api_caller`."""
    found = await find_api_caller(request)
    return Caller(found.client, found.authorisation, found.grant_id)
