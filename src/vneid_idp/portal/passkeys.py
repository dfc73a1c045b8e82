"""The passkeys of `/me/security`: add one, give it another name, and remove it, which a page asks about once."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.factors import passkeys
from vneid_idp.identity.factors.passkeys import Passkey
from vneid_idp.portal.access import Holder, for_holder
from vneid_idp.use_cases.protect_account import (
    FreshProofNeeded,
    add_own_passkey,
    has_two_fresh_proofs,
    may_change,
    own_passkey_counts,
    remove_own_passkey,
    rename_own_passkey,
)
from vneid_idp.web.csrf import check_csrf
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.i18n import gettext
from vneid_idp.web.passkeys import give_options, read_passkey, site_of
from vneid_idp.web.responses import json_response, see_other
from vneid_idp.web.templates import render

SECOND = "/signin/second"
"""Where a second proof is asked for; it leads back to the security page."""
_SECURITY = "/me/security"


async def options(request: Request, holder: Holder) -> Response:
    """What `navigator.credentials.create()` needs, and the sealed challenge to bring back."""
    check_csrf(request, {})
    if not has_two_fresh_proofs(holder.session, holder.now):
        raise FreshProofNeeded
    provider = holder.provider
    async with provider.db.reading() as unit:
        made = await passkeys.registration_options(
            unit,
            provider.keys.sealer,
            site_of(provider),
            person_id=holder.person_id,
            user_name=holder.profile.record.full_name,
            context=holder.session.session_id,
        )
    return give_options(made)


async def add(request: Request, holder: Holder) -> Response:
    """Add the passkey that the authenticator made."""
    check_csrf(request, {})
    body = await read_passkey(request)
    provider = holder.provider
    await provider.db.transact(
        lambda unit: add_own_passkey(
            unit,
            provider.vault,
            provider.keys.sealer,
            site_of(provider),
            holder.session,
            sealed=body["sealed"],
            answer=body["answer"],
            name=body.get("name", ""),
            unnamed=gettext(request, "Passkey"),
        )
    )
    return json_response({"next": f"{_SECURITY}?done=passkey-added"})


async def show_rename(request: Request, holder: Holder) -> Response:
    """Which name it shall have."""
    return await _page(request, holder, "portal/passkey_rename.html", request.query_params.get("passkey", ""))


async def rename(request: Request, holder: Holder) -> Response:
    """Give a passkey another name."""
    form = await read_form(request)
    if not form["name"].strip():
        errors = {"name": gettext(request, "Enter a name.")}
        return await _page(request, holder, "portal/passkey_rename.html", form["passkey"], errors)
    provider = holder.provider
    try:
        await provider.db.transact(
            lambda unit: rename_own_passkey(unit, provider.vault, holder.session, form["passkey"], form["name"])
        )
    except FreshProofNeeded:
        return see_other(SECOND)
    return see_other(f"{_SECURITY}?done=passkey-renamed")


async def show_remove(request: Request, holder: Holder) -> Response:
    """Whether it is meant: what follows, and what is left to sign in with."""
    return await _page(request, holder, "portal/passkey_remove.html", request.query_params.get("passkey", ""))


async def remove(request: Request, holder: Holder) -> Response:
    """Remove a passkey; who has not proven enough is led to the page that asks for a second proof."""
    form = await read_form(request)
    provider = holder.provider
    try:
        await provider.db.transact(
            lambda unit: remove_own_passkey(unit, provider.vault, holder.session, form["passkey"])
        )
    except FreshProofNeeded:
        return see_other(SECOND)
    return see_other(f"{_SECURITY}?done=passkey-removed")


async def count(request: Request, holder: Holder) -> Response:
    """Let a passkey count again that rests. Raises `FreshProofNeeded`."""
    form, vault, session = await read_form(request), holder.provider.vault, holder.session
    await holder.provider.db.transact(lambda unit: own_passkey_counts(unit, vault, session, form["passkey"]))
    return see_other(f"{_SECURITY}?done=counts")


async def _page(
    request: Request, holder: Holder, template: str, credential_id: str, errors: dict[str, str] | None = None
) -> Response:
    async with holder.provider.db.reading() as unit:
        keys = await passkeys.list_passkeys(unit, holder.person_id)
    if not may_change(holder.here, has_passkey=bool(keys), now=holder.now):
        return see_other(SECOND)
    chosen: Passkey | None = next((key for key in keys if key.credential_id == credential_id), None)
    if chosen is None:
        return see_other(_SECURITY)
    return render(
        request,
        template,
        422 if errors else 200,
        passkey=chosen,
        others=len(keys) - 1,
        phone=holder.profile.record.phone,
        errors=errors or {},
    )


doors = [
    Door.api("/me/security/passkey/options", for_holder(options), "POST"),
    Door.api("/me/security/passkey", for_holder(add), "POST"),
    Door.page("/me/security/passkey/count", for_holder(count), "POST"),
    Door.page("/me/security/passkey/rename", for_holder(show_rename)),
    Door.page("/me/security/passkey/rename", for_holder(rename), "POST"),
    Door.page("/me/security/passkey/remove", for_holder(show_remove)),
    Door.page("/me/security/passkey/remove", for_holder(remove), "POST"),
]
