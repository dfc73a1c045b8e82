"""`/me/security`: passkeys, password, passcode, and the browsers in which I am signed in."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity import chosen_secrets, passkeys, sessions
from vneid_idp.identity.chosen_secrets import SecretKind, WeakSecret
from vneid_idp.identity.lookup import find_candidate
from vneid_idp.kernel.errors import DomainError
from vneid_idp.portal.access import Holder, for_holder
from vneid_idp.portal.history import METHODS
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.end_session import end_sessions
from vneid_idp.web.address import address_of
from vneid_idp.web.csrf import check_csrf
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.limits import Secret, TooManyAttempts, Tried
from vneid_idp.web.passkeys import read_passkey, site_of
from vneid_idp.web.responses import json_response, see_other
from vneid_idp.web.templates import render

SECOND = "/signin/second"
"""Where a second proof is asked for; it leads back to this page."""

_DONE = {
    "passkey-added": mark("The passkey was added. You can sign in with it from now on."),
    "passkey-removed": mark("The passkey was removed. Nobody can sign in with it any more."),
    "password": mark("Your password was changed. Other browsers were signed out."),
    "passcode": mark("Your passcode was changed. Other browsers were signed out."),
    "others": mark("You are now signed in here only."),
}


class FreshProofNeeded(DomainError):
    """Adding a passkey is handing out a key: it takes two proofs of this moment. Told to the script; a form is sent to
    the page that asks for the second.
    """

    code = "fresh_proof_needed"
    status = 403
    title = "Two different proofs are needed, the last of them within a quarter of an hour."


async def show(request: Request, holder: Holder) -> Response:
    """The page."""
    return await _page(request, holder, {})


async def _page(request: Request, holder: Holder, errors: dict[str, str], status: int = 200) -> Response:
    async with holder.provider.db.reading() as unit:
        keys = await passkeys.list_passkeys(unit, holder.person_id)
        standing = await sessions.list_sessions(unit, holder.person_id)
    done = _DONE.get(request.query_params.get("done", ""))
    return render(
        request,
        "portal/security.html",
        status,
        passkeys=keys,
        may_add=holder.has_two_fresh_proofs,
        may_change=_may_change(holder, bool(keys)),
        sessions=[
            (session, [gettext(request, METHODS[method.name]) for method in session.methods])
            for session in reversed(standing)
        ],
        own=holder.session.session_id,
        done=gettext(request, done) if done else None,
        errors=errors,
    )


async def passkey_options(request: Request, holder: Holder) -> Response:
    """What `navigator.credentials.create()` needs, and the sealed challenge to bring back."""
    check_csrf(request, {})
    _check_fresh(holder)
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
    return json_response({"options": orjson.loads(made.options), "sealed": made.sealed})


async def add_passkey(request: Request, holder: Holder) -> Response:
    """Add the passkey that the authenticator made."""
    check_csrf(request, {})
    _check_fresh(holder)
    body = await read_passkey(request)
    provider = holder.provider
    await holder.act_alone(
        lambda unit: passkeys.register(
            unit,
            provider.keys.sealer,
            site_of(provider),
            person_id=holder.person_id,
            context=holder.session.session_id,
            sealed=body["sealed"],
            answer=body["answer"],
            name=body.get("name", ""),
        )
    )
    return json_response({"next": "/me/security?done=passkey-added"})


def _check_fresh(holder: Holder) -> None:
    if not holder.has_two_fresh_proofs:
        raise FreshProofNeeded


def _may_change(holder: Holder, has_passkey: bool) -> bool:
    """Whether what was proven is enough to take a passkey away or to choose another secret.

    A session left open, or a password that somebody read, must not shut the owner out: whoever can give two proofs
    gives them. Nobody else would ever get to change a password that leaked.
    """
    return holder.has_two_fresh_proofs or not (has_passkey or holder.profile.record.phone)


async def _proven(holder: Holder) -> bool:
    async with holder.provider.db.reading() as unit:
        keys = await passkeys.list_passkeys(unit, holder.person_id)
    return _may_change(holder, bool(keys))


async def remove_passkey(request: Request, holder: Holder) -> Response:
    """Remove a passkey, after the proofs that adding one takes."""
    form = await read_form(request)
    if not await _proven(holder):
        return see_other(SECOND)
    await holder.act_alone(lambda unit: passkeys.remove(unit, holder.person_id, form["passkey"]))
    return see_other("/me/security?done=passkey-removed")


async def change_secret(request: Request, holder: Holder) -> Response:
    """Change the password or the passcode, for who knows the password and gave a second proof if there is one to give;
    other browsers are signed out.
    """
    form = await read_form(request)
    kind = SecretKind(form.one_of("kind", *SecretKind))
    if not await _proven(holder):
        return see_other(SECOND)
    errors = _check_choice(request, form, kind)
    if not errors:
        errors = await _check_password(request, holder, form[f"{kind.value}-current"], kind)
    if errors:
        return await _page(request, holder, errors, 422)
    hashed = await holder.provider.hasher.hash(form[f"{kind.value}-new"])

    async def work(unit: Unit) -> tuple[Delivery, ...]:
        await chosen_secrets.set_hash(unit, holder.person_id, kind, hashed)
        return await end_sessions(unit, holder.person_id, but=holder.session.session_id)

    announced = await holder.act_alone(work)
    await holder.provider.dispatcher.attempt(announced)
    return see_other(f"/me/security?done={kind.value}")


def _check_choice(request: Request, form: Form, kind: SecretKind) -> dict[str, str]:
    """What is wrong with the new secret. Fields are named after what they change, since both forms are on the page."""
    if not form[f"{kind.value}-current"]:
        return {f"{kind.value}-current": gettext(request, "Enter your password.")}
    try:
        chosen_secrets.check_new(kind, form[f"{kind.value}-new"])
    except WeakSecret:
        words = {
            SecretKind.PASSWORD: mark("A password has at least 8 characters."),
            SecretKind.PASSCODE: mark("A passcode has six digits, not all the same and not in a row such as 123456."),
        }
        return {f"{kind.value}-new": gettext(request, words[kind])}
    if form[f"{kind.value}-new"] != form[f"{kind.value}-again"]:
        return {f"{kind.value}-again": gettext(request, "The two entries are not the same.")}
    return {}


async def _check_password(request: Request, holder: Holder, password: str, kind: SecretKind) -> dict[str, str]:
    provider = holder.provider
    tried = Tried(holder.person_id, address_of(request, provider.trusted_proxies))
    try:
        await provider.limits.admit(Secret.SIGN_IN, tried)
    except TooManyAttempts:
        return {f"{kind.value}-current": gettext(request, "Too many attempts. Please wait some minutes.")}
    async with provider.db.reading() as unit:
        number = holder.profile.record.personal_number
        candidate = await find_candidate(unit, provider.vault, provider.keys.blind, number)
    if not await provider.hasher.verify(candidate.password_hash, password):
        await provider.limits.failed(Secret.SIGN_IN, tried)
        return {f"{kind.value}-current": gettext(request, "This is not your password.")}
    await provider.limits.succeeded(Secret.SIGN_IN, tried)
    return {}


async def end_other_sessions(request: Request, holder: Holder) -> Response:
    """Sign out everywhere but here."""
    await read_form(request)
    announced = await holder.act_alone(lambda unit: end_sessions(unit, holder.person_id, but=holder.session.session_id))
    await holder.provider.dispatcher.attempt(announced)
    return see_other("/me/security?done=others")


doors = [
    Door.page("/me/security", for_holder(show)),
    Door.api("/me/security/passkey/options", for_holder(passkey_options), "POST"),
    Door.api("/me/security/passkey", for_holder(add_passkey), "POST"),
    Door.page("/me/security/passkey/remove", for_holder(remove_passkey), "POST"),
    Door.page("/me/security/secret", for_holder(change_secret), "POST"),
    Door.page("/me/security/sessions", for_holder(end_other_sessions), "POST"),
]
