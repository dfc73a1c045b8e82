"""`/console/keys`: every key there ever was and its state now, never its material."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.roles import Role
from vneid_idp.keys import service
from vneid_idp.web.colleagues import Colleague, for_colleague
from vneid_idp.web.doors import Door
from vneid_idp.web.templates import render


async def show(request: Request, colleague: Colleague) -> Response:
    """The page."""
    async with colleague.provider.db.reading() as unit:
        found = await service.list_keys(unit)
    return render(request, "console/keys.html", keys=found)


doors = [Door.page("/console/keys", for_colleague("console", show, Role.OPERATOR))]
