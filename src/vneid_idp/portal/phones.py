"""The phones of `/me/security` that answer requests: removed here, which a page asks about once."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.factors import enrolled_phones
from vneid_idp.identity.factors.enrolled_phones import EnrolledPhone
from vneid_idp.portal.access import Holder, for_holder
from vneid_idp.portal.passkeys import SECOND
from vneid_idp.use_cases.enrol_phone import remove_phone
from vneid_idp.use_cases.protect_account import FreshProofNeeded
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

_SECURITY = "/me/security"


async def phones_of(holder: Holder) -> tuple[EnrolledPhone, ...]:
    """The phones that answer for the holder, the oldest first."""
    async with holder.provider.db.reading() as unit:
        return await enrolled_phones.list_phones(unit, holder.person_id)


async def show_remove(request: Request, holder: Holder) -> Response:
    """Whether it is meant, and what follows."""
    wanted = request.query_params.get("phone", "")
    phone = next((each for each in await phones_of(holder) if each.phone_id == wanted), None)
    if phone is None:
        return see_other(_SECURITY)
    return render(request, "portal/phone_remove.html", phone=phone)


async def remove(request: Request, holder: Holder) -> Response:
    """Have a phone answer no more; who has not proven enough is led to the page that asks for a second proof."""
    form, provider = await read_form(request), holder.provider
    try:
        await provider.db.transact(lambda unit: remove_phone(unit, provider.vault, holder.session, form["phone"]))
    except FreshProofNeeded:
        return see_other(SECOND)
    return see_other(f"{_SECURITY}?done=phone-removed#phones")


doors = [
    Door.page("/me/security/phone/remove", for_holder(show_remove)),
    Door.page("/me/security/phone/remove", for_holder(remove), "POST"),
]
