"""`/level/{interaction}`: the service asks for a level that this account does not have. How to reach it."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.interaction.visit import Visit, enter, extend, leave
from vneid_idp.protocol.interaction import ReachLevel
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.templates import render


async def show(request: Request) -> Response:
    """What level 2 is, where to get it, and the way back."""
    visit = await enter(request)
    return _page(request, visit) if isinstance(visit.situation.step, ReachLevel) else visit.onward()


async def submit(request: Request) -> Response:
    """Go back to the service without it, or ask for more time."""
    form = await read_form(request)
    visit = await enter(request)
    if not isinstance(visit.situation.step, ReachLevel):
        return visit.onward()
    if form["extend"]:
        return _page(request, await extend(visit))
    return await leave(visit, "level")


def _page(request: Request, visit: Visit) -> Response:
    return render(request, "interaction/reach_level.html", visit=visit)


doors = [
    Door.page("/level/{interaction}", show),
    Door.page("/level/{interaction}", submit, "POST"),
]
