"""`/phone/enrol`: this browser becomes its holder's phone, with a passkey of the phone itself."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.factors import passkeys
from vneid_idp.identity.factors.devices import read_user_agent
from vneid_idp.identity.factors.enrolled_phones import EnrolledPhone
from vneid_idp.phone.access import ENROL, HOME, keep_phone
from vneid_idp.phone.pages import page
from vneid_idp.use_cases.enrol_phone import (
    LevelTooLow,
    check_may_enrol,
    enrol_with_new_passkey,
    enrol_with_own_passkey,
)
from vneid_idp.use_cases.protect_account import FreshProofNeeded
from vneid_idp.web.csrf import check_csrf
from vneid_idp.web.doors import Door
from vneid_idp.web.holder import Holder, for_holder
from vneid_idp.web.i18n import gettext
from vneid_idp.web.passkeys import give_options, read_passkey, site_of
from vneid_idp.web.request_headers import header
from vneid_idp.web.responses import json_response, see_other
from vneid_idp.web.return_to import lead_back

_SECOND = "/signin/second"


async def show(request: Request, holder: Holder) -> Response:
    """What it means, and the button; who has not proved enough is asked for a second proof first."""
    try:
        check_may_enrol(holder.here, holder.now)
    except FreshProofNeeded:
        lead_back(request)
        return see_other(_SECOND)
    except LevelTooLow as error:
        return page(request, "level_too_low", error.status)
    async with holder.provider.db.reading() as unit:
        keys = await passkeys.list_counting(unit, holder.person_id)
    return page(request, "enrol", name=holder.profile.record.full_name, has_passkey=bool(keys))


async def new_options(request: Request, holder: Holder) -> Response:
    """What `navigator.credentials.create()` needs for a passkey of this very phone."""
    check_csrf(request, {})
    check_may_enrol(holder.here, holder.now)
    provider = holder.provider
    async with provider.db.reading() as unit:
        made = await passkeys.registration_options(
            unit,
            provider.keys.sealer,
            site_of(provider),
            person_id=holder.person_id,
            user_name=holder.profile.record.full_name,
            context=holder.session.session_id,
            built_in=True,
        )
    return give_options(made)


async def new(request: Request, holder: Holder) -> Response:
    """Enrol the browser with the passkey that the phone made."""
    check_csrf(request, {})
    body, provider = await read_passkey(request), holder.provider
    phone = await provider.db.transact(
        lambda unit: enrol_with_new_passkey(
            unit,
            provider.vault,
            provider.keys.sealer,
            site_of(provider),
            holder.session,
            read_user_agent(header(request, b"user-agent", "")),
            sealed=body["sealed"],
            answer=body["answer"],
            unnamed=gettext(request, "Phone"),
        )
    )
    return _enrolled(request, holder, phone)


async def own_options(request: Request, holder: Holder) -> Response:
    """What `navigator.credentials.get()` needs for a passkey that the phone holds already."""
    check_csrf(request, {})
    check_may_enrol(holder.here, holder.now)
    provider = holder.provider
    async with provider.db.reading() as unit:
        made = await passkeys.authentication_options(
            unit,
            provider.keys.sealer,
            site_of(provider),
            context=holder.session.session_id,
            person_id=holder.person_id,
        )
    return give_options(made)


async def own(request: Request, holder: Holder) -> Response:
    """Enrol the browser with that passkey."""
    check_csrf(request, {})
    body, provider = await read_passkey(request), holder.provider
    phone = await provider.db.transact(
        lambda unit: enrol_with_own_passkey(
            unit,
            provider.vault,
            provider.keys.sealer,
            site_of(provider),
            holder.session,
            read_user_agent(header(request, b"user-agent", "")),
            sealed=body["sealed"],
            answer=body["answer"],
        )
    )
    return _enrolled(request, holder, phone)


def _enrolled(request: Request, holder: Holder, phone: EnrolledPhone) -> Response:
    keep_phone(request, holder.provider, phone)
    return json_response({"next": f"{HOME}?done=enrolled"})


doors = [
    Door.page(ENROL, for_holder(show)),
    Door.api(f"{ENROL}/new/options", for_holder(new_options), "POST"),
    Door.api(f"{ENROL}/new", for_holder(new), "POST"),
    Door.api(f"{ENROL}/own/options", for_holder(own_options), "POST"),
    Door.api(f"{ENROL}/own", for_holder(own), "POST"),
]
