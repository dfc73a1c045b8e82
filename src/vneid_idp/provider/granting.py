"""What a grant type decided, done: open a grant, move one on, or store nothing. The same for every grant type."""

from dataclasses import dataclass
from typing import assert_never

from vneid_idp.audit.events import EventKind
from vneid_idp.grants import service as grants
from vneid_idp.grants.service import Grant
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.values import altered
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidGrant
from vneid_idp.protocol.grant_types.refresh_token import RefreshVerdict, judge, narrowed
from vneid_idp.protocol.grant_types.request import InOwnName, OpenGrant, RotateGrant, TokenOutcome
from vneid_idp.protocol.permitted import permitted
from vneid_idp.protocol.tokens import RefreshToken
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.end_grant import end_grant
from vneid_idp.web.context import Idp

_OFFLINE = "offline_access"


@dataclass(frozen=True, slots=True)
class Granted:
    """What is to be put into tokens. `generation` is that of the refresh token to come, if there is to be one."""

    authorisation: Authorisation
    grant_id: str | None = None
    generation: int | None = None
    nonce: str | None = None


async def carry_out(provider: Idp, client: Client, outcome: TokenOutcome) -> tuple[Granted, Instant]:
    """Do it, and tell when. The tokens are for what counts now of what was granted, the grant stays as it was given.

    Raises `InvalidGrant`, and `InvalidScope` for more than was granted, or for nothing that counts.
    """
    match outcome:
        case InOwnName(authorisation=authorisation):
            return Granted(authorisation), provider.clock.now()
        case OpenGrant():
            return await _open(provider, client, outcome)
        case RotateGrant():
            return await _rotate(provider, client, outcome)
        case _:
            assert_never(outcome)


async def _open(provider: Idp, client: Client, wanted: OpenGrant) -> tuple[Granted, Instant]:
    async with provider.db.single() as unit:
        grant = await grants.open_grant(unit, wanted.grant_id, wanted.authorisation, refreshable=wanted.refreshable)
        now = unit.now
    if grant is None:
        await _end_replayed(provider, wanted)
        raise InvalidGrant("The code was used before, or the consent or the session behind it has ended.")
    authorisation = permitted(client, grant.authorisation, grant.decided)
    generation = 1 if wanted.refreshable and _lasts(authorisation) else None
    return Granted(authorisation, wanted.grant_id, generation, wanted.nonce), now


async def _end_replayed(provider: Idp, wanted: OpenGrant) -> None:
    """A code that comes twice may have been stolen: what the first redemption got ends too (RFC 6749 §4.1.2).

    The unit returns, so the end is kept although the request is refused.
    """
    client_id = wanted.authorisation.client_id
    await provider.db.transact(lambda unit: end_grant(unit, client_id, wanted.grant_id, EventKind.CODE_REPLAYED))


async def _rotate(provider: Idp, client: Client, wanted: RotateGrant) -> tuple[Granted, Instant]:
    token = wanted.token
    if _OFFLINE not in client.scope:
        # Before the token is spent: if the operator gives the scope back, it is as good as it was.
        raise InvalidGrant("This client may no longer act while the person is away: offline_access was taken from it.")
    if wanted.scope is not None:
        await _check_scope(provider, client, token, wanted.scope)
    async with provider.db.single() as unit:
        grant = await grants.rotate(unit, token.client_id, token.grant_id, token.above, token.generation)
        now = unit.now
    if grant is None:
        grant = await _repeated(provider, client, token)
    scope = narrowed(grant.authorisation.scope, _counting(client, grant), wanted.scope)
    part = altered(grant.authorisation, scope=scope, bound_to=wanted.bound_to)
    return Granted(part, grant.grant_id, grant.rotation.generation), now


def _counting(client: Client, grant: Grant) -> tuple[str, ...]:
    """The scope that counts now. Raises `InvalidGrant` where the person would first have to be asked again."""
    authorisation = permitted(client, grant.authorisation, grant.decided)
    if not _lasts(authorisation):
        raise InvalidGrant("The purpose that the person agreed to has changed or is gone: ask the person again.")
    return authorisation.scope


def _lasts(authorisation: Authorisation) -> bool:
    return _OFFLINE in authorisation.scope


async def _check_scope(provider: Idp, client: Client, token: RefreshToken, wanted: str) -> None:
    """Refuse too much before the token is spent: the client would hold a used one, and its next try look like theft."""
    async with provider.db.glance() as unit:
        grant = await grants.find_live(unit, token.client_id, token.grant_id, token.above)
    if grant is not None:
        narrowed(grant.authorisation.scope, _counting(client, grant), wanted)


async def _repeated(provider: Idp, client: Client, token: RefreshToken) -> Grant:
    """The grant again for a repeat within the grace; for a replay its end, kept although the request is refused."""

    async def work(unit: Unit) -> tuple[Grant | None, RefreshVerdict | None]:
        grant = await grants.find_live(unit, token.client_id, token.grant_id, token.above)
        if grant is not None:
            # One that was refused for this got no next token: that it comes again is no theft.
            _counting(client, grant)
        verdict = None if grant is None else judge(token, grant.rotation, unit.now)
        if verdict is RefreshVerdict.REPLAYED:
            data = {"generation": token.generation}
            await end_grant(unit, token.client_id, token.grant_id, EventKind.REFRESH_REPLAYED, data)
        return grant, verdict

    grant, verdict = await provider.db.transact(work)
    if grant is None:
        raise InvalidGrant("The grant behind the refresh_token has ended: expired, revoked or withdrawn.")
    if verdict is RefreshVerdict.REPLAYED:
        raise InvalidGrant("The refresh_token was used before. Its grant has been revoked.")
    return grant
