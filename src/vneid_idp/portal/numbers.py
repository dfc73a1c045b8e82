"""`/me/numbers`: the phone numbers that carriers registered in my name; release one."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.engine.rules import BindingNotFound
from vneid_idp.bindings.subscriber_numbers.lifecycle import NumberState
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.bindings.subscriber_numbers.service import number_of
from vneid_idp.portal.access import Holder, find_service_names, for_holder, read_before
from vneid_idp.portal.linked import NUMBERS, PAGE, is_live
from vneid_idp.portal.told import NOT_REGISTERED
from vneid_idp.use_cases.release_binding import release_for_person
from vneid_idp.web.detail_words.subscriber_number import CHANNELS, CONTRACTS
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.kind_words import KIND_WORDS
from vneid_idp.web.pages import ListPart
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

_ADDRESS = "/me/numbers"
_STATES = {
    NumberState.CONFIRMED: (mark("Confirmed by you"), "success"),
    NumberState.SUSPENDED: (mark("Suspended"), "warning"),
}
_NEXT = {
    NumberState.CONFIRMED: mark(
        "The carrier has not had your details compared with the population register yet. You have nothing to do here."
    ),
    NumberState.SUSPENDED: mark(
        "It rests while your account is locked or your card is not valid, and counts again by itself afterwards. The "
        "carrier is told that it rests, and not why."
    ),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A number as the page shows it."""

    binding: SubscriberNumber
    number: str
    carrier: str
    contract: str
    channel: str
    state: tuple[str, str] | None
    """What is said of it now, and how that looks; nothing of one that has ended."""
    next_step: str | None


async def show(request: Request, holder: Holder) -> Response:
    """The page."""
    before = read_before(request, "bind")
    async with holder.provider.db.reading() as unit:
        found = await bindings.list_for_person(unit, holder.person_id, before=before, limit=PAGE + 1, kinds=NUMBERS)
        names = await find_service_names(unit, {binding.client_id for binding in found})
        key = await holder.provider.vault.find_key(unit, holder.person_id)
    part = ListPart.of([each for each in found if isinstance(each, SubscriberNumber)], PAGE)
    assert key is not None, "whoever is signed in has one"
    shown = [
        Shown(
            binding=each,
            number=number_of(key, each),
            carrier=names.get(each.client_id) or gettext(request, NOT_REGISTERED),
            contract=CONTRACTS[each.contract],
            channel=CHANNELS[each.channel],
            state=_STATES.get(each.state),
            next_step=_NEXT.get(each.state),
        )
        for each in part.shown
    ]
    return render(
        request,
        "portal/numbers.html",
        words=KIND_WORDS[SubscriberNumber.kind],
        current=[each for each in shown if is_live(each.binding)],
        ended=[each for each in shown if not is_live(each.binding)],
        released="released" in request.query_params,
        older=None if part.last is None else f"?before={part.last.binding_id}",
        newest=_ADDRESS if before else None,
    )


async def release(request: Request, holder: Holder) -> Response:
    """Release a number: it is in nobody's name from this moment. Raises `BindingNotFound`."""
    binding_id = (await read_form(request))["binding"]
    provider, session_id = holder.provider, holder.session.session_id
    async with provider.db.reading() as unit:
        if await bindings.find_for_person(unit, holder.person_id, binding_id, kinds=NUMBERS) is None:
            raise BindingNotFound
    policy = await provider.current_policy()
    await provider.db.transact(
        lambda unit: release_for_person(unit, holder.person_id, session_id, binding_id, None, policy)
    )
    return see_other(f"{_ADDRESS}?released")


doors = [
    Door.page(_ADDRESS, for_holder(show)),
    Door.page(f"{_ADDRESS}/release", for_holder(release), "POST"),
]
