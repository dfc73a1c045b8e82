"""Another phone number: a code is sent to it, and when the person reads it out the number counts."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.factors import otp
from vneid_idp.identity.factors.typed_codes import CodeVerdict
from vneid_idp.identity.offices.roles import Role
from vneid_idp.identity.phones import MalformedPhone, read_phone
from vneid_idp.identity.register.reports import PhoneChanged
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.office.access import FILE, OpenFile, file_doors, for_file
from vneid_idp.office.deed import KEPT, check_fact, deed_page, report_id_of, reporting_of, was_made
from vneid_idp.office.words import refused_in_words
from vneid_idp.use_cases.change_phone import change_phone, send_code_to_new_phone
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered
from vneid_idp.web.doors import Door
from vneid_idp.web.drafts import drop_draft, keep_draft, read_draft
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.responses import see_other

_CODE = "code"
"""In a draft: a code was sent, and what is wrong is about it."""
_CODES = {
    CodeVerdict.WRONG: mark("The code is not right. Ask the person to read it out again."),
    CodeVerdict.SPENT: mark("This code is used, too old, or was tried too often. Send another one."),
}


async def send(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Send a code to the number, and ask for it."""
    form, errors = await read_form(request), Errors()
    phone, deed = _phone_of(request, form, errors), deed_of(request, colleague, form, errors)
    if deed is None or phone is None:
        return deed_page(request, colleague, file, "office/phone.html", form, errors)
    provider = colleague.provider
    with refused_in_words(request, errors, "phone"):
        if await was_made(colleague, file, form, PhoneChanged(phone)):
            return see_other(f"{file.path}?done=phone")
        await check_fact(colleague, file, PhoneChanged(phone))
        sending = await colleague.act(
            lambda unit: send_code_to_new_phone(unit, provider.keys.blind, provider.keys.sealer, file.record, phone)
        )
    if errors:
        return deed_page(request, colleague, file, "office/phone.html", form, errors)
    await provider.dispatcher.attempt(sending.deliveries)
    if not sending.sent:
        errors["code"] = gettext(
            request,
            "A code was sent moments ago, or there were too many. Wait %(seconds)s seconds.",
            seconds=otp.RESEND_AFTER // SECOND,
        )
    return _to_code(request, file, form, errors)


async def show_form(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """The form; what is wrong with a code stands at the code."""
    form, errors = read_draft(request, request.url.path).form, Errors()
    if read_draft(request, request.url.path).note != _CODE:
        form, errors = entered(request)
    return deed_page(request, colleague, file, "office/phone.html", form, errors)


async def show_code(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """The form for the code that was sent."""
    place = f"{file.path}/phone"
    draft = read_draft(request, place)
    phone = _phone_of(request, draft.form, Errors())
    if phone is None or draft.note != _CODE:
        return see_other(place)
    if draft.errors:  # said once
        keep_draft(request, place, draft.form, KEPT.fields, note=_CODE)
    return _code_page(request, colleague, file, draft.form, Errors(draft.errors), phone)


async def confirm(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Change the number, if the code is right."""
    form, errors = await read_form(request), Errors()
    phone, deed = _phone_of(request, form, errors), deed_of(request, colleague, form, errors)
    if deed is None or phone is None:
        kept = Kept(KEPT.fields, f"{file.path}/phone")
        return deed_page(request, colleague, file, "office/phone.html", form, errors, kept=kept)
    provider = colleague.provider
    policy = await provider.current_policy()
    with refused_in_words(request, errors, "code"):
        outcome, deliveries = await change_phone(
            reporting_of(colleague),
            report_id_of(form),
            file.person_id,
            phone,
            form["code"],
            policy,
            deed,
            act=colleague.act,
        )
        await provider.dispatcher.attempt(deliveries)
        if outcome is CodeVerdict.RIGHT:
            drop_draft(request, f"{file.path}/phone")
            return see_other(f"{file.path}?done=phone")
        errors["code"] = gettext(request, _CODES[outcome])
    if errors.status < 500:
        return _to_code(request, file, form, errors)
    return _code_page(request, colleague, file, form, errors, phone)


def _to_code(request: Request, file: OpenFile, form: Form, errors: Errors) -> Response:
    """To the form for the code, which finds the number and the reason in the draft of the form before it."""
    keep_draft(request, f"{file.path}/phone", form, KEPT.fields, errors, note=_CODE)
    return see_other(f"{file.path}/phone/confirm")


def _code_page(
    request: Request, colleague: Colleague, file: OpenFile, form: Form, errors: Errors, phone: str
) -> Response:
    return deed_page(
        request,
        colleague,
        file,
        "office/phone_code.html",
        form,
        errors,
        kept=Kept(),
        phone=phone,
        minutes=otp.LIFETIME // MINUTE,
    )


def _phone_of(request: Request, form: Form, errors: Errors) -> str | None:
    try:
        return read_phone(form["phone"])
    except MalformedPhone:
        errors["phone"] = gettext(request, "Enter a Vietnamese mobile number of a person.")
        return None


doors = [
    *file_doors("/phone", show_form, send),
    Door.page(FILE + "/phone/confirm", for_file(show_code, Role.CLERK)),
    Door.page(FILE + "/phone/confirm", for_file(confirm, Role.CLERK), "POST"),
]
