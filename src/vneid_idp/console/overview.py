"""`/console`: how everything stands, at a glance."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.audit import service as audit
from vneid_idp.clients import service as clients
from vneid_idp.delivery import service as deliveries
from vneid_idp.identity import lock_requests
from vneid_idp.identity.roles import Role
from vneid_idp.keys import service as keys
from vneid_idp.web.colleagues import Colleague, for_colleague
from vneid_idp.web.doors import Door
from vneid_idp.web.templates import render

_MOST = 1_000


async def show(request: Request, colleague: Colleague) -> Response:
    """The page."""
    provider = colleague.provider
    async with provider.db.reading() as unit:
        channels = await deliveries.standing(unit)
        known = await clients.list_clients(unit, limit=_MOST)
        all_keys = await keys.list_keys(unit)
        requests = await lock_requests.open_requests(unit)
        unsealed = await audit.count_unsealed(unit)
    return render(
        request,
        "console/overview.html",
        colleague=colleague,
        channels=channels,
        enabled=sum(client.disabled_at is None for client in known),
        disabled=sum(client.disabled_at is not None for client in known),
        more=len(known) == _MOST,
        announced=sum(key.state == "announced" for key in all_keys),
        requests=len(requests),
        unsealed=unsealed,
    )


doors = [Door.page("/console", for_colleague("console", show, Role.OPERATOR))]
