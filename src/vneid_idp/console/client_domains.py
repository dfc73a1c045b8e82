"""`/console/clients/{client_id}/domains`: domains that a client has shown to control, and what others have to show."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients import domains, service
from vneid_idp.console.parts import CLIENT, CLIENTS, console_door
from vneid_idp.console.words import refused_in_words
from vneid_idp.storage.unit import Unit
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered, form_page
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext
from vneid_idp.web.responses import see_other


async def show(request: Request, colleague: Colleague) -> Response:
    """The page."""
    return await _page(request, colleague, *entered(request), checked=request.query_params.get("checked"))


async def ask(request: Request, colleague: Colleague) -> Response:
    """Have the client show a domain: the page then tells what has to stand where."""
    form, client_id = await read_form(request), request.path_params["client_id"]
    errors = Errors() if form["domain"].strip() else Errors(domain=gettext(request, "Enter a domain."))
    deed = deed_of(request, colleague, form, errors)
    if deed is None or errors:
        return await _page(request, colleague, form, errors)
    domain = form["domain"].strip().lower()

    async def work(unit: Unit) -> None:
        await domains.ask(unit, await service.get_client(unit, client_id), domain, deed)

    with refused_in_words(request, errors, "domain"):
        await colleague.act(work)
        return see_other(f"{CLIENTS}/{client_id}/domains")
    return await _page(request, colleague, form, errors)


async def check(request: Request, colleague: Colleague) -> Response:
    """Look now whether a domain shows the proof."""
    form, client_id, provider = await read_form(request), request.path_params["client_id"], colleague.provider
    errors = Errors()
    deed = deed_of(request, colleague, form, errors)
    if deed is None:
        return await _page(request, colleague, form, errors)
    found = await domains.check(provider.db, provider.witness, client_id, form["domain"], deed, act=colleague.act)
    return see_other(f"{CLIENTS}/{client_id}/domains?checked={found.domain}")


async def _page(
    request: Request, colleague: Colleague, form: Form, errors: Errors, *, checked: str | None = None
) -> Response:
    client_id = request.path_params["client_id"]
    async with colleague.provider.db.reading() as unit:
        client = await service.get_client(unit, client_id)
        found = await domains.list_domains(unit, client_id)
    return form_page(
        request,
        "console/client_domains.html",
        form,
        errors,
        kept=Kept(("what", "domain", "reason"), f"{CLIENTS}/{client_id}/domains"),
        client=client,
        domains=found,
        checked=next((each for each in found if each.domain == checked), None),
    )


doors = [
    console_door(f"{CLIENT}/domains", show),
    console_door(f"{CLIENT}/domains", ask, "POST"),
    console_door(f"{CLIENT}/domains/check", check, "POST"),
]
