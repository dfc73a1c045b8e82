"""`/console/register`: changes of the population register that could not be followed. People stand there by their
pseudonymous ids, and facts without values.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.console.parts import console_door
from vneid_idp.identity.register import set_aside
from vneid_idp.identity.register.feed import Fact
from vneid_idp.use_cases.report_to_registry import Reporting
from vneid_idp.use_cases.retry_set_aside import StillSetAside, retry_set_aside
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered, form_page
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.responses import see_other

_PATH = "/console/register"
_FACTS: Mapping[Fact, str] = {
    Fact.DEATH: mark("death"),
    Fact.NUMBER: mark("personal ID number"),
    Fact.NAME: mark("name"),
    Fact.BIRTH: mark("birth date or sex"),
    Fact.NATIONALITY: mark("nationality"),
    Fact.ADDRESS: mark("address"),
    Fact.CONTACT: mark("phone or e-mail"),
    Fact.CARD: mark("card"),
    Fact.LOCK: mark("lock"),
    Fact.GUARDIANS: mark("parents or guardians"),
}


async def show(request: Request, colleague: Colleague) -> Response:
    """What is set aside."""
    return await _page(request, colleague, *entered(request))


async def _page(request: Request, colleague: Colleague, form: Form, errors: Errors) -> Response:
    async with colleague.provider.db.reading() as unit:
        waiting = await set_aside.list_set_aside(unit)
    return form_page(
        request,
        "console/register.html",
        form,
        errors,
        kept=Kept(("feed", "cursor", "reason")),
        waiting=waiting,
        facts=_FACTS,
        followed=colleague.provider.registry.name,
    )


async def retry(request: Request, colleague: Colleague) -> Response:
    """Follow one now."""
    form, provider = await read_form(request), colleague.provider
    errors = Errors()
    deed = deed_of(request, colleague, form, errors)
    if deed is None:
        return await _page(request, colleague, form, errors)
    at = Reporting(provider.db, provider.vault, provider.keys.blind, provider.registry)
    policy = await provider.policy.current()
    try:
        await retry_set_aside(at, form["feed"], form["cursor"], policy, deed, act=colleague.act)
    except StillSetAside:
        said = gettext(request, mark("It could not be followed this time either. The log has the error."))
        return await _page(request, colleague, form, Errors(again=said))
    return see_other(f"{_PATH}?done")


doors = [
    console_door(_PATH, show),
    console_door(_PATH, retry, "POST"),
]
