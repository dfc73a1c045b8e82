"""A refresh token for new tokens (RFC 6749 §6), rotated, with reuse detected and a lost answer forgiven."""

from vneid_idp.audit.service import Event, Kind, record
from vneid_idp.consent import grants
from vneid_idp.consent.grants import Grant
from vneid_idp.kernel.sealing import NotSealedHere, Purpose
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidGrant, InvalidRequest
from vneid_idp.protocol.grants.refresh_token import Presented, check_refresh, judge, narrowed
from vneid_idp.protocol.params import Params
from vneid_idp.protocol.tokens import RefreshToken
from vneid_idp.provider.exchanges.issuing import Issued, token_response
from vneid_idp.web.context import Idp


async def exchange(provider: Idp, client: Client, params: Params) -> dict[str, object]:
    """Refresh. Raises `InvalidGrant`, and `InvalidScope` for more than was granted."""
    token = _opened(provider, params)
    check_refresh(token, client)
    wanted = params.get("scope")
    if wanted is not None:
        await _check_scope(provider, token, wanted)
    async with provider.db.single() as unit:
        grant = await grants.refresh(unit, token.client_id, token.grant_id, token.generation)
        now = unit.now
    if grant is None:
        grant = await _repeated(provider, token)
    return await token_response(provider, client, _issued(grant, narrowed(grant.scope, wanted)), now)


async def _check_scope(provider: Idp, token: RefreshToken, wanted: str) -> None:
    """Refuse too much before the token is spent: the client would hold a used one, and its next try look like theft."""
    async with provider.db.reading() as unit:
        grant = await grants.find_live(unit, token.client_id, token.grant_id)
    if grant is not None:
        narrowed(grant.scope, wanted)


def _opened(provider: Idp, params: Params) -> RefreshToken:
    text = params.get("refresh_token")
    if text is None:
        raise InvalidRequest("refresh_token is missing.")
    try:
        return RefreshToken.from_json(provider.keys.sealer.open_json(Purpose.REFRESH_TOKEN, text))
    except NotSealedHere as error:
        raise InvalidGrant("The refresh_token is not one that this provider issued.") from error


async def _repeated(provider: Idp, token: RefreshToken) -> Grant:
    """The grant again for a repeat within the grace; for a replay its end, kept although the request is refused."""
    async with provider.db.writing() as unit:
        grant = await grants.find_live(unit, token.client_id, token.grant_id)
        verdict = None if grant is None else judge(token, grant.rotation, unit.now)
        if verdict is Presented.REPLAYED:
            person_id = await grants.revoke(unit, token.client_id, token.grant_id)
            # Of many replays at once, one finds the grant standing and tells of it.
            if person_id is not None:
                data = {"generation": token.generation}
                await record(unit, Event(Kind.REFRESH_REPLAYED, person_id, token.client_id, token.grant_id, data))
    if grant is None:
        raise InvalidGrant("The grant behind the refresh_token has ended: expired, revoked or withdrawn.")
    if verdict is Presented.REPLAYED:
        raise InvalidGrant("The refresh_token was used before. Its grant has been revoked.")
    return grant


def _issued(grant: Grant, scope: tuple[str, ...]) -> Issued:
    return Issued(
        grant_id=grant.grant_id,
        person_id=grant.person_id,
        session_id=grant.session_id,
        scope=scope,
        claims=grant.claims,
        acr=grant.acr,
        amr=grant.amr,
        auth_time=grant.auth_time,
        nonce=None,
        generation=grant.rotation.generation,
        refreshable=True,
    )
