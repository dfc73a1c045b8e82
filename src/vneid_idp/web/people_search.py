"""The form by which people are found: by the full ID number only, and for a reason that is offered."""

from collections.abc import Collection

from starlette.requests import Request

from vneid_idp.identity.personal_id import MalformedPersonalId, read_personal_id
from vneid_idp.web.forms import Form
from vneid_idp.web.i18n import gettext


def read_search(request: Request, form: Form, reasons: Collection[str], errors: dict[str, str]) -> str | None:
    """The number to look for; nothing, and errors at the fields, where it or the reason will not do."""
    number = read_number(request, form, errors)
    if form["reason"] not in reasons:
        errors["reason"] = gettext(request, "Choose the reason.")
        return None
    return number


def read_number(request: Request, form: Form, errors: dict[str, str]) -> str | None:
    """The ID number of a form; nothing, and an error at the field, where it is none."""
    try:
        return read_personal_id(form["number"]).text
    except MalformedPersonalId:
        errors["number"] = gettext(request, "A personal ID number has 12 digits.")
        return None


def own_file(request: Request) -> str:
    """What to say at the number of whoever asks."""
    return gettext(request, "This is your own file: it takes a colleague to open it.")


def nobody_found(request: Request) -> str:
    """What to say at the number that nobody has."""
    return gettext(request, "The population register has nobody with this number.")
