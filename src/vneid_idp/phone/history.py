"""`/phone/history`: what was answered on this phone, and what services that had begun it elsewhere were answered."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.audit.events import EventKind, RecordedEvent
from vneid_idp.audit.service import history_of_kind
from vneid_idp.clients.service import find_client
from vneid_idp.kernel.clock import Instant
from vneid_idp.phone.access import HOME, Handset, for_handset
from vneid_idp.phone.pages import page
from vneid_idp.protocol.polled import PolledKind
from vneid_idp.web.answer_words import answer_sentence, is_warning
from vneid_idp.web.doors import Door
from vneid_idp.web.i18n import gettext, mark

_LATEST = 50
"""Of each kind so many at most; `/me/history` has all."""
_KINDS = (
    EventKind.PHONE_ANSWERED,
    EventKind.REQUEST_APPROVED,
    EventKind.REQUEST_REFUSED,
    EventKind.REQUEST_MISMATCHED,
    EventKind.REQUEST_DISOWNED,
)
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
        found = [await history_of_kind(unit, handset.person_id, kind, limit=_LATEST) for kind in _KINDS]
        events = sorted((event for kind in found for event in kind), key=lambda event: event.event_id, reverse=True)
        here = [event for event in events if _is_here(event, handset)]
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


def _is_here(event: RecordedEvent, handset: Handset) -> bool:
    """Whether it was answered on this phone, or as a request of a service, which only a phone answers."""
    if event.kind == EventKind.PHONE_ANSWERED:
        return event.data.get("phone_id") == handset.phone.phone_id
    return event.data.get("kind") == PolledKind.BACKCHANNEL


doors = [Door.page(f"{HOME}/history", for_handset(show))]
