"""`/office`: look a person up by the full ID number, for a reason."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.offices.lock_requests import count_open
from vneid_idp.identity.offices.roles import EVERYWHERE, OwnFile, Role
from vneid_idp.office.access import HOME, handle_for
from vneid_idp.use_cases.look_up_person import Desk, LookUp, find_at_desk
from vneid_idp.web.colleagues import Colleague, for_colleague
from vneid_idp.web.deeds import Errors, Kept, entered, form_page
from vneid_idp.web.doors import Door
from vneid_idp.web.drafts import drop_draft
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.people_search import nobody_found, own_file, read_search
from vneid_idp.web.responses import see_other

REASONS: Mapping[str, str] = {
    "in_person": mark("The person is here"),
    "family": mark("A parent or guardian is here"),
    "written_request": mark("A written request of the person"),
    "authority": mark("An authority asks"),
}
"""Why a file is opened. The person can read it in the own history."""
_ROLES = (Role.CLERK, Role.OFFICER)


async def show(request: Request, colleague: Colleague) -> Response:
    """The form, and what waits for a decision."""
    return await _page(request, colleague, *entered(request))


async def search(request: Request, colleague: Colleague) -> Response:
    """Open a file. That somebody looked is on record, also when nobody was found."""
    form = await read_form(request)
    errors = Errors()
    number = read_search(request, form, REASONS, errors)
    offices = colleague.offices(*_ROLES)
    office = offices[0] if len(offices) == 1 else form["office"]
    if office not in offices:
        errors["office"] = gettext(request, "Choose the office in whose name you act.")
    if number is None or errors:
        return await _page(request, colleague, form, errors)
    colleague = colleague.at(office)
    looking = LookUp(Desk.OFFICE, colleague.person_id, office, form["reason"])
    try:
        found = await find_at_desk(colleague.act, colleague.provider.registry, number, looking)
    except OwnFile:
        errors["number"] = own_file(request)
        return await _page(request, colleague, form, errors)
    if found is None:
        errors["number"] = nobody_found(request)
        return await _page(request, colleague, form, errors)
    drop_draft(request, HOME)
    return see_other(f"{HOME}/people/{handle_for(colleague, found.person_id)}")


async def lead_home(_: Request, __: Colleague) -> Response:
    """Whoever comes to where the form is sent is led to the form."""
    return see_other(HOME)


async def _page(request: Request, colleague: Colleague, form: Form, errors: Errors) -> Response:
    async with colleague.provider.db.reading() as unit:
        waiting = await count_open(unit, colleague.offices(Role.OFFICER))
    return form_page(
        request,
        "office/search.html",
        form,
        errors,
        kept=Kept(("number", "reason", "office"), HOME),
        colleague=colleague,
        officer=colleague.holds(Role.OFFICER),
        waiting=waiting,
        reasons=REASONS,
        offices=colleague.offices(*_ROLES),
        everywhere=EVERYWHERE,
    )


doors = [
    Door.page(HOME, for_colleague("office", show, *_ROLES)),
    Door.page(f"{HOME}/search", for_colleague("office", search, *_ROLES), "POST"),
    Door.page(f"{HOME}/search", for_colleague("office", lead_home, *_ROLES)),
]
