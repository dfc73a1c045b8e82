"""`/signout`: leave the own pages, and every service that this browser signed in to with this session."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vneid_idp.consent.notices import announce
from vneid_idp.identity import sessions
from vneid_idp.interaction.guard import see_other
from vneid_idp.portal.access import Holder, for_holder
from vneid_idp.provider.notices import deliver
from vneid_idp.web.forms import read_form
from vneid_idp.web.session import forget_session
from vneid_idp.web.templates import render


async def show(request: Request, holder: Holder) -> Response:
    """Ask: a link alone must not sign anybody out."""
    return render(request, "portal/signout.html", name=holder.profile.record.full_name)


async def submit(request: Request, holder: Holder) -> Response:
    """End the session, and tell the services that it was used with."""
    await read_form(request)
    async with holder.provider.db.writing() as unit:
        ended = await sessions.end_session(unit, holder.person_id, holder.session.session_id)
        announced = await announce(unit, holder.person_id, holder.session.session_id) if ended else ()
    await deliver(holder.provider, announced)
    forget_session(request)
    return see_other("/signin")


routes = [
    Route("/signout", for_holder(show), methods=["GET"]),
    Route("/signout", for_holder(submit), methods=["POST"]),
]
