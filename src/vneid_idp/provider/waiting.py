"""Keeping a request until somebody answers it: within what whoever sends it may leave here.

Who may leave no more makes room: requests that were left on the same account go, those that nobody needs any more
first, and nobody else's. So neither a noisy neighbour nor a site that leads a browser here again and again keeps people
out, and no more is kept than was paid for.
"""

import orjson
from starlette.requests import Request

from vneid_idp.interaction import service as interactions
from vneid_idp.interaction.service import Interaction, Taken
from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.storage.unit import Unit
from vneid_idp.web.context import Idp
from vneid_idp.web.known_browsers import known_browser
from vneid_idp.web.limits import Secret, TooManyRequests, Tried

_KIBIBYTE = 1024


async def keep(
    provider: Idp,
    asked: AuthorizationRequest,
    browser: str | None,
    opened_at: Instant,
    by: Tried,
    what: Secret = Secret.WAITING_REQUEST,
) -> Interaction:
    """Keep `asked` on the account of `by`; without a `browser` it was pushed. Raises `TooManyRequests`."""
    taken = Taken(_kept_for(provider, what, by), 1 + len(orjson.dumps(asked.to_json())) // _KIBIBYTE)
    try:
        await provider.limits.spend(what, by, taken.size)
    except TooManyRequests as error:
        used_up = error
    else:
        async with provider.db.single(durable=False) as unit:
            return await interactions.open_interaction(unit, provider.keys.sealer, asked, browser, opened_at, taken)

    async def work(unit: Unit) -> Interaction:
        if not await interactions.make_room(unit, taken):
            raise used_up
        return await interactions.open_interaction(unit, provider.keys.sealer, asked, browser, opened_at, taken)

    return await provider.db.transact(work, durable=False)


def stranger(provider: Idp, request: Request, client_id: str) -> Tried:
    """Somebody of whom only the network address is known, at this client."""
    return Tried(address=provider.address_of(request), client=client_id)


def somebody(provider: Idp, request: Request, client_id: str, person_id: str | None) -> Tried:
    """Who opens a request in a browser: whoever is signed in, or was before, is let in from a noisy network as well."""
    if person_id is not None:
        return Tried(account=person_id)
    known = known_browser(request, provider.keys.sealer)
    # By the name: by browsers, whoever signs in again and again would have any number of them.
    return stranger(provider, request, client_id) if known is None else Tried(browser=known.names[0])


def _kept_for(provider: Idp, what: Secret, by: Tried) -> str | None:
    """On whose account it is: no name, number or address that could be read in the database."""
    # Of a client alone, which proved who it is: its people's requests make no room for one another.
    owner = by.account or by.browser or by.address
    return None if owner is None else provider.keys.blind.of(what, owner)
