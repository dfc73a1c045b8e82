"""A death: what ends is said before, and the number is asked for once more, since nothing brings this back."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.personal_id import MalformedPersonalId, read_personal_id
from vneid_idp.identity.register.reports import Death
from vneid_idp.kernel.clock import midnight
from vneid_idp.office.access import OpenFile, file_doors
from vneid_idp.office.deed import asking, day_of, deed_page, report
from vneid_idp.office.words import refused_in_words
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, deed_of
from vneid_idp.web.forms import read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.responses import see_other


async def record_death(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Report the death."""
    form, errors = await read_form(request), Errors()
    day = day_of(request, form, "died", mark("Day of the death"), errors)
    deed = deed_of(request, colleague, form, errors, mark("The certificate on which it rests"))
    if not form["number"].strip():
        errors["number"] = gettext(request, "Enter the personal ID number once more.")
    elif not _is_meant(file, form["number"]):
        errors["number"] = gettext(request, "This is not the number of this file. Make sure whose death it is.")
    if deed is not None and day is not None and not errors:
        with refused_in_words(request, errors, "died"):
            await report(colleague, file, form, Death(midnight(day)), deed)
            return see_other(f"{file.path}?done=death")
    return deed_page(request, colleague, file, "office/death.html", form, errors)


def _is_meant(file: OpenFile, typed: str) -> bool:
    try:
        return read_personal_id(typed).text == file.record.personal_number
    except MalformedPersonalId:
        return False


doors = [
    *file_doors("/death", asking("office/death.html"), record_death),
]
