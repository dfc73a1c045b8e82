"""`/phone/requests/{request}`: a service asks for the holder of this phone. Unlock, read, pick the number; then the
pages of every request follow, which say what is shared.
"""

from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.cross_device import service as cross_device
from vneid_idp.cross_device.service import PolledRequest
from vneid_idp.identity.account_rules import AccountStanding
from vneid_idp.identity.factors.proofs import SignInProof
from vneid_idp.interaction.signed_in import sign_in_here
from vneid_idp.interaction.signin_place import find_place
from vneid_idp.phone.access import DISOWNED, HOME, Handset, for_handset, for_handset_script
from vneid_idp.phone.asking import act_unlocked, asking, unlock_options
from vneid_idp.phone.asks import Asks, asks_of
from vneid_idp.phone.pages import page
from vneid_idp.phone.unlocked import keep_unlocked, unlocked_session
from vneid_idp.provider.elsewhere import open_here
from vneid_idp.storage.unit import Reading, Unit
from vneid_idp.use_cases.answer_on_phone import AccountAtRest, AnswerOver, PhoneAnswer, Unlocking, hold_answering, prove
from vneid_idp.use_cases.answer_polled import Deliveries, Picked, disown_polled, refuse_polled, take_polled
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.i18n import gettext
from vneid_idp.web.passkeys import site_of
from vneid_idp.web.responses import json_response, see_other
from vneid_idp.web.session import BrowserSession

PATH = f"{HOME}/requests/{{request}}"


@dataclass(frozen=True, slots=True)
class _Open:
    """A request that waits for the holder of this phone."""

    polled: PolledRequest
    session: BrowserSession | None
    """The one that unlocking the phone for this request opened."""


async def show(request: Request, handset: Handset) -> Response:
    """Who asks; and once the phone was unlocked for it what for, why, and which number it shows."""
    found = await _find(request, handset)
    if found is None:
        raise AnswerOver
    polled = found.polled
    asks: Asks | None = None
    if found.session is not None:
        client = await handset.provider.clients.get(polled.client_id)
        asks = asks_of(client, polled.request, partial(gettext, request))
    return page(
        request,
        "request",
        handset=handset,
        asking=await asking(handset.provider, polled.client_id),
        here=request.url.path,
        asks=asks,
        begun_at=polled.opened_at,
        until=polled.expires_at,
        numbers=() if polled.is_picked else polled.numbers,
    )


async def answer(request: Request, handset: Handset) -> Response:
    """Pick the number and go on to the pages that say what is shared; or refuse, or say that it is somebody else's.
    The last two take no unlocking: they give nothing away."""
    form = await read_form(request)
    found = await _find(request, handset)
    if found is None:
        raise AnswerOver
    if form["answer"]:
        return await _refuse(handset, found.polled, form.one_of("answer", PhoneAnswer.REFUSED, PhoneAnswer.NOT_ME))
    if found.session is None:
        return see_other(request.url.path)
    # Of a request in hand as well: whoever tries several numbers does not see the one that the client shows.
    picks = form["number"] or not found.polled.is_picked
    if picks and not await _take(handset, found.polled, found.session, form["number"]):
        return see_other(f"{HOME}?done={PhoneAnswer.WRONG_NUMBER}")
    return await open_here(request, found.polled, handset.person_id)


async def _take(handset: Handset, polled: PolledRequest, session: BrowserSession, number: str) -> bool:
    """Whether the number that was picked, if there is one, is the right one."""
    provider, phone = handset.provider, handset.phone

    async def work(unit: Unit) -> Picked:
        await hold_answering(unit, provider.vault, phone)
        return await take_polled(unit, provider.keys.sealer, polled, session, phone.phone_id, number)

    picked = await provider.db.transact(work)
    await provider.dispatcher.attempt(picked.deliveries)
    return picked.is_right


async def _refuse(handset: Handset, polled: PolledRequest, said: str) -> Response:
    provider, sealer = handset.provider, handset.provider.keys.sealer

    async def work(unit: Unit) -> Deliveries:
        await hold_answering(unit, provider.vault, handset.phone)
        if said == PhoneAnswer.NOT_ME:
            return await disown_polled(unit, sealer, polled, handset.person_id)
        return await refuse_polled(unit, sealer, polled, handset.person_id)

    await provider.dispatcher.attempt(await provider.db.transact(work))
    return see_other(f"{HOME}?done={DISOWNED if said == PhoneAnswer.NOT_ME else said}")


async def options(request: Request, handset: Handset) -> Response:
    """What `navigator.credentials.get()` needs: an answer of this phone's passkey, for this request."""
    return await unlock_options(request, handset.provider, handset.phone, request.path_params["request"])


async def unlock(request: Request, handset: Handset) -> Response:
    """Sign the holder in here, at level 2, for this request. Raises `AnswerOver` and `PasskeyRefused`."""
    provider, phone, request_id = handset.provider, handset.phone, request.path_params["request"]

    async def work(unit: Unit, unlocking: Unlocking) -> SignInProof:
        await hold_answering(unit, provider.vault, phone)
        if await _waiting(unit, handset, request_id) is None:
            raise AnswerOver
        return await prove(unit, provider.keys.sealer, site_of(provider), phone, unlocking)

    proof = await act_unlocked(request, provider, phone, request_id, work)
    arrived = await sign_in_here(request, await find_place(request), phone.person_id, proof)
    if arrived.standing is not AccountStanding.USABLE or arrived.session is None:
        raise AccountAtRest
    keep_unlocked(request, handset, request_id, arrived.session)
    return json_response({"next": f"{HOME}/requests/{request_id}"})


async def _find(request: Request, handset: Handset) -> _Open | None:
    request_id = request.path_params["request"]
    async with handset.provider.db.reading() as unit:
        polled = await _waiting(unit, handset, request_id)
    return None if polled is None else _Open(polled, unlocked_session(request, handset, request_id))


async def _waiting(unit: Reading, handset: Handset, request_id: str) -> PolledRequest | None:
    sealer, phone = handset.provider.keys.sealer, handset.phone
    return await cross_device.find_for(unit, sealer, phone.person_id, phone.phone_id, request_id)


doors = [
    Door.page(PATH, for_handset(show)),
    Door.page(PATH, for_handset(answer), "POST"),
    Door.api(f"{PATH}/unlock/options", for_handset_script(options), "POST"),
    Door.api(f"{PATH}/unlock", for_handset_script(unlock), "POST"),
]
