"""`/guardian-acts/{interaction}`: a child is here, and the request asks for something that a parent or guardian does:
that an account is linked, or that rich details are granted. Nothing is asked and nothing is told: the way back to the
service, and how it goes on there."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.interaction.visit import Visit, enter, extend, leave
from vneid_idp.policy.rules import Threshold
from vneid_idp.protocol.claims import needs_child
from vneid_idp.protocol.details.subscriber_number import SUBSCRIBER_NUMBER
from vneid_idp.protocol.interaction import GuardianActs
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render


async def show(request: Request) -> Response:
    """Who does it, how, and the way back."""
    visit = await enter(request)
    return await _page(request, visit) if isinstance(visit.situation.step, GuardianActs) else visit.onward()


async def submit(request: Request) -> Response:
    """Go back to the service, or ask for more time."""
    form = await read_form(request)
    visit = await enter(request)
    if not isinstance(visit.situation.step, GuardianActs):
        return visit.onward_of(request)
    if form["extend"]:
        await extend(request, visit)
        return see_other(request.url.path)
    # Nobody declined anything, so nothing goes on record; and the service learns no more of who is a child than of who
    # refused.
    return await leave(visit, "consent")


async def _page(request: Request, visit: Visit) -> Response:
    rules = (await visit.provider.current_policy()).at(visit.situation.now)
    links = visit.situation.acts.link
    return render(
        request,
        "interaction/guardian_acts.html",
        visit=visit,
        links=links,
        years=rules[Threshold.GUARDIAN_UNTIL_AGE if links else Threshold.CONSENT_ALONE_FROM_AGE],
        offered=links and needs_child(visit.client.scope),
        number=any(detail["type"] == SUBSCRIBER_NUMBER.name for detail in visit.situation.acts.details),
        from_years=rules[Threshold.NUMBER_OF_CHILD_FROM_AGE],
    )


doors = [
    Door.page("/guardian-acts/{interaction}", show),
    Door.page("/guardian-acts/{interaction}", submit, "POST"),
]
