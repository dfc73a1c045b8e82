"""`/signin/{interaction}/other`: whoever is named on a page of a request is somebody else. They leave, the request
stays."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.interaction.visit import enter
from vneid_idp.use_cases.end_session import end_named_session
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.session import forget_session


async def submit(request: Request) -> Response:
    """Sign whoever was here out, and let the next one sign in for the same request."""
    await read_form(request)
    visit = await enter(request)
    session = visit.session
    if session is not None and visit.interaction.ended_at is None:
        announced = await visit.provider.db.transact(lambda unit: end_named_session(unit, session))
        forget_session(request)
        await visit.provider.dispatcher.attempt(announced)
    return visit.onward()


doors = [Door.page("/signin/{interaction}/other", submit, "POST")]
