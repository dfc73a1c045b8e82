"""`/phone`: what waits for an answer of this phone."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.phone.access import HOME, find_handset
from vneid_idp.phone.pages import page
from vneid_idp.web.doors import Door
from vneid_idp.web.i18n import gettext, mark

_DONE = {
    "enrolled": mark("This phone is set up. Requests reach you here from now on."),
}


async def show(request: Request) -> Response:
    """The list, or to a browser that is nobody's phone how it becomes one."""
    handset = await find_handset(request)
    if handset is None:
        return page(request, "intro")
    done = _DONE.get(request.query_params.get("done", ""))
    return page(request, "home", handset=handset, done=gettext(request, done) if done else None)


doors = [Door.page(HOME, show)]
