"""`/phone`: what waits for an answer of this phone."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.cross_device import service as cross_device
from vneid_idp.identity.factors import distrusted_phones
from vneid_idp.kernel.clock import Instant
from vneid_idp.phone.access import DISOWNED, HOME, find_handset
from vneid_idp.phone.pages import page
from vneid_idp.phone.wait import mark_of
from vneid_idp.use_cases.answer_on_phone import PhoneAnswer
from vneid_idp.web.doors import Door
from vneid_idp.web.i18n import gettext, mark

_DONE: Mapping[str, tuple[str, str]] = {
    "enrolled": ("success", mark("This phone is set up. Requests reach you here from now on.")),
    PhoneAnswer.APPROVED: ("success", mark("Confirmed. You can put the phone away: it goes on where it began.")),
    PhoneAnswer.REFUSED: ("info", mark("Refused. Nothing was shared, and nobody was signed in.")),
    PhoneAnswer.NOT_ME: (
        "warning",
        mark(
            "Stopped, and put on record. Somebody may be trying to act in your name: unlock the phone for nothing that "
            "you did not begin yourself, whoever asks you to."
        ),
    ),
    DISOWNED: (
        "warning",
        mark(
            "Stopped, and put on record. This service can ask you for nothing on your phone for a day. Somebody may be "
            "trying to act in your name: unlock the phone for nothing that you did not begin yourself, whoever asks "
            "you to."
        ),
    ),
    PhoneAnswer.WRONG_NUMBER: (
        "warning",
        mark(
            "That was another number than the one that is shown where it began, so it was stopped. Nothing was shared. "
            "If you began it yourself, begin again there."
        ),
    ),
}
"""What is said of an answer, and how."""
_ALARMS = frozenset({PhoneAnswer.NOT_ME.value, DISOWNED})
"""Of which the holder is shown where to look after the account."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request in the list: who asks, and no more, since the phone is not unlocked for it yet."""

    request_id: str
    service: str
    begun_at: Instant
    until: Instant


async def show(request: Request) -> Response:
    """The list, or to a browser that is nobody's phone how it becomes one."""
    handset = await find_handset(request)
    if handset is None:
        return page(request, "intro", scanned=False)
    done = request.query_params.get("done", "")
    kind, text = _DONE.get(done, ("", ""))
    provider = handset.provider
    async with provider.db.reading() as unit:
        waiting = await cross_device.waiting_on(unit, provider.keys.sealer, handset.person_id, handset.phone.phone_id)
        distrusted = await distrusted_phones.find(unit, handset.person_id)
    # Who is out of service meanwhile asks nobody any more, and stands in the way of nobody else's request.
    asking = {each.client_id: await provider.clients.find(each.client_id) for each in waiting}
    services = {client_id: client.client_name for client_id, client in asking.items() if client is not None}
    return page(
        request,
        "home",
        handset=handset,
        distrusted=distrusted,
        kind=kind,
        done=gettext(request, text) if text else None,
        alarmed=done in _ALARMS,
        waiting=[
            Waiting(each.request_id, services[each.client_id], each.opened_at, each.expires_at)
            for each in waiting
            if each.client_id in services
        ],
        seen=mark_of(waiting),
        push_key=provider.keys.vapid.public_key,
    )


doors = [Door.page(HOME, show)]
