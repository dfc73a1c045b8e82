"""Whether this process can serve: for load balancers and containers."""

from sqlalchemy import literal, select
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.storage.statement import Statement
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door
from vneid_idp.web.responses import json_response

_PING = Statement(select(literal(1).label("one")))


async def healthz(request: Request) -> Response:
    """`GET /healthz`: 200 when the database answers, else 503.

    How the population registry answers is told and not judged: without it sign-ins fail, tokens and sessions go on, and
    a process taken out of service would make that worse.
    """
    provider = idp(request)
    async with provider.db.glance() as unit:
        await unit.fetch_one(_PING)
    return json_response({"status": "ok", "registry": provider.registry.health})


doors = [Door.api("/healthz", healthz)]
