"""`/signout`: the provider's own end-session page asks, and tells every service of the session."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.web.doors import Door
from vneid_idp.web.responses import see_other


async def show(request: Request) -> Response:
    """Go there; a link alone must not sign anybody out."""
    return see_other("/end_session")


doors = [Door.page("/signout", show)]
