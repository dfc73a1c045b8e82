"""`/phone/sign-in/{sign_in}`: a browser elsewhere is to be signed in. Who asks and from where, the number, the lock."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.factors import phone_sign_ins
from vneid_idp.identity.factors.phone_sign_ins import PhoneSignIn, SignInState
from vneid_idp.phone.access import HOME, Handset, for_handset, for_handset_script
from vneid_idp.phone.asking import act_unlocked, asking, unlock_options
from vneid_idp.phone.pages import page
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.answer_on_phone import (
    AnswerOver,
    PhoneAnswer,
    Unlocking,
    approve_sign_in,
    pick_sign_in_number,
    refuse_sign_in,
)
from vneid_idp.web.begun_from import whence
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.i18n import gettext
from vneid_idp.web.passkeys import site_of
from vneid_idp.web.responses import json_response, see_other

_PATH = f"{HOME}/sign-in/{{sign_in}}"
_WAITS = (SignInState.SCANNED, SignInState.PICKED)


async def show(request: Request, handset: Handset) -> Response:
    """What is asked, and what is to be done next: pick the number, or unlock the phone."""
    found = await _find(request, handset)
    if found is None or found.state(handset.now) not in _WAITS:
        raise AnswerOver
    say = partial(gettext, request)
    return page(
        request,
        "sign_in",
        handset=handset,
        asking=await asking(handset.provider, found.client_id),
        here=request.url.path,
        whence=whence(handset.provider, request, found.begun_from, say),
        begun_at=found.opened_at,
        until=found.expires_at,
        numbers=found.numbers if found.state(handset.now) is SignInState.SCANNED else (),
    )


async def answer(request: Request, handset: Handset) -> Response:
    """Pick a number, refuse, or say that somebody else began it."""
    form = await read_form(request)
    provider, sign_in_id = handset.provider, request.path_params["sign_in"]
    vault, sealer, phone = provider.vault, provider.keys.sealer, handset.phone
    if number := form["number"]:
        right = await provider.db.transact(
            lambda unit: pick_sign_in_number(unit, vault, sealer, phone, sign_in_id, number)
        )
        return see_other(request.url.path if right else f"{HOME}?done={PhoneAnswer.WRONG_NUMBER}")
    said = PhoneAnswer(form.one_of("answer", PhoneAnswer.REFUSED, PhoneAnswer.NOT_ME))
    await provider.db.transact(lambda unit: refuse_sign_in(unit, vault, sealer, phone, sign_in_id, said))
    return see_other(f"{HOME}?done={said}")


async def options(request: Request, handset: Handset) -> Response:
    """What `navigator.credentials.get()` needs: an answer of this phone's passkey, for this sign-in."""
    return await unlock_options(request, handset.provider, handset.phone, request.path_params["sign_in"])


async def unlock(request: Request, handset: Handset) -> Response:
    """Let the browser go on. Raises `AnswerOver` and `PasskeyRefused`."""
    provider, phone, sign_in_id = handset.provider, handset.phone, request.path_params["sign_in"]
    vault, sealer, site = provider.vault, provider.keys.sealer, site_of(provider)

    async def work(unit: Unit, unlocking: Unlocking) -> None:
        await approve_sign_in(unit, vault, sealer, site, phone, sign_in_id, unlocking)

    await act_unlocked(request, provider, phone, sign_in_id, work)
    return json_response({"next": f"{HOME}?done={PhoneAnswer.APPROVED}"})


async def _find(request: Request, handset: Handset) -> PhoneSignIn | None:
    provider, sign_in_id = handset.provider, request.path_params["sign_in"]
    async with provider.db.reading() as unit:
        return await phone_sign_ins.find_on_phone(unit, provider.keys.sealer, handset.phone, sign_in_id)


doors = [
    Door.page(_PATH, for_handset(show)),
    Door.page(_PATH, for_handset(answer), "POST"),
    Door.api(f"{_PATH}/unlock/options", for_handset_script(options), "POST"),
    Door.api(f"{_PATH}/unlock", for_handset_script(unlock), "POST"),
]
