"""The front page: who there is to sign in as, who asks, and where everything is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients.service import list_clients
from vneid_idp.identity.ages import age
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.languages import in_language
from vneid_idp.protocol.client import Client
from vneid_idp.sandbox.country.persona_list import personas
from vneid_idp.sandbox.country.personas import PASSCODE, PASSWORD
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.i18n import locale_of
from vneid_idp.web.templates import render


@dataclass(frozen=True, slots=True)
class Demos:
    """Where the demos are that run beside the provider."""

    network: str | None = None
    carrier: str | None = None


@dataclass(frozen=True, slots=True)
class Resident:
    """A persona as the registry has them: their number hangs on the day of seeding, so it is read and not computed."""

    slug: str
    name: str
    username: str
    age: int
    level: int
    description: str


def front_page(demos: Demos) -> Callable[[Request], Awaitable[Response]]:
    """`GET /`."""

    async def page(request: Request) -> Response:
        provider = idp(request)
        residents = await _residents(provider, provider.clock.now(), locale_of(request))
        async with provider.db.reading() as unit:
            clients = await list_clients(unit, limit=50)
        return render(
            request,
            "sandbox/front.html",
            residents=residents,
            password=PASSWORD,
            passcode=PASSCODE,
            clients=[_row(client) for client in clients],
            demos=demos,
            issuer=provider.issuer,
        )

    return page


async def _residents(provider: Idp, now: Instant, locale: str) -> list[Resident]:
    found = []
    everyone = personas(now)
    records = await provider.registry.find_many([persona.record.person_id for persona in everyone])
    for persona in everyone:
        record = records.get(persona.record.person_id)
        if record is not None:
            years = age(record.birth_date, now)
            description = in_language(persona.description, locale)
            found.append(
                Resident(persona.slug, record.full_name, record.personal_number, years, persona.level, description)
            )
    return found


def _row(client: Client) -> tuple[str, str, str]:
    return client.client_name, client.client_id, client.home or ""
