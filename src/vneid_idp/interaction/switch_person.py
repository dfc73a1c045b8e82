"""`/signin/{interaction}/other`: whoever is named on a page of a request is somebody else. They leave, the request
stays."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.interaction.visit import Visit, enter
from vneid_idp.use_cases.end_session import end_named_session
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door
from vneid_idp.web.drafts import drop_draft
from vneid_idp.web.forms import read_form
from vneid_idp.web.session import forget_session


def begin_anew(request: Request, signin: str) -> None:
    """Whoever signs in next at `signin` finds nothing of who was here."""
    drop_draft(request, signin)
    stage = idp(request).make_believe
    if stage is not None:
        stage.forget(request)


async def submit(request: Request) -> Response:
    """Sign whoever was here out, and let the next one sign in for the same request."""
    await read_form(request)
    visit = await enter(request)
    if visit.interaction.ended_at is None:
        await sign_out(request, visit)
    return visit.onward()


async def sign_out(request: Request, visit: Visit) -> None:
    """End the session of whoever is here, if anybody is: the next one begins anew."""
    session = visit.session
    if session is not None:
        announced = await visit.provider.db.transact(lambda unit: end_named_session(unit, session))
        forget_session(request)
        await visit.provider.dispatcher.attempt(announced)
        begin_anew(request, f"/signin/{visit.interaction.interaction_id}")


doors = [Door.page("/signin/{interaction}/other", submit, "POST")]
