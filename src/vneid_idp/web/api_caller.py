"""Who calls an API for relying parties: the access token of a request, and what stands behind it (RFC 6750)."""

from dataclasses import dataclass

from fastapi import Request

from vneid_idp.grants import service as grants
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidToken
from vneid_idp.protocol.permitted import permitted
from vneid_idp.web.acting import get_agreed
from vneid_idp.web.bearer import open_caller, presented_token
from vneid_idp.web.context import idp

ENDED = "The access token has been revoked: its grant, consent or session ended."
"""What a caller is told whose token was good when it was read, and is not by the time that something is done by it."""


@dataclass(frozen=True, slots=True)
class ApiCaller:
    """A relying party, what it is authorised to now, and the grant behind that where it acts for a person."""

    client: Client
    """The relying party; where another client of its organisation acts for it by an exchanged token, the one acted for.
    """
    authorisation: Authorisation
    grant_id: str | None

    @property
    def person_id(self) -> str | None:
        """The person for whom it acts, if any."""
        return self.authorisation.subject


async def find_api_caller(request: Request) -> ApiCaller:
    """The caller of this request. Raises `InvalidToken` unless token, grant, consent, account and client all stand."""
    provider = idp(request)
    token, client = await open_caller(request, presented_token(request))
    if token.own is not None:
        agreed = await get_agreed(provider, client, token.own, token.issued_at)
        return ApiCaller(agreed, permitted(client, token.own, {}, agreed), None)
    assert token.grant_id is not None
    async with provider.db.glance() as unit:
        grant = await grants.find_live(unit, token.client_id, token.grant_id, token.above)
        now = unit.now
    if grant is None:
        raise InvalidToken(ENDED)
    agreed = await get_agreed(provider, client, grant.authorisation, now)
    counts = permitted(client, token.authorised(grant.authorisation), grant.decided, agreed)
    return ApiCaller(agreed, counts, grant.grant_id)
