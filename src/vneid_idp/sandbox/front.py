"""The front page: who there is to sign in as, who asks, and where everything is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients.service import list_clients
from vneid_idp.identity.personas import PASSCODE, PASSWORD, PERSONAS
from vneid_idp.web.context import idp
from vneid_idp.web.i18n import locale_of
from vneid_idp.web.templates import render


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the demo social network is, if it runs."""

    url: str | None


def front_page(demo: Demo) -> Callable[[Request], Awaitable[Response]]:
    """`GET /`."""

    async def page(request: Request) -> Response:
        provider = idp(request)
        async with provider.db.reading() as unit:
            clients = await list_clients(unit, limit=50)
        return render(
            request,
            "sandbox/front.html",
            personas=PERSONAS,
            language=locale_of(request),
            password=PASSWORD,
            passcode=PASSCODE,
            clients=clients,
            demo=demo.url,
            issuer=provider.issuer,
        )

    return page
