"""What a grant type decided, done: open a grant, move one on, or store nothing. The same for every grant type."""

from dataclasses import dataclass, replace
from typing import assert_never

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.grants import service as grants
from vneid_idp.grants.service import Grant
from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.errors import InvalidGrant
from vneid_idp.protocol.grants.refresh_token import Presented, judge, narrowed
from vneid_idp.protocol.grants.request import InOwnName, OpenGrant, Outcome, RotateGrant
from vneid_idp.protocol.tokens import RefreshToken
from vneid_idp.storage.unit import Unit
from vneid_idp.web.context import Idp


@dataclass(frozen=True, slots=True)
class Granted:
    """What is to be put into tokens. `generation` is that of the refresh token to come, if there is to be one."""

    authorisation: Authorisation
    grant_id: str | None = None
    generation: int | None = None
    nonce: str | None = None


async def carry_out(provider: Idp, outcome: Outcome) -> tuple[Granted, Instant]:
    """Do it, and tell when. Raises `InvalidGrant`, and `InvalidScope` for more than was granted."""
    match outcome:
        case InOwnName(authorisation=authorisation):
            return Granted(authorisation), provider.clock.now()
        case OpenGrant():
            return await _open(provider, outcome)
        case RotateGrant():
            return await _rotate(provider, outcome)
        case _:
            assert_never(outcome)


async def _open(provider: Idp, wanted: OpenGrant) -> tuple[Granted, Instant]:
    async with provider.db.single() as unit:
        opened = await grants.open_grant(unit, wanted.grant_id, wanted.authorisation, refreshable=wanted.refreshable)
        now = unit.now
    if not opened:
        await _end_replayed(provider, wanted)
        raise InvalidGrant("The code was used before, or the consent or the session behind it has ended.")
    return Granted(wanted.authorisation, wanted.grant_id, 1 if wanted.refreshable else None, wanted.nonce), now


async def _end_replayed(provider: Idp, wanted: OpenGrant) -> None:
    """A code that comes twice may have been stolen: what the first redemption got ends too (RFC 6749 §4.1.2).

    The unit returns, so the end is kept although the request is refused.
    """
    client_id = wanted.authorisation.client_id

    async def work(unit: Unit) -> None:
        person_id = await grants.end(unit, client_id, wanted.grant_id)
        if person_id is not None:
            await record(unit, Event(EventKind.CODE_REPLAYED, person_id, client_id, wanted.grant_id))

    await provider.db.transact(work)


async def _rotate(provider: Idp, wanted: RotateGrant) -> tuple[Granted, Instant]:
    token = wanted.token
    if wanted.scope is not None:
        await _check_scope(provider, token, wanted.scope)
    async with provider.db.single() as unit:
        grant = await grants.rotate(unit, token.client_id, token.grant_id, token.above, token.generation)
        now = unit.now
    if grant is None:
        grant = await _repeated(provider, token)
    authorisation = grant.authorisation
    wanted_part = replace(authorisation, scope=narrowed(authorisation.scope, wanted.scope), bound_to=wanted.bound_to)
    return Granted(wanted_part, grant.grant_id, grant.rotation.generation), now


async def _check_scope(provider: Idp, token: RefreshToken, wanted: str) -> None:
    """Refuse too much before the token is spent: the client would hold a used one, and its next try look like theft."""
    async with provider.db.reading() as unit:
        grant = await grants.find_live(unit, token.client_id, token.grant_id, token.above)
    if grant is not None:
        narrowed(grant.authorisation.scope, wanted)


async def _repeated(provider: Idp, token: RefreshToken) -> Grant:
    """The grant again for a repeat within the grace; for a replay its end, kept although the request is refused."""

    async def work(unit: Unit) -> tuple[Grant | None, Presented | None]:
        grant = await grants.find_live(unit, token.client_id, token.grant_id, token.above)
        verdict = None if grant is None else judge(token, grant.rotation, unit.now)
        if verdict is Presented.REPLAYED:
            person_id = await grants.end(unit, token.client_id, token.grant_id)
            # Of many replays at once, one finds the grant standing and tells of it.
            if person_id is not None:
                data = {"generation": token.generation}
                await record(unit, Event(EventKind.REFRESH_REPLAYED, person_id, token.client_id, token.grant_id, data))
        return grant, verdict

    grant, verdict = await provider.db.transact(work)
    if grant is None:
        raise InvalidGrant("The grant behind the refresh_token has ended: expired, revoked or withdrawn.")
    if verdict is Presented.REPLAYED:
        raise InvalidGrant("The refresh_token was used before. Its grant has been revoked.")
    return grant
