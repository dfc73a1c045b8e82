"""A request that is over in this browser: which of the ways it ended, told to nobody else.

Rows of requests are gone soon after they ended. So the browser carries, sealed, what became of the last ones that it
opened: someone who comes back by Back or a bookmark is told the truth an hour later, too. Each has a cookie of its own,
since of two tabs that end theirs at one moment neither knows of the other.
"""

from dataclasses import dataclass

from starlette.requests import Request

from vneid_idp.interaction import service
from vneid_idp.interaction.service import (
    Interaction,
    InteractionExpired,
    InteractionFinished,
    InteractionGaveWay,
    InteractionOver,
    Outcome,
)
from vneid_idp.kernel.clock import HOUR, MINUTE, Instant
from vneid_idp.kernel.sealing import NotSealedHere, SealPurpose
from vneid_idp.web.context import idp
from vneid_idp.web.cookies import Cookie, browser_id, forget_cookie, keep_cookie, read_cookies

LIFE: Instant = 12 * HOUR
"""How long a browser remembers what became of its requests."""
_REMEMBERED = 5


@dataclass(frozen=True, slots=True)
class _Entry:
    outcome: Outcome
    at: Instant
    """When it was written; from then on the request had a full span of time."""


def remember(request: Request, interaction: Interaction, *, finished: bool = False) -> None:
    """Have the browser remember a request that it opened or gave more time, or that it is finished."""
    asked, now = interaction.request, idp(request).clock.now()
    at = now if finished else min(now, interaction.opened_at + interaction.longest - service.LIFE)
    _keep(request, interaction.interaction_id, Outcome(asked.client_id, asked.host, finished), at)


async def over(request: Request, interaction_id: str) -> InteractionOver:
    """Why a request is not open in this browser. Raise it."""
    provider, gave_way = idp(request), False
    async with provider.db.glance() as unit:
        now = unit.now
        outcome = await service.outcome_in_browser(unit, provider.keys.sealer, interaction_id, browser_id(request))
    if outcome is not None:
        # Another tab may have ended it while this one was led on, whose word was then the last.
        _keep(request, interaction_id, outcome, now if outcome.finished else now - service.LIFE)
    elif (remembered := _remembered(request).get(interaction_id)) is not None:
        # Its row is gone: gone unanswered, it has run out of time, or made room for others before.
        outcome, gave_way = remembered.outcome, now < remembered.at + service.LIFE
    if outcome is None:
        return InteractionOver()
    client = await provider.clients.find(outcome.client_id)
    if client is None and not outcome.host:
        return InteractionOver()
    if client is None:
        return (InteractionFinished if outcome.finished else InteractionExpired)(outcome.host, outcome.host)
    told = InteractionFinished if outcome.finished else InteractionGaveWay if gave_way else InteractionExpired
    return told(client.client_name, outcome.host, client.sign_in_address(provider.issuer))


def _keep(request: Request, interaction_id: str, outcome: Outcome, at: Instant) -> None:
    known = _remembered(request)
    before = known.pop(interaction_id, None)
    if before is not None and before.outcome == outcome and at < before.at + MINUTE:
        return
    sealer = idp(request).keys.sealer
    entry = [interaction_id, outcome.client_id, outcome.host, outcome.finished, at]
    keep_cookie(request, Cookie.REQUEST, sealer.seal_json(SealPurpose.REQUEST, entry), LIFE, of=interaction_id)
    for old in sorted(known, key=lambda each: known[each].at, reverse=True)[_REMEMBERED - 1 :]:
        forget_cookie(request, Cookie.REQUEST, of=old)


def _remembered(request: Request) -> dict[str, _Entry]:
    found = {}
    for interaction_id, value in read_cookies(request, Cookie.REQUEST).items():
        try:
            named, client_id, host, finished, at = idp(request).keys.sealer.open_json(SealPurpose.REQUEST, value)
        except NotSealedHere:
            continue
        if named == interaction_id:
            found[interaction_id] = _Entry(Outcome(client_id, host, finished), at)
    return found
