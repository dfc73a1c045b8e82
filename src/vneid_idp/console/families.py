"""`/console/families`: organisations whose clients go in and out of service together."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients import families
from vneid_idp.clients.service import get_client
from vneid_idp.console.parts import console_door
from vneid_idp.console.words import refused_in_words
from vneid_idp.storage.unit import Unit
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered, form_page
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext
from vneid_idp.web.pages import ListPart, read_after
from vneid_idp.web.responses import see_other

PATH = "/console/families"
_PAGE = 50
_KEPT = Kept(("what", "family", "name", "reason"))


async def show(request: Request, colleague: Colleague) -> Response:
    """A page of all families, and a form for a new one."""
    return await _list(request, colleague, *entered(request))


async def create(request: Request, colleague: Colleague) -> Response:
    """Make one before its first client is there."""
    form = await read_form(request)
    errors = Errors(_name_problem(request, form))
    deed = deed_of(request, colleague, form, errors)
    if deed is None or errors:
        return await _list(request, colleague, form, errors)
    family_id = form["family"].strip()
    with refused_in_words(request, errors, "family"):
        await colleague.act(lambda unit: families.create(unit, family_id, form["name"].strip(), deed))
        return see_other(f"{PATH}/{family_id}")
    return await _list(request, colleague, form, errors)


async def show_one(request: Request, colleague: Colleague) -> Response:
    """One family and its clients."""
    return await _one(request, colleague, *entered(request))


async def change(request: Request, colleague: Colleague) -> Response:
    """Name it, or take it in or out of service."""
    form, family_id = await read_form(request), request.path_params["family"]
    what = form.one_of("what", "name", "disable", "enable")
    errors = Errors(_name_problem(request, form) if what == "name" else {})
    deed = deed_of(request, colleague, form, errors)
    if deed is None or errors:
        return await _one(request, colleague, form, errors)

    async def work(unit: Unit) -> None:
        match what:
            case "name":
                await families.name(unit, family_id, form["name"].strip(), deed)
            case "disable":
                await families.disable(unit, family_id, deed)
            case "enable":
                await families.enable(unit, family_id, deed)

    await colleague.act(work)
    return see_other(f"{PATH}/{family_id}")


def _name_problem(request: Request, form: Form) -> dict[str, str]:
    if 0 < len(form["name"].strip()) <= families.LONGEST_NAME:
        return {}
    sentence = gettext(
        request, "Give the organisation a name of at most %(most)s characters.", most=families.LONGEST_NAME
    )
    return {"name": sentence}


async def _list(request: Request, colleague: Colleague, form: Form, errors: Errors) -> Response:
    async with colleague.provider.db.reading() as unit:
        found = await families.page(unit, after=read_after(request), limit=_PAGE + 1)
    part = ListPart.of(found, _PAGE)
    last = part.last and part.last.family_id
    return form_page(
        request,
        "console/families.html",
        form,
        errors,
        kept=_KEPT,
        families=part.shown,
        last=last,
    )


async def _one(request: Request, colleague: Colleague, form: Form, errors: Errors) -> Response:
    async with colleague.provider.db.reading() as unit:
        family = await families.get(unit, request.path_params["family"])
        members = await families.members(unit, family.family_id)
        clients = {name: await get_client(unit, name) for name in members}
    return form_page(
        request,
        "console/family.html",
        form,
        errors,
        kept=_KEPT,
        family=family,
        clients={name: client.client_name for name, client in clients.items()},
    )


doors = [
    console_door(PATH, show),
    console_door(PATH, create, "POST"),
    console_door(f"{PATH}/{{family}}", show_one),
    console_door(f"{PATH}/{{family}}", change, "POST"),
]
