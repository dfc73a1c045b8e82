"""`/console/clients`: relying parties, what each may ask, how it stands; in and out of service, a new secret."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients import domains, service
from vneid_idp.clients.service import OVERLAP
from vneid_idp.console.client_secret import to_secret
from vneid_idp.console.parts import CLIENT, CLIENTS, console_door, seen_client
from vneid_idp.kernel.clock import DAY, HOUR
from vneid_idp.storage.unit import Unit
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered, form_page
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.logos import logo_path
from vneid_idp.web.pages import ListPart, read_after
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

_PAGE = 50
_OVERLAPS = (OVERLAP, 7 * DAY, 0)
"""How long an old secret may stay good, what is usual first."""


async def show(request: Request, colleague: Colleague) -> Response:
    """A page of all clients."""
    async with colleague.provider.db.reading() as unit:
        found = await service.list_clients(unit, after=read_after(request), limit=_PAGE + 1)
    part = ListPart.of(found, _PAGE)
    last = part.last and part.last.client_id
    return render(request, "console/clients.html", clients=part.shown, last=last)


async def show_one(request: Request, colleague: Colleague) -> Response:
    """One client."""
    return await _one(request, colleague, *entered(request))


async def _one(
    request: Request,
    colleague: Colleague,
    form: Form,
    errors: Errors,
) -> Response:
    client_id = request.path_params["client_id"]
    async with colleague.provider.db.reading() as unit:
        client = await service.get_client(unit, client_id)
        shown = await domains.list_domains(unit, client_id)
        now = unit.now
    until = client.previous_secret_until
    return form_page(
        request,
        "console/client.html",
        form,
        errors,
        kept=Kept(("what", "overlap", "reason")),
        client=client,
        logo=logo_path(client),
        domains=shown,
        old_secret_good_until=until if until is not None and until > now else None,
        overlaps=[(str(overlap // HOUR), overlap // DAY) for overlap in _OVERLAPS],
        metadata=orjson.dumps(client.metadata, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode(),
    )


async def change(request: Request, colleague: Colleague) -> Response:
    """Disable, enable, or give a new secret, which is shown once."""
    form = await read_form(request)
    what = form.one_of("what", "disable", "enable", "rotate")
    errors = Errors()
    deed = deed_of(request, colleague, form, errors)
    if deed is None:
        return await _one(request, colleague, form, errors)
    client_id = request.path_params["client_id"]
    overlap = int(form.one_of("overlap", *(str(each // HOUR) for each in _OVERLAPS))) * HOUR if what == "rotate" else 0

    async def work(unit: Unit) -> str | None:
        match what:
            case "disable":
                await service.disable(unit, client_id, deed)
            case "enable":
                await service.enable(unit, client_id, deed)
            case "rotate":
                client = await seen_client(unit, request, form)
                return await service.rotate_secret(unit, client, deed, overlap=overlap)
        return None

    secret = await colleague.act(work)
    if secret is not None:
        async with colleague.provider.db.reading() as unit:
            client = await service.get_client(unit, client_id)
        return to_secret(request, colleague, client, secret)
    return see_other(f"{CLIENTS}/{client_id}")


doors = [
    console_door(CLIENTS, show),
    console_door(CLIENT, show_one),
    console_door(CLIENT, change, "POST"),
]
