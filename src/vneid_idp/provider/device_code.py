"""`/device`: somebody types the code that another device shows, sees who asks from where, and goes on, or not.

The address of the page may hold the code (`verification_uri_complete`), and a device may show it as a picture. Nothing
is done with it before somebody presses a button on a page that warns of codes that others sent (RFC 8628 §5.4).
"""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.cross_device import service as cross_device
from vneid_idp.cross_device.opening import DEVICE_LIFE
from vneid_idp.cross_device.rules import normal_code, shown_code
from vneid_idp.cross_device.service import PolledRequest, RequestOver
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.kernel.secrets import digest
from vneid_idp.provider.elsewhere import open_here
from vneid_idp.use_cases.answer_polled import refuse_polled
from vneid_idp.web.begun_from import place_in_words
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door
from vneid_idp.web.drafts import Draft, again, drop_draft, keep_draft, read_draft
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.limits import Secret, TooManyAttempts, Tried
from vneid_idp.web.logos import logo_path
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

PATH = "/device"
_CONFIRM = f"{PATH}/confirm"
_KEEPS = ("user_code",)
_LONGEST = 32
_NOT_OPEN = mark(
    "No device waits with this code. Look at the code again; after %(minutes)s minutes start again on the device."
)
_TOO_MANY = mark("Too many attempts. Please wait some minutes.")


async def show(request: Request) -> Response:
    """The form, with the code that the address holds, whatever was typed before it led here."""
    brought = request.query_params.get("user_code")
    draft = read_draft(request, PATH) if brought is None else Draft()
    typed = (brought or draft.form["user_code"])[:_LONGEST].replace("\0", "")
    code = normal_code(typed)
    shown = typed if code is None else shown_code(code)
    return render(request, "provider/device_code.html", draft.status, code=shown, errors=draft.errors)


async def submit(request: Request) -> Response:
    """Look whether a device waits with that code. Failures are counted for the address, so that nobody tries them out:
    there are 25 thousand million. They are counted before anybody looks, or guesses sent at once would all get through.
    """
    provider, form = idp(request), await read_form(request)
    tried = Tried(address=provider.address_of(request))
    try:
        await provider.limits.spend(Secret.USER_CODE, tried, 1)
    except TooManyAttempts:
        return _once_more(request, form, _TOO_MANY, 429)
    if await _find(request, form) is None:
        return _once_more(request, form, _NOT_OPEN, 422)
    await provider.limits.give_back(Secret.USER_CODE, tried, 1)
    drop_draft(request, PATH)
    keep_draft(request, _CONFIRM, form, _KEEPS)
    return see_other(_CONFIRM)


def _once_more(request: Request, form: Form, message: str, status: int) -> Response:
    said = gettext(request, message, minutes=DEVICE_LIFE // MINUTE)
    return again(request, PATH, form, _KEEPS, {"user_code": said}, status=status)


async def show_request(request: Request) -> Response:
    """Who asks, and from where; and the warning."""
    provider = idp(request)
    found = await _find(request, read_draft(request, _CONFIRM).form)
    if found is None:
        return see_other(PATH)
    client = await provider.clients.get(found.client_id)
    return render(
        request,
        "provider/device_request.html",
        service=client.client_name,
        domain=client.verified_home,
        logo=logo_path(client),
        asked_from=found.asked_from,
        place=place_in_words(provider, found.asked_from, partial(gettext, request)),
        is_here=found.asked_from is not None and found.asked_from == provider.address_of(request),
        opened_at=found.opened_at,
        shown=digest(found.request_id),
    )


async def answer(request: Request) -> Response:
    """Go on to sign in and decide there, or say that it was somebody else's."""
    form = await read_form(request)
    found = await _find(request, read_draft(request, _CONFIRM).form)
    if found is None:
        return see_other(PATH)
    if form["shown"] != digest(found.request_id):
        return see_other(_CONFIRM)  # another code was typed in another tab since: what is answered is what was read
    pressed = form.one_of("answer", "continue", "refuse")
    drop_draft(request, _CONFIRM)
    if pressed == "continue":
        return await open_here(request, found)
    provider = idp(request)
    try:
        await provider.db.transact(lambda unit: refuse_polled(unit, provider.keys.sealer, found, None))
    except RequestOver:
        return see_other(PATH)
    return see_other(f"{PATH}/refused")


async def refused(request: Request) -> Response:
    """After a refusal: nothing is left to do here."""
    return render(request, "provider/answered_elsewhere.html", service=None, approved=False, in_app=False)


async def _find(request: Request, form: Form) -> PolledRequest | None:
    """The open request of the code in a form."""
    provider = idp(request)
    async with provider.db.glance() as unit:
        return await cross_device.find_by_code(
            unit, provider.keys.sealer, provider.keys.blind, form["user_code"][:_LONGEST]
        )


doors = [
    Door.page(PATH, show),
    Door.page(PATH, submit, "POST"),
    Door.page(_CONFIRM, show_request),
    Door.page(_CONFIRM, answer, "POST"),
    Door.page(f"{PATH}/refused", refused),
]
