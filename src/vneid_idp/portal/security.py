"""`/me/security`: passkeys, password, passcode, and the browsers in which I am signed in."""

from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.grants.participants import clients_by_session
from vneid_idp.identity import secret_hashes
from vneid_idp.identity.factors import chosen_secrets, distrusted_phones, passkeys, sessions
from vneid_idp.identity.factors.chosen_secrets import SecretKind, WeakSecret
from vneid_idp.identity.factors.proofs import PASSWORD, SignInProof
from vneid_idp.identity.factors.turns import Share
from vneid_idp.identity.lookup import find_candidate
from vneid_idp.kernel.clock import HOUR, Instant
from vneid_idp.portal.access import Holder, find_service_names, for_holder
from vneid_idp.portal.passkeys import SECOND
from vneid_idp.portal.phones import phones_of
from vneid_idp.portal.told import NOT_REGISTERED
from vneid_idp.use_cases.end_session import end_session, end_sessions
from vneid_idp.use_cases.protect_account import change_secret as change_own_secret
from vneid_idp.use_cases.protect_account import (
    has_two_fresh_proofs,
    may_change,
    own_secret_counts,
    shows_passkey,
    trust_own_phone,
)
from vneid_idp.use_cases.sign_in import note_lock_out
from vneid_idp.web.device_words import device_name
from vneid_idp.web.doors import Door
from vneid_idp.web.drafts import again, drop_draft, read_draft
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.limits import Secret, TooManyAttempts, Tried
from vneid_idp.web.method_words import METHODS
from vneid_idp.web.responses import see_other
from vneid_idp.web.secret_words import weakness
from vneid_idp.web.templates import render

PATH = "/me/security"
_DONE = {
    "passkey-added": mark("The passkey was added. You can sign in with it from now on."),
    "passkey-renamed": mark("The passkey has its new name."),
    "passkey-removed": mark("The passkey was removed. Nobody can sign in with it any more."),
    "phone-removed": mark("The phone was removed. It answers no requests for you any more."),
    "counts": mark("It counts again."),
    "phone-trusted": mark("Your phone number counts again: codes are sent to it."),
    "password": mark("Your password was changed. Other browsers were signed out."),
    "passcode": mark("Your passcode was changed. Other browsers were signed out."),
    "password-access": mark(
        "Your password was changed. Other browsers were signed out, and the lasting access that was given there ended."
    ),
    "passcode-access": mark(
        "Your passcode was changed. Other browsers were signed out, and the lasting access that was given there ended."
    ),
    "other": mark("You are signed out in that browser."),
    "others": mark("You are now signed in here only."),
}

_SAME = {
    SecretKind.PASSWORD: mark("This is your password already. Nothing was changed: take another one."),
    SecretKind.PASSCODE: mark("This is your passcode already. Nothing was changed: take another one."),
}
"""Who changes it because somebody may know it would have changed nothing."""


@dataclass(frozen=True, slots=True)
class Place:
    """A browser in which the holder is signed in."""

    session_id: str
    device: str
    opened_at: Instant
    methods: tuple[str, ...]
    services: tuple[str, ...]
    """Who was told of this sign-in."""
    here: bool


async def show(request: Request, holder: Holder) -> Response:
    """The page."""
    draft = read_draft(request, PATH)
    kind = draft.form["kind"]
    async with holder.provider.db.reading() as unit:
        keys = await passkeys.list_passkeys(unit, holder.person_id)
        distrusted = await distrusted_phones.find(unit, holder.person_id)
        resting = await secret_hashes.resting(unit, holder.person_id)
        live = await sessions.list_sessions(unit, holder.person_id)
        used = await clients_by_session(unit, holder.person_id, min(each.session_id for each in live))
        names = await find_service_names(unit, {client_id for ids in used.values() for client_id in ids})
    say = partial(gettext, request)
    done = _DONE.get(request.query_params.get("done", ""))
    return render(
        request,
        "portal/security.html",
        draft.status,
        passkeys=keys,
        counts=any(each.rests_since is None for each in keys),
        phones=[(phone, device_name(phone.device, say)) for phone in await phones_of(holder)],
        distrusted=distrusted,
        resting=resting,
        may_trust=shows_passkey(holder.session, holder.now),
        may_add=has_two_fresh_proofs(holder.session, holder.now),
        may_change=may_change(holder.here, has_passkey=bool(keys), now=holder.now),
        places=[
            Place(
                session.session_id,
                device_name(session.device, say),
                session.opened_at,
                tuple(say(METHODS[method.name]) for method in session.methods),
                tuple(names.get(client_id) or say(NOT_REGISTERED) for client_id in used.get(session.session_id, ())),
                here=session.session_id == holder.session.session_id,
            )
            for session in reversed(live)
        ],
        session_hours=sessions.LIFETIME // HOUR,
        done=gettext(request, done) if done else None,
        errors=draft.errors,
        keeps_access=kind if draft.form[f"{kind}-access"] != "end" else None,
    )


async def trust_phone(request: Request, holder: Holder) -> Response:
    """Let the registered number count again. Raises `FreshProofNeeded`."""
    await read_form(request)
    vault, session = holder.provider.vault, holder.session
    await holder.provider.db.transact(lambda unit: trust_own_phone(unit, vault, session))
    return see_other("/me/security?done=phone-trusted")


async def secret_counts(request: Request, holder: Holder) -> Response:
    """Let the password or passcode count again that rests. Raises `FreshProofNeeded`."""
    form, vault, session = await read_form(request), holder.provider.vault, holder.session
    kind = SecretKind(form.one_of("kind", *SecretKind))
    await holder.provider.db.transact(lambda unit: own_secret_counts(unit, vault, session, kind))
    return see_other("/me/security?done=counts")


async def change_secret(request: Request, holder: Holder) -> Response:
    """Change the password or the passcode, for who knows the password and gave a second proof if there is one to give;
    other browsers are signed out.
    """
    form = await read_form(request)
    kind = SecretKind(form.one_of("kind", *SecretKind))
    async with holder.provider.db.reading() as unit:
        keys = await passkeys.list_passkeys(unit, holder.person_id)
    # Before the password is tried, which counts attempts; the use case asks again.
    if not may_change(holder.here, has_passkey=bool(keys), now=holder.now):
        return see_other(SECOND)
    keeps = ("kind", f"{kind.value}-access")
    end_access = form[f"{kind.value}-access"] == "end"
    errors, known = _check_choice(request, form, kind), None
    if not errors:
        errors, known = await _check_password(request, holder, form[f"{kind.value}-current"], kind)
    if errors or known is None:
        return again(request, PATH, form, keeps, errors, status=422)
    knows, new = known, form[f"{kind.value}-new"]
    async with holder.provider.db.reading() as unit:
        standing = await secret_hashes.find(unit, holder.provider.vault, holder.person_id, kind.value)
    async with holder.provider.hasher.turn(_share(holder)) as turn:
        if await turn.verify(standing, new):
            errors = {f"{kind.value}-new": gettext(request, _SAME[kind])}
            return again(request, PATH, form, keeps, errors, status=422)
        try:
            await turn.check(kind, new, chosen_secrets.own_words(holder.profile.record))
        except WeakSecret as weak:
            errors = {f"{kind.value}-new": weakness(request, kind, weak)}
            return again(request, PATH, form, keeps, errors, status=422)
        hashed = await turn.hash(new)
    vault, session = holder.provider.vault, holder.session
    announced = await holder.provider.db.transact(
        lambda unit: change_own_secret(unit, vault, session, knows, kind, hashed, end_access=end_access)
    )
    await holder.provider.dispatcher.attempt(announced)
    drop_draft(request, PATH)
    return see_other(f"/me/security?done={kind.value}{'-access' if end_access else ''}")


def _check_choice(request: Request, form: Form, kind: SecretKind) -> dict[str, str]:
    """What is wrong with the new secret. Fields are named after what they change, since both forms are on the page."""
    if not form[f"{kind.value}-current"]:
        return {f"{kind.value}-current": gettext(request, "Enter your password.")}
    try:
        chosen_secrets.check_form(kind, form[f"{kind.value}-new"])
    except WeakSecret as weak:
        return {f"{kind.value}-new": weakness(request, kind, weak)}
    if form[f"{kind.value}-new"] != form[f"{kind.value}-again"]:
        return {f"{kind.value}-again": gettext(request, "The two entries are not the same.")}
    return {}


async def _check_password(
    request: Request, holder: Holder, password: str, kind: SecretKind
) -> tuple[dict[str, str], SignInProof | None]:
    """What is wrong with the password, or the proof that the holder knows it."""
    provider = holder.provider
    async with provider.db.reading() as unit:
        number = holder.profile.record.personal_number
        candidate = await find_candidate(unit, provider.vault, provider.keys.blind, number)
    # Who is signed in here is known here, whatever strangers try.
    known = f"{candidate.attempts_key}@{holder.session.session_id}"
    tried = Tried(address=provider.address_of(request), browser=known)
    try:
        await provider.limits.check(Secret.SIGN_IN, tried)
        async with provider.hasher.turn(_share(holder)) as turn:
            await provider.limits.admit(Secret.SIGN_IN, tried)
            right = await turn.verify(candidate.password_hash, password)
    except TooManyAttempts:
        return {f"{kind.value}-current": gettext(request, "Too many attempts. Please wait some minutes.")}, None
    if not right or candidate.password_hash is None:
        if await provider.limits.failed(Secret.SIGN_IN, tried):
            await provider.db.transact(lambda unit: note_lock_out(unit, holder.person_id))
        return {f"{kind.value}-current": gettext(request, "This is not your password.")}, None
    await provider.limits.succeeded(Secret.SIGN_IN, tried)
    return {}, SignInProof(PASSWORD, candidate.password_hash)


def _share(holder: Holder) -> Share:
    return Share((f"person {holder.person_id}", f"session {holder.session.session_id}"), known=True)


async def end_other_sessions(request: Request, holder: Holder) -> Response:
    """Sign out everywhere but here."""
    await read_form(request)
    announced = await holder.act_alone(lambda unit: end_sessions(unit, holder.person_id, but=holder.session.session_id))
    await holder.provider.dispatcher.attempt(announced)
    return see_other("/me/security?done=others")


async def end_other_session(request: Request, holder: Holder) -> Response:
    """Sign out in one other browser; here, the page of that asks first."""
    form = await read_form(request)
    if form["session"] == holder.session.session_id:
        return see_other("/signout")
    announced = await holder.act_alone(lambda unit: end_session(unit, holder.person_id, form["session"]))
    await holder.provider.dispatcher.attempt(announced)
    return see_other("/me/security?done=other#sessions")


doors = [
    Door.page("/me/security", for_holder(show)),
    Door.page("/me/security/secret/count", for_holder(secret_counts), "POST"),
    Door.page("/me/security/secret", for_holder(change_secret), "POST"),
    Door.page("/me/security/trust-phone", for_holder(trust_phone), "POST"),
    Door.page("/me/security/sessions", for_holder(end_other_sessions), "POST"),
    Door.page("/me/security/session", for_holder(end_other_session), "POST"),
]
