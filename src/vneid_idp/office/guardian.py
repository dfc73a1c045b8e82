"""Parents and guardians of a child: named, or not any more. The register is told; both people can read it."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.offices.roles import EVERYWHERE, Role
from vneid_idp.identity.register.guardianship import named_guardians
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.register.report_rules import CannotBeReported, Obstacle
from vneid_idp.identity.register.reports import GuardianNamed, GuardianshipEnded
from vneid_idp.office.access import FILE, FileClosed, OpenFile, file_doors, for_file, handle_for, read_handle
from vneid_idp.office.deed import KEPT, check_fact, deed_page, report, sure_page, to_sure, was_made
from vneid_idp.office.words import refused_in_words
from vneid_idp.use_cases.look_up_person import Desk, LookUp, find_at_desk
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered
from vneid_idp.web.doors import Door
from vneid_idp.web.drafts import read_draft
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext
from vneid_idp.web.people_search import read_number
from vneid_idp.web.responses import see_other


async def show(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Who stands in the register, and the form to name another."""
    return await _page(request, colleague, file, "office/guardian.html", *entered(request))


async def name(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Show who it would be; when that was confirmed, report it."""
    form, errors = await read_form(request), Errors()
    number, deed = read_number(request, form, errors), deed_of(request, colleague, form, errors)
    if deed is None or number is None:
        return await _page(request, colleague, file, "office/guardian.html", form, errors)
    with refused_in_words(request, errors, "number"):
        if form["sure"]:
            # Who was shown, and not the number: nobody is looked for past the record.
            confirmed, _ = read_handle(colleague, form["guardian"])
            await report(colleague, file, form, GuardianNamed(confirmed), deed)
            return see_other(f"{file.path}?done=guardian")
        guardian = await _look_up(colleague, number)
        fact = GuardianNamed(guardian.person_id)
        if await was_made(colleague, file, form, fact):
            return see_other(f"{file.path}?done=guardian")
        await check_fact(colleague, file, fact, guardian)
        return to_sure(request, form, handle=handle_for(colleague, guardian.person_id))
    return await _page(request, colleague, file, "office/guardian.html", form, errors)


async def show_sure(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Who it would be."""
    form = read_draft(request, f"{file.path}/guardian").form
    if not form["handle"]:
        return see_other(f"{file.path}/guardian")
    guardian = await colleague.provider.registry.find(read_handle(colleague, form["handle"])[0])
    if guardian is None:
        raise FileClosed
    template = "office/guardian_sure.html"
    return sure_page(request, colleague, file, template, form, guardian=guardian, handle=form["handle"])


async def _look_up(colleague: Colleague, number: str) -> RegistryRecord:
    """Whoever has the number: that a clerk looked is on record, as for every file.

    Raises `OwnFile` and `CannotBeReported`.
    """
    looking = LookUp(Desk.OFFICE, colleague.person_id, colleague.office or EVERYWHERE, "family")
    found = await find_at_desk(colleague.act, colleague.provider.registry, number, looking)
    if found is None:
        raise CannotBeReported(Obstacle.GUARDIAN_UNKNOWN)
    return found


async def show_end(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Whose guardianship ended."""
    return await _page(request, colleague, file, "office/guardian_end.html", *entered(request))


async def end(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Report that a guardianship ended."""
    form, errors = await read_form(request), Errors()
    if not form["guardian"]:
        errors["guardian"] = gettext(request, "Choose whose guardianship ended.")
    deed = deed_of(request, colleague, form, errors)
    if deed is not None and not errors:
        with refused_in_words(request, errors, "guardian"):
            await report(colleague, file, form, GuardianshipEnded(form["guardian"]), deed)
            return see_other(f"{file.path}?done=guardian-ended")
    return await _page(request, colleague, file, "office/guardian_end.html", form, errors)


async def _page(
    request: Request, colleague: Colleague, file: OpenFile, template: str, form: Form, errors: Errors
) -> Response:
    found = await colleague.provider.registry.find_many(named_guardians(file.record))
    kept = Kept((*KEPT.fields, "number"))
    return deed_page(request, colleague, file, template, form, errors, kept=kept, guardians=tuple(found.values()))


doors = [
    *file_doors("/guardian", show, name),
    Door.page(FILE + "/guardian/sure", for_file(show_sure, Role.CLERK)),
    *file_doors("/guardian/end", show_end, end),
]
