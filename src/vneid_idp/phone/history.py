"""`/phone/history`: what was answered on this phone."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.audit.events import EventKind
from vneid_idp.audit.service import history_of_kind
from vneid_idp.clients.service import find_client
from vneid_idp.kernel.clock import Instant
from vneid_idp.phone.access import HOME, Handset, for_handset
from vneid_idp.phone.pages import page
from vneid_idp.web.answer_words import answer_sentence, is_warning
from vneid_idp.web.doors import Door
from vneid_idp.web.i18n import gettext, mark

_LATEST = 100
"""Of so many answers on all phones of the holder those of this one are shown; `/me/history` has all."""
_GONE = mark("a service that is not registered any more")


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, as the page shows it."""

    at: Instant
    text: str
    notable: bool


async def show(request: Request, handset: Handset) -> Response:
    """The latest answers."""
    async with handset.provider.db.reading() as unit:
        events = await history_of_kind(unit, handset.person_id, EventKind.PHONE_ANSWERED, limit=_LATEST)
        here = [event for event in events if event.data.get("phone_id") == handset.phone.phone_id]
        clients = {name: await find_client(unit, name) for name in {e.client_id for e in here if e.client_id}}
    names = {name: client.client_name if client else gettext(request, _GONE) for name, client in clients.items()}
    return page(
        request,
        "history",
        handset=handset,
        answered=[
            Answered(
                event.at,
                gettext(request, answer_sentence(event), service=names.get(event.client_id or "", "")),
                is_warning(event),
            )
            for event in here
        ],
    )


doors = [Door.page(f"{HOME}/history", for_handset(show))]
