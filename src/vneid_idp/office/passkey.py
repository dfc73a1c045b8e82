"""Passkeys of somebody at the desk, who has no phone or lost one: the clerk vouches in place of two proofs.

One is made by the person's own device in a browser, so there is a command to remove one and none to add one.
"""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.factors import passkeys
from vneid_idp.identity.offices.roles import Role
from vneid_idp.office.access import FILE, OpenFile, file_doors, for_file
from vneid_idp.office.deed import KEPT, deed_page
from vneid_idp.office.words import refused_in_words
from vneid_idp.use_cases.enrol_person import add_passkey, check_may_have_passkey, remove_passkey
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.csrf import check_csrf
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered
from vneid_idp.web.doors import Door
from vneid_idp.web.drafts import drop_draft
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext
from vneid_idp.web.passkeys import give_options, read_passkey, site_of
from vneid_idp.web.responses import json_response, see_other

_KEPT = Kept(("passkey-name", "reason"))
"""Of the form to add one."""


async def show(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """The passkeys, and the form to add one."""
    form, errors = entered(request)
    return await _page(request, colleague, file, "office/passkeys.html", form, errors, _KEPT)


async def _page(
    request: Request,
    colleague: Colleague,
    file: OpenFile,
    template: str,
    form: Form,
    errors: Errors,
    kept: Kept = KEPT,
) -> Response:
    async with colleague.provider.db.reading() as unit:
        found = await passkeys.list_passkeys(unit, file.person_id)
    return deed_page(request, colleague, file, template, form, errors, kept=kept, passkeys=found)


async def options(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """What `navigator.credentials.create()` needs, and the sealed challenge to bring back.

    Raises as `add_passkey`, so that the device makes no passkey that is refused then.
    """
    check_csrf(request, {})
    provider = colleague.provider
    async with provider.db.reading() as unit:
        await check_may_have_passkey(unit, file.person_id)
        made = await passkeys.registration_options(
            unit,
            provider.keys.sealer,
            site_of(provider),
            person_id=file.person_id,
            user_name=file.record.full_name,
            context=colleague.session_id,
        )
    return give_options(made)


async def add(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Add the passkey that the person's authenticator made. Raises `BadDeed` without a reason."""
    check_csrf(request, {})
    body = await read_passkey(request)
    deed = colleague.deed(body.get("reason", ""))
    provider = colleague.provider
    await colleague.act(
        lambda unit: add_passkey(
            unit,
            provider.keys.sealer,
            site_of(provider),
            person_id=file.person_id,
            context=colleague.session_id,
            sealed=body["sealed"],
            answer=body["answer"],
            name=body.get("name", ""),
            unnamed=gettext(request, "Passkey"),
            deed=deed,
        )
    )
    drop_draft(request, f"{file.path}/passkeys")
    return json_response({"next": f"{file.path}?done=passkey"})


async def show_remove(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Which passkey to remove."""
    return await _page(request, colleague, file, "office/passkey_remove.html", *entered(request))


async def remove(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Remove a passkey. One that is gone already is gone."""
    form, errors = await read_form(request), Errors()
    if not form["passkey"]:
        errors["passkey"] = gettext(request, "Choose the passkey that is lost.")
    deed = deed_of(request, colleague, form, errors)
    if deed is not None and not errors:
        with refused_in_words(request, errors):
            await colleague.act(lambda unit: remove_passkey(unit, file.person_id, form["passkey"], deed))
            return see_other(f"{file.path}?done=passkey-removed")
    return await _page(request, colleague, file, "office/passkey_remove.html", form, errors)


doors = [
    Door.page(FILE + "/passkeys", for_file(show, Role.CLERK)),
    *file_doors("/passkeys/remove", show_remove, remove),
    Door.api(FILE + "/passkey/options", for_file(options, Role.CLERK), "POST"),
    Door.api(FILE + "/passkey", for_file(add, Role.CLERK), "POST"),
]
