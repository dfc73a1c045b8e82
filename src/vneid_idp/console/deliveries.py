"""`/console/deliveries`: what waits to leave, and what was given up. Never what is in it."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.console.deed import deed_of
from vneid_idp.delivery import service
from vneid_idp.identity.offices.roles import Role
from vneid_idp.web.colleagues import Colleague, for_colleague
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

_PATH = "/console/deliveries"
_PAGE = 100


async def show(request: Request, colleague: Colleague) -> Response:
    """A page of the queue; with `?dead`, of what was given up."""
    dead = "dead" in request.query_params
    after = request.query_params.get("after", "")[:80].replace("\0", "")
    async with colleague.provider.db.reading() as unit:
        found = await service.list_deliveries(unit, dead=dead, after=after, limit=_PAGE)
    last = found[-1].delivery_id if len(found) == _PAGE else None
    return render(request, "console/deliveries.html", dead=dead, deliveries=found, last=last)


async def change(request: Request, colleague: Colleague) -> Response:
    """Try one again, or discard it."""
    form = await read_form(request)
    deed = deed_of(colleague, form)
    do = service.retry if form.one_of("what", "retry", "discard") == "retry" else service.discard
    await colleague.act(lambda unit: do(unit, form["delivery"], deed))
    return see_other(f"{_PATH}?dead")


doors = [
    Door.page(_PATH, for_colleague("console", show, Role.OPERATOR)),
    Door.page(_PATH, for_colleague("console", change, Role.OPERATOR), "POST"),
]
