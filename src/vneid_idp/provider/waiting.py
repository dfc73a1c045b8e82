"""Keeping a request until somebody answers it: within what whoever sends it may leave here."""

import orjson
from starlette.requests import Request

from vneid_idp.interaction import service as interactions
from vneid_idp.interaction.service import Interaction
from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.web.context import Idp
from vneid_idp.web.limits import Secret, Tried

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
    size = len(orjson.dumps(asked.to_json()))
    await provider.limits.spend(what, by, 1 + size // _KIBIBYTE)
    return await provider.db.transact(
        lambda unit: interactions.open_interaction(unit, provider.keys.sealer, asked, browser, opened_at),
        durable=False,
    )


def stranger(provider: Idp, request: Request, client_id: str) -> Tried:
    """Somebody of whom only the network address is known, at this client."""
    return Tried(address=provider.address_of(request), client=client_id)
