"""What a grant type decided, done: open a grant, move one on, derive another, or store nothing."""

from dataclasses import replace
from typing import assert_never

from vneid_idp.audit.events import EventKind
from vneid_idp.cross_device import service as cross_device
from vneid_idp.cross_device.rules import Approved, Denied, Expired, Pending
from vneid_idp.grants import service as grants
from vneid_idp.grants.service import Grant
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.values import altered
from vneid_idp.protocol.audience import meant_for
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.checks.profiles import PROFILES
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.details.granting import narrowed_details
from vneid_idp.protocol.errors import AccessDenied, AuthorizationPending, ExpiredToken, InvalidGrant, SlowDown
from vneid_idp.protocol.grant_types.refresh_token import RefreshVerdict, judge, narrowed
from vneid_idp.protocol.grant_types.request import (
    DeriveToken,
    InOwnName,
    OpenAsserted,
    OpenGrant,
    PollRequest,
    RotateGrant,
    TokenOutcome,
)
from vneid_idp.protocol.permitted import may_refresh, permitted
from vneid_idp.protocol.polled import PolledKind
from vneid_idp.protocol.resource_servers import ResourceServer
from vneid_idp.protocol.targets import Target
from vneid_idp.provider.asserting import open_asserted
from vneid_idp.provider.exchanging import exchange
from vneid_idp.provider.granted import Granted
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.end_grant import end_grant
from vneid_idp.web.context import Idp
from vneid_idp.web.possession import Possession

_ENDED = "The grant behind the refresh_token has ended: expired, revoked or withdrawn."


async def carry_out(
    provider: Idp, client: Client, outcome: TokenOutcome, proven: Possession
) -> tuple[Granted, Instant]:
    """Do it, and tell when. The tokens are for what counts now of what was granted, the grant stays as it was given.
    What was `proven` is used up where anything is given.

    Raises `InvalidGrant`, and `InvalidScope`, `InvalidTarget` and of details `InvalidAuthorizationDetails` for more
    than was granted, or for nothing that counts; of an exchange `InvalidRequest`.
    """
    if isinstance(outcome, PollRequest):
        return await _fetch(provider, client, outcome, proven)
    await proven.use_up(provider, client)
    match outcome:
        case InOwnName(authorisation=authorisation):
            return Granted(authorisation, server=_server(outcome)), provider.clock.now()
        case OpenGrant():
            return await _open(provider, client, outcome)
        case RotateGrant():
            return await _rotate(provider, client, outcome)
        case DeriveToken():
            return await exchange(provider, client, outcome)
        case OpenAsserted():
            return await open_asserted(provider, client, outcome)
        case _:
            assert_never(outcome)


async def _open(provider: Idp, client: Client, wanted: OpenGrant) -> tuple[Granted, Instant]:
    async with provider.db.single() as unit:
        grant = await grants.open_grant(unit, wanted.grant_id, wanted.authorisation, refreshable=wanted.refreshable)
        now = unit.now
    return await _opened(provider, client, wanted, grant), now


async def _opened(provider: Idp, client: Client, wanted: OpenGrant, grant: Grant | None) -> Granted:
    """What is to be put into the tokens of a grant that was just opened, or could not be. Raises `InvalidGrant`."""
    if grant is None:
        if wanted.ends_when_replayed:
            await _end_replayed(provider, wanted)
        raise InvalidGrant(
            "It was used before, or the consent, the account or the session behind it has ended.",
            about=None if wanted.ends_when_replayed else "polled",
        )
    authorisation = permitted(client, altered(grant.authorisation, details=wanted.details), grant.decided)
    generation = 1 if may_refresh(client, authorisation.scope) else None
    authorisation = meant_for(authorisation, wanted.audience)
    return Granted(authorisation, wanted.grant_id, generation, wanted.nonce, _server(wanted))


def _server(wanted: OpenGrant | RotateGrant | InOwnName | PollRequest) -> ResourceServer | None:
    return None if wanted.audience is None else wanted.audience.server


async def _fetch(provider: Idp, client: Client, wanted: PollRequest, proven: Possession) -> tuple[Granted, Instant]:
    """What was answered elsewhere. Of many polls for one answer one gets it, which the key of the grant decides; the
    others end nothing: a client that lost an answer on its way asks again.

    A proof is used up only where something is given: who polls while nobody has answered leaves no row behind, and
    whoever sends that proof again learns what the one before learnt.
    """
    async with provider.db.single(durable=False) as unit:  # of the pace nothing is lost that matters
        found = await cross_device.poll(unit, provider.keys.sealer, wanted.kind, client.client_id, wanted.handle)
    if found is None:
        raise InvalidGrant(
            "It is not one that this provider issued to this client, or was issued long ago.", about="polled"
        )
    match found:
        case Expired():
            raise ExpiredToken("Nobody answered in time. Begin anew.")
        case Denied():
            raise AccessDenied("The person did not agree, or the request ended in another way.")
        case Pending(too_soon=True):
            raise SlowDown("Asked too soon: wait five seconds longer between polls from now on.")
        case Pending():
            raise AuthorizationPending("Nobody has answered yet. Ask again after the interval.")
        case Approved(grant_id=grant_id, authorisation=approved):
            bound = altered(approved, bound_to=wanted.bound_to)
            details = narrowed_details(bound.details, wanted.details)
            meant_for(bound, wanted.audience)  # before the answer is used up
            await proven.use_up(provider, client)
            opening = OpenGrant(
                grant_id,
                bound,
                None,
                may_refresh(client, bound.scope),
                details,
                ends_when_replayed=False,
                audience=wanted.audience,
            )
            granted, now = await _open_approved(provider, client, opening, wanted.handle)
            polled_with = wanted.handle if wanted.kind is PolledKind.BACKCHANNEL else None
            return replace(granted, auth_req_id=polled_with), now
        case _:
            assert_never(found)


async def _open_approved(provider: Idp, client: Client, wanted: OpenGrant, handle: str) -> tuple[Granted, Instant]:
    """Open it while the answer stands: of a poll and whoever takes the answer back one comes first, and the other finds
    what it wrote."""

    async def work(unit: Unit) -> tuple[Grant | None, Instant]:
        if not await cross_device.hold_approved(unit, client.client_id, handle):
            return None, unit.now
        opened = await grants.open_grant(unit, wanted.grant_id, wanted.authorisation, refreshable=wanted.refreshable)
        return opened, unit.now

    grant, now = await provider.db.transact(work)
    return await _opened(provider, client, wanted, grant), now


async def _end_replayed(provider: Idp, wanted: OpenGrant) -> None:
    """A code that comes twice may have been stolen: what the first redemption got ends too (RFC 6749 §4.1.2).

    The unit returns, so the end is kept although the request is refused.
    """
    client_id = wanted.authorisation.client_id
    await provider.db.transact(lambda unit: end_grant(unit, client_id, wanted.grant_id, EventKind.CODE_REPLAYED))


async def _rotate(provider: Idp, client: Client, wanted: RotateGrant) -> tuple[Granted, Instant]:
    token = wanted.token
    if not PROFILES[client.profile].rotates_refresh_tokens:
        return await _again(provider, client, wanted)
    grant = None
    as_before = wanted.scope is None and wanted.details is None and wanted.audience is None
    if as_before and token.registration == client.version:
        # Neither the operator nor, says the statement, the person has changed anything since the token was issued: what
        # counted then counts now, and it need not be looked at before it is spent.
        async with provider.db.single() as unit:
            grant = await grants.rotate(
                unit, token.client_id, token.grant_id, token.above, token.generation, as_of=token.issued_at
            )
            now = unit.now
    if grant is None:
        grant, now = await _looked_at(provider, client, wanted)
    generation = grant.rotation.generation
    return Granted(_part(client, grant, wanted), grant.grant_id, generation, server=_server(wanted)), now


async def _again(provider: Idp, client: Client, wanted: RotateGrant) -> tuple[Granted, Instant]:
    """What a refresh token gives that is not rotated: the client keeps the one it has."""
    token = wanted.token
    async with provider.db.glance() as unit:
        grant = await grants.find_live(unit, token.client_id, token.grant_id, token.above)
        now = unit.now
    if grant is None or token.generation != grant.rotation.generation:
        raise InvalidGrant(_ENDED)
    return Granted(_part(client, grant, wanted), grant.grant_id, server=_server(wanted)), now


def _part(client: Client, grant: Grant, wanted: RotateGrant) -> Authorisation:
    """What the next tokens allow, bound to the key that is proven now. Raises `InvalidScope`, `InvalidTarget`,
    `InvalidAuthorizationDetails`, and `InvalidGrant` as `_counting`."""
    counts = meant_for(_counting(client, grant), wanted.audience)
    if (server := _server(wanted)) is not None:
        there = counts.targets[0].scope
        scope = narrowed(client.scope, (*grant.authorisation.scope, *there), there, wanted.scope)
        return altered(counts, targets=(Target(server.server_id, scope),), bound_to=wanted.bound_to)
    scope = narrowed(client.scope, grant.authorisation.scope, counts.scope, wanted.scope)
    details = narrowed_details(counts.details, wanted.details)
    return altered(counts, scope=scope, details=details, bound_to=wanted.bound_to)


def _counting(client: Client, grant: Grant) -> Authorisation:
    """What counts now. Raises `InvalidGrant` where the client may not go on while the person is away."""
    if "offline_access" not in client.scope:
        raise InvalidGrant("This client may no longer act while the person is away: offline_access was taken from it.")
    authorisation = permitted(client, grant.authorisation, grant.decided)
    if not may_refresh(client, authorisation.scope):
        raise InvalidGrant("What the person agreed to has changed or counts no more: ask the person again.")
    return authorisation


async def _looked_at(provider: Idp, client: Client, wanted: RotateGrant) -> tuple[Grant, Instant]:
    """The grant moved on if the token is good for what is wanted, which is looked at first and in the same unit; the
    grant as it stands for a repeat within the grace; for a replay its end, kept although the request is refused.

    Who is refused keeps a token that is as good as it was: a spent one, tried again, would look like theft.
    """
    token = wanted.token

    async def work(unit: Unit) -> tuple[Grant | None, RefreshVerdict | None, Instant]:
        own = token.client_id, token.grant_id, token.above
        grant = await grants.find_live(unit, *own)
        if grant is not None and judge(token, grant.rotation, client, unit.now) is RefreshVerdict.CURRENT:
            _part(client, grant, wanted)
            moved = await grants.rotate(unit, *own, token.generation)
            if moved is not None:
                return moved, RefreshVerdict.CURRENT, unit.now
            # Another request with the same token has come first.
            grant = await grants.find_live(unit, *own)
        if grant is None:
            return None, None, unit.now
        verdict = judge(token, grant.rotation, client, unit.now)
        if verdict is RefreshVerdict.REPLAYED:
            data = {"generation": token.generation}
            await end_grant(unit, token.client_id, token.grant_id, EventKind.REFRESH_REPLAYED, data)
        else:
            _part(client, grant, wanted)
        return grant, verdict, unit.now

    grant, verdict, now = await provider.db.transact(work)
    if grant is None:
        raise InvalidGrant(_ENDED)
    if verdict is RefreshVerdict.REPLAYED:
        raise InvalidGrant("The refresh_token was used before. Its grant has been revoked.")
    return grant, now
