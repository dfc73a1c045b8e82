"""`/console/people`: how the account of one person stands, who is found by the full ID number and for a reason.

The least that helps: no name, no number, no contact. Whoever looked finds it again for some minutes, at an address
that tells nothing; to see it after that is to be on record again.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.console.parts import console_door
from vneid_idp.identity.offices.roles import EVERYWHERE, OwnFile
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.use_cases.look_up_person import REASONS, Desk, LookUp, find_at_desk, glance_at
from vneid_idp.web.account_words import STANDING_WORDS
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, Kept, entered, form_page
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import mark
from vneid_idp.web.people_search import nobody_found, own_file, read_search
from vneid_idp.web.responses import see_other
from vneid_idp.web.shown_once import LIFE, lead_to_shown, read_shown
from vneid_idp.web.templates import render

_PATH = "/console/people"
_FOUND = f"{_PATH}/found"
_WORDS: Mapping[str, str] = {
    "support": mark("The person asked us for help"),
    "incident": mark("A fault or a misuse is looked into"),
    "authority": mark("An authority asks"),
}


async def show(request: Request, colleague: Colleague) -> Response:
    """The form."""
    return _page(request, *entered(request))


async def search(request: Request, colleague: Colleague) -> Response:
    """Look. That somebody looked is on record, also when nobody was found."""
    form = await read_form(request)
    errors = Errors()
    number = read_search(request, form, REASONS[Desk.OPERATOR], errors)
    if number is None:
        return _page(request, form, errors)
    looking = LookUp(Desk.OPERATOR, colleague.person_id, EVERYWHERE, form["reason"])
    try:
        found = await find_at_desk(colleague.act, colleague.provider.registry, number, looking)
    except OwnFile:
        return _page(request, form, Errors(number=own_file(request)))
    if found is None:
        return _page(request, form, Errors(number=nobody_found(request)))
    return lead_to_shown(
        request, _FOUND, colleague.session_id, {"person_id": found.person_id, "reason": form["reason"]}
    )


async def show_found(request: Request, colleague: Colleague) -> Response:
    """How the account stands, for some minutes after the look that is on record; then the form."""
    shown, provider = read_shown(request, colleague.session_id), colleague.provider
    found = await provider.registry.find(shown["person_id"]) if shown else None
    if shown is None or found is None:
        return see_other(_PATH)
    async with provider.db.reading() as unit:
        glance = await glance_at(unit, found)
    return render(
        request,
        "console/person.html",
        glance=glance,
        standing=None if glance is None else STANDING_WORDS[glance.standing],
        reason=_WORDS[shown["reason"]],
        minutes=LIFE // MINUTE,
    )


def _page(request: Request, form: Form, errors: Errors) -> Response:
    return form_page(
        request,
        "console/people.html",
        form,
        errors,
        kept=Kept(("number", "reason")),
        reasons=_WORDS,
    )


doors = [
    console_door(_PATH, show),
    console_door(_PATH, search, "POST"),
    console_door(_FOUND, show_found),
]
