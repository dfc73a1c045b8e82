"""`/level/{interaction}`: the service asks for a level that this account does not have. How to reach it, for whoever
can."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.ages import age
from vneid_idp.interaction.visit import Visit, enter, extend, leave
from vneid_idp.policy.rules import Threshold
from vneid_idp.protocol.interaction import ReachLevel
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render


async def show(request: Request) -> Response:
    """What level 2 is, where to get it, and the way back."""
    visit = await enter(request)
    return await _page(request, visit) if isinstance(visit.situation.step, ReachLevel) else visit.onward()


async def submit(request: Request) -> Response:
    """Go back to the service without it, or ask for more time."""
    form = await read_form(request)
    visit = await enter(request)
    if not isinstance(visit.situation.step, ReachLevel):
        return visit.onward()
    if form["extend"]:
        await extend(request, visit)
        return see_other(request.url.path)
    return await leave(visit, "level")


async def _page(request: Request, visit: Visit) -> Response:
    policy, now, profile = await visit.provider.current_policy(), visit.situation.now, visit.profile
    rows = policy.at(now).thresholds
    from_age = rows[Threshold.LEVEL_2_FROM_AGE]
    return render(
        request,
        "interaction/reach_level.html",
        visit=visit,
        too_young=profile is not None and age(profile.record.birth_date, now) < from_age.number,
        from_age=from_age,
        days=rows[Threshold.LEVEL_2_DAYS],
        days_without_card=rows[Threshold.LEVEL_2_DAYS_WITHOUT_CARD],
    )


doors = [
    Door.page("/level/{interaction}", show),
    Door.page("/level/{interaction}", submit, "POST"),
]
