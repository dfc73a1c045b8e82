"""`/office`: look a person up by the full ID number, for a reason."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity import lock_requests
from vneid_idp.identity.personal_id import MalformedPersonalId, read_personal_id
from vneid_idp.identity.roles import Role
from vneid_idp.office.access import HOME, handle_for
from vneid_idp.use_cases.look_up_person import Desk, look_up
from vneid_idp.web.colleagues import Colleague, for_colleague
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

REASONS: Mapping[str, str] = {
    "in_person": mark("The person is here"),
    "family": mark("A parent or guardian is here"),
    "written_request": mark("A written request of the person"),
    "authority": mark("An authority asks"),
}
"""Why a file is opened. The person can read it in the own history."""


async def show(request: Request, colleague: Colleague) -> Response:
    """The form, and what waits for a decision."""
    return await _page(request, colleague, Form([]), {})


async def search(request: Request, colleague: Colleague) -> Response:
    """Open a file. That somebody looked is on record, also when nobody was found."""
    form = await read_form(request)
    errors: dict[str, str] = {}
    number = None
    try:
        number = read_personal_id(form["number"]).text
    except MalformedPersonalId:
        errors["number"] = gettext(request, "A personal ID number has 12 digits.")
    if form["reason"] not in REASONS:
        errors["reason"] = gettext(request, "Choose the reason.")
    if number is None or errors:
        return await _page(request, colleague, form, errors)
    found = await colleague.provider.registry.find_by_number(number)
    by, scope, reason = colleague.person_id, colleague.roles[0].scope, form["reason"]
    await colleague.act(lambda unit: look_up(unit, found, desk=Desk.OFFICE, by=by, scope=scope, reason=reason))
    if found is None:
        errors["number"] = gettext(request, "The population register has nobody with this number.")
        return await _page(request, colleague, form, errors)
    return see_other(f"{HOME}/people/{handle_for(colleague, found.person_id)}")


async def _page(request: Request, colleague: Colleague, form: Form, errors: dict[str, str]) -> Response:
    waiting = 0
    if colleague.holds(Role.OFFICER):
        async with colleague.provider.db.reading() as unit:
            waiting = len(await lock_requests.open_requests(unit))
    return render(
        request,
        "office/search.html",
        422 if errors else 200,
        colleague=colleague,
        officer=colleague.holds(Role.OFFICER),
        waiting=waiting,
        reasons=REASONS,
        form=form,
        errors=errors,
    )


doors = [
    Door.page(HOME, for_colleague("office", show, Role.CLERK, Role.OFFICER)),
    Door.page(f"{HOME}/search", for_colleague("office", search, Role.CLERK, Role.OFFICER), "POST"),
]
