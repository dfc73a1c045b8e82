"""Who calls: a carrier, with the token of a person who confirmed a number, or with its own."""

from typing import Annotated

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from vneid_idp.protocol.claims import SUBSCRIBER_NUMBER, check_scope
from vneid_idp.protocol.errors import InsufficientScope
from vneid_idp.web.api_caller import ApiCaller, find_api_caller

# It only describes the header in OpenAPI: reading and refusing are ours, with the challenge that RFC 6750 §3 wants.
_SCHEME = HTTPBearer(
    auto_error=False,
    scheme_name="access_token",
    description=(
        "An access token of this provider, bound to a key of the carrier's. The authorization code flow and CIBA give "
        "one that names a person and carries what they confirmed in `authorization_details`, and token exchange hands "
        "it on to another client of the carrier's; the client credentials "
        f"flow gives the carrier's own, with the scope `{SUBSCRIBER_NUMBER}`."
    ),
)


class Caller(ApiCaller):
    """A carrier, and what it may do with numbers."""

    def check_person(self) -> str:
        """The grant behind a token that names a person. Raises `InsufficientScope`."""
        if self.grant_id is None:
            raise InsufficientScope(
                "This needs the access token of the request in which the person confirmed the number, or one that was "
                "exchanged for it."
            )
        return self.grant_id

    def check_own(self, scope: str = SUBSCRIBER_NUMBER) -> None:
        """Raise `InsufficientScope` unless the carrier acts in its own name, with a token bound to its key, and may
        handle its numbers, or do what `scope` is for."""
        check_scope(self.authorisation.scope, scope)
        if self.person_id is not None or self.authorisation.acts_for is not None:
            raise InsufficientScope("This needs the carrier's own access token, from the client_credentials grant.")
        if self.authorisation.bound_to is None:
            raise InsufficientScope("This needs an access token that is bound to a key (RFC 9449, RFC 8705).")


async def find_caller(request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_SCHEME)]) -> Caller:
    """The caller of this request. Raises as `find_api_caller`."""
    found = await find_api_caller(request)
    return Caller(found.client, found.authorisation, found.grant_id)
