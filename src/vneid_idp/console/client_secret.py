"""`/console/clients/{client_id}/secret`: a secret, and the token of a registration, shown once for some minutes."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients import service
from vneid_idp.console.parts import CLIENT, CLIENTS, console_door
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.protocol.client import Client
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.shown_once import LIFE, lead_to_shown, read_shown
from vneid_idp.web.templates import render


def to_secret(
    request: Request, colleague: Colleague, client: Client, secret: str | None, *, token: str | None = None
) -> Response:
    """To the page that shows what was made; `token` is that of a new registration."""
    place = f"{CLIENTS}/{client.client_id}/secret"
    return lead_to_shown(request, place, colleague.session_id, {"secret": secret, "token": token})


async def show(request: Request, colleague: Colleague) -> Response:
    """What was made, once; then that it is not shown any more."""
    shown = read_shown(request, colleague.session_id)
    async with colleague.provider.db.reading() as unit:
        client, now = await service.get_client(unit, request.path_params["client_id"]), unit.now
    until = client.previous_secret_until
    return render(
        request,
        "console/client_registered.html" if shown and shown["token"] else "console/client_secret.html",
        client=client,
        secret=shown and shown["secret"],
        token=shown and shown["token"],
        old_secret_good_until=until if until is not None and until > now else None,
        minutes=LIFE // MINUTE,
    )


doors = [console_door(f"{CLIENT}/secret", show)]
