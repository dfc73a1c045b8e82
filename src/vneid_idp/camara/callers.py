"""Who calls: a client of the profile `camara`, for a person who agreed to what it asks."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Header, Request, Security
from fastapi.security import OpenIdConnect

from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.protocol.claims import check_scope
from vneid_idp.protocol.errors import InsufficientScope, InvalidToken
from vneid_idp.web.api_caller import ApiCaller, find_api_caller
from vneid_idp.web.context import Idp
from vneid_idp.web.correlator import CORRELATOR

# It only describes the header in OpenAPI, under the name that CAMARA's files have: reading and refusing are ours.
_SCHEME = OpenIdConnect(
    openIdConnectUrl="/.well-known/openid-configuration",
    scheme_name="openId",
    auto_error=False,
    description=(
        "An access token of this provider that names a person: by the authorization code flow, CIBA, or an assertion "
        "with their phone number (RFC 7523). No client has these scopes in its own name."
    ),
)


class Caller(ApiCaller):
    """A client, and the person about whom it asks."""

    @property
    def asks_by(self) -> str:
        """The grant by which it asks."""
        assert self.grant_id is not None, "`caller_with` takes no others"
        return self.grant_id

    async def person(self, provider: Idp) -> RegistryRecord:
        """The person, as the register has them. Raises `InvalidToken` for who is there no more, and
        `RegistryUnavailable`."""
        record = None if self.person_id is None else await provider.registry.find(self.person_id)
        if record is None or record.deceased_at is not None:
            raise InvalidToken("The person of this access token is not in the registry any more.")
        return record


def caller_with(*any_of: str) -> Callable[..., Awaitable[Caller]]:
    """What finds the caller of a request, and requires one of these scopes."""

    async def find_caller(
        request: Request,
        _: Annotated[str | None, Security(_SCHEME, scopes=any_of[:1])],
        x_correlator: Annotated[
            str | None,
            Header(
                alias="x-correlator",
                pattern=f"^{CORRELATOR}$",
                description="What you call this request; every answer repeats it.",
            ),
        ] = None,
    ) -> Caller:
        """Raises as `find_api_caller`, and `InsufficientScope`."""
        found = await find_api_caller(request)
        check_scope(found.authorisation.scope, *any_of)
        if found.person_id is None or found.grant_id is None:
            raise InsufficientScope("This needs the access token of a person who agreed to the scope.")
        return Caller(found.client, found.authorisation, found.grant_id)

    return find_caller


def or_with(*scopes: str) -> dict[str, Any]:
    """For OpenAPI: that another of the scopes of `caller_with` will do as well."""
    return {"security": [{_SCHEME.scheme_name: [scope]} for scope in scopes]}
