"""Whether this process can serve: for load balancers and containers."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.register import set_aside
from vneid_idp.instructions import answers
from vneid_idp.kernel.clock import SECOND
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door
from vneid_idp.web.responses import json_response


async def healthz(request: Request) -> Response:
    """`GET /healthz`: 200 when the database answers, else 503.

    How the population registry answers is told and not judged: without it sign-ins fail, tokens and sessions go on, and
    a process taken out of service would make that worse. The same goes for changes of the registry that could not be
    followed: `vneid-idp registry list` names them; and for how long a carrier has owed an answer to an instruction,
    which `/console` tells of each.
    """
    provider = idp(request)
    async with provider.db.reading() as unit:
        waiting = await set_aside.count(unit)
        overdue_since = await answers.overdue_since(unit)
        overdue = 0 if overdue_since is None else (unit.now - overdue_since) // SECOND
    health = {
        "status": "ok",
        "registry": provider.registry.health,
        "registry_changes_set_aside": waiting,
        "instructions_overdue_seconds": overdue,
    }
    return json_response(health)


doors = [Door.api("/healthz", healthz)]
