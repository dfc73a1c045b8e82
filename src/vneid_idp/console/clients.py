"""`/console/clients`: relying parties, what each may ask, and how it stands."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients import operating, service
from vneid_idp.console.deed import deed_of
from vneid_idp.identity.roles import Role
from vneid_idp.storage.unit import Unit
from vneid_idp.web.colleagues import Colleague, for_colleague
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

_PATH = "/console/clients"
_PAGE = 50


async def show(request: Request, colleague: Colleague) -> Response:
    """A page of all clients."""
    after = request.query_params.get("after", "")[:256].replace("\0", "")
    async with colleague.provider.db.reading() as unit:
        found = await service.list_clients(unit, after=after, limit=_PAGE)
    last = found[-1].client_id if len(found) == _PAGE else None
    return render(request, "console/clients.html", clients=found, last=last)


async def show_one(request: Request, colleague: Colleague) -> Response:
    """One client."""
    return await _one(request, colleague, request.path_params["client_id"])


async def _one(request: Request, colleague: Colleague, client_id: str, secret: str | None = None) -> Response:
    async with colleague.provider.db.reading() as unit:
        client = await service.get_client(unit, client_id)
        described = await operating.describe(unit, client_id)
    return render(
        request,
        "console/client.html",
        client=client,
        domains=described["domains"],
        old_secret_good_until=client.previous_secret_until,
        metadata=orjson.dumps(client.metadata, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode(),
        secret=secret,
    )


async def change(request: Request, colleague: Colleague) -> Response:
    """Disable, enable, or give a new secret, which is shown this once."""
    form = await read_form(request)
    what = form.one_of("what", "disable", "enable", "rotate")
    deed, client_id = deed_of(colleague, form), request.path_params["client_id"]

    async def work(unit: Unit) -> str | None:
        match what:
            case "disable":
                await service.disable(unit, client_id, deed)
            case "enable":
                await service.enable(unit, client_id, deed)
            case "rotate":
                return await service.rotate_secret(unit, await service.get_client(unit, client_id), deed)
        return None

    secret = await colleague.act(work)
    colleague.provider.clients.forget(client_id)
    if secret is not None:
        return await _one(request, colleague, client_id, secret)
    return see_other(f"{_PATH}/{client_id}")


doors = [
    Door.page(_PATH, for_colleague("console", show, Role.OPERATOR)),
    Door.page(f"{_PATH}/{{client_id}}", for_colleague("console", show_one, Role.OPERATOR)),
    Door.page(f"{_PATH}/{{client_id}}", for_colleague("console", change, Role.OPERATOR), "POST"),
]
