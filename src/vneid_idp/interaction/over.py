"""A request that is over in this browser: which of the ways it ended, told to nobody else.

Rows of requests are gone soon after they ended. So the browser carries, sealed, what became of the last ones that it
opened: someone who comes back by Back or a bookmark is told the truth an hour later, too.
"""

from typing import Any

from starlette.requests import Request

from vneid_idp.interaction import service
from vneid_idp.interaction.service import Interaction, InteractionExpired, InteractionFinished, InteractionOver, Outcome
from vneid_idp.kernel.clock import HOUR, Instant
from vneid_idp.kernel.sealing import NotSealedHere, SealPurpose
from vneid_idp.protocol.uris import shown_host
from vneid_idp.web.context import idp
from vneid_idp.web.cookies import Cookie, browser_id, keep_cookie, read_cookie

LIFE: Instant = 12 * HOUR
"""How long a browser remembers what became of its requests."""
_REMEMBERED = 8


def remember(request: Request, interaction: Interaction, *, finished: bool = False) -> None:
    """Have the browser remember a request that it opened, or that it is finished."""
    asked = interaction.request
    entry = [interaction.interaction_id, asked.client_id, shown_host(asked.redirect_uri), finished]
    known = _remembered(request)
    if entry not in known:
        others = [each for each in known if each[0] != interaction.interaction_id]
        sealed = idp(request).keys.sealer.seal_json(SealPurpose.REQUESTS, [entry, *others][:_REMEMBERED])
        keep_cookie(request, Cookie.REQUESTS, sealed, LIFE)


async def over(request: Request, interaction_id: str) -> InteractionOver:
    """Why a request is not open in this browser. Raise it."""
    provider = idp(request)
    async with provider.db.glance() as unit:
        found = await service.outcome_in_browser(unit, provider.keys.sealer, interaction_id, browser_id(request))
    outcome = found or _outcome_remembered(request, interaction_id)
    if outcome is None:
        return InteractionOver()
    client = await provider.clients.find(outcome.client_id)
    told = InteractionFinished if outcome.finished else InteractionExpired
    if client is None:
        return told(outcome.host, outcome.host)
    return told(client.client_name, outcome.host, client.sign_in_address(provider.issuer))


def _outcome_remembered(request: Request, interaction_id: str) -> Outcome | None:
    """What the browser knows of a request whose row is gone: gone unanswered, it has run out of time."""
    for known, client_id, host, finished in _remembered(request):
        if known == interaction_id:
            return Outcome(client_id, host, finished=finished)
    return None


def _remembered(request: Request) -> list[list[Any]]:
    value = read_cookie(request, Cookie.REQUESTS)
    try:
        return [] if value is None else list(idp(request).keys.sealer.open_json(SealPurpose.REQUESTS, value))
    except NotSealedHere:
        return []
