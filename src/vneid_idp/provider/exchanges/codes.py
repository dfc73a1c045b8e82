"""An authorization code for tokens (RFC 6749 §4.1.3)."""

from vneid_idp.audit.service import Event, Kind, record
from vneid_idp.consent import grants
from vneid_idp.kernel.sealing import NotSealedHere, Purpose
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidGrant, InvalidRequest
from vneid_idp.protocol.grants.authorization_code import check_redemption
from vneid_idp.protocol.params import Params
from vneid_idp.protocol.tokens import Code
from vneid_idp.provider.exchanges.issuing import Issued, token_response
from vneid_idp.web.context import Idp


async def exchange(provider: Idp, client: Client, params: Params) -> dict[str, object]:
    """Redeem a code, once. Raises `InvalidGrant`."""
    code = _opened(provider, params)
    check_redemption(code, client, params, provider.clock.now())
    refreshable = "offline_access" in code.scope and "refresh_token" in client.grant_types
    async with provider.db.single() as unit:
        opened = await grants.open_grant(unit, code, refreshable=refreshable)
        now = unit.now
    if not opened:
        await _revoke_replayed(provider, code)
        raise InvalidGrant("The code was used before, or the consent or the session behind it has ended.")
    issued = Issued(
        grant_id=code.grant_id,
        person_id=code.person_id,
        session_id=code.session_id,
        scope=code.scope,
        claims=code.claims,
        acr=code.acr,
        amr=code.amr,
        auth_time=code.auth_time,
        nonce=code.nonce,
        generation=1,
        refreshable=refreshable,
    )
    return await token_response(provider, client, issued, now)


def _opened(provider: Idp, params: Params) -> Code:
    text = params.get("code")
    if text is None:
        raise InvalidRequest("code is missing.")
    try:
        return Code.from_json(provider.keys.sealer.open_json(Purpose.CODE, text))
    except NotSealedHere as error:
        raise InvalidGrant("The code is not one that this provider issued.") from error


async def _revoke_replayed(provider: Idp, code: Code) -> None:
    """A code that comes twice may have been stolen: what the first redemption got ends too (RFC 6749 §4.1.2).

    The unit returns, so the revocation is kept although the request is refused.
    """
    async with provider.db.writing() as unit:
        person_id = await grants.revoke(unit, code.client_id, code.grant_id)
        if person_id is not None:
            await record(
                unit,
                Event(
                    kind=Kind.CODE_REPLAYED,
                    person_id=person_id,
                    client_id=code.client_id,
                    subject_id=code.grant_id,
                    data={},
                ),
            )
