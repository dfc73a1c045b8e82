"""`/activate`: with the code of an office, the holder of an account chooses password and passcode."""

import re
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.factors.chosen_secrets import SecretKind, WeakSecret, check_form, own_words
from vneid_idp.identity.factors.hashing import Turn
from vneid_idp.identity.factors.otp import NOBODY
from vneid_idp.identity.factors.turns import Share
from vneid_idp.identity.factors.typed_codes import CodeVerdict
from vneid_idp.identity.lookup import find_candidate
from vneid_idp.use_cases.activate_account import activate_account
from vneid_idp.use_cases.sign_in import note_lock_out
from vneid_idp.web.address import networks_inwards
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door
from vneid_idp.web.drafts import again, drop_draft, read_draft
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext
from vneid_idp.web.limits import Secret, TooManyAttempts, Tried
from vneid_idp.web.responses import see_other
from vneid_idp.web.secret_words import weakness
from vneid_idp.web.templates import render

PATH = "/activate"
KEEPS = ("identifier", "request")
"""What of the form is kept while it is not done with: the code opens the account."""
_REQUEST = re.compile(r"[A-Za-z0-9_-]{1,64}")


async def show(request: Request) -> Response:
    """The form."""
    draft = read_draft(request, PATH)
    waiting = _waiting(request.query_params.get("request") or draft.form["request"])
    return render(
        request, "interaction/activate.html", draft.status, form=draft.form, errors=draft.errors, waiting=waiting
    )


async def submit(request: Request) -> Response:
    """Try the code. Whoever it is, and whether they exist or not: the same steps, and the same words."""
    form = await read_form(request)
    errors = _errors(request, form)
    if errors:
        return _once_more(request, form, errors)
    provider = idp(request)
    async with provider.db.reading() as reading:
        candidate = await find_candidate(reading, provider.vault, provider.keys.blind, form["identifier"].strip())
    tried = Tried(candidate.attempts_key, provider.address_of(request))
    try:
        await provider.limits.check(Secret.SIGN_IN, tried)
        async with provider.hasher.turn(Share(networks_inwards(tried.address))) as turn:
            errors = await _guessed(request, turn, form, (form["identifier"],))
            # Told only once the code was right: before, it would tell of the person. So it is asked for in any case.
            known = () if candidate.profile is None else own_words(candidate.profile.record)
            own = await _guessed(request, turn, form, (form["identifier"], *known))
            if errors:
                # Costs no attempt at the code, and the work that it made is the address's.
                await provider.limits.failed(Secret.SIGN_IN, Tried(address=tried.address))
                return _once_more(request, form, errors)
            await provider.limits.admit(Secret.SIGN_IN, tried)
            hashes = {
                SecretKind.PASSWORD: await turn.hash(form["password"]),
                SecretKind.PASSCODE: await turn.hash(form["passcode"]),
            }
    except TooManyAttempts:
        return _once_more(request, form, {"code": gettext(request, "Too many attempts. Please wait some minutes.")})
    who = candidate.person_id or NOBODY
    try:
        outcome, deliveries = await provider.db.transact(
            lambda unit: activate_account(
                unit, provider.vault, provider.keys.blind, who, form["code"], hashes, refused=bool(own)
            )
        )
    except WeakSecret:
        await provider.limits.succeeded(Secret.SIGN_IN, tried)
        return _once_more(request, form, own)
    if outcome is not CodeVerdict.RIGHT or candidate.person_id is None:
        if await provider.limits.failed(Secret.SIGN_IN, tried):
            await provider.db.transact(lambda unit: note_lock_out(unit, candidate.person_id))
        words = gettext(request, "The number or the code is not right, or the code is used or too old.")
        return _once_more(request, form, {"code": words})
    await provider.limits.succeeded(Secret.SIGN_IN, tried)
    await provider.dispatcher.attempt(deliveries)
    drop_draft(request, PATH)
    waiting = _waiting(form["request"])
    return see_other(f"{PATH}/done?request={waiting}" if waiting else f"{PATH}/done")


async def done(request: Request) -> Response:
    """It is activated; how to go on."""
    return render(request, "interaction/activated.html", waiting=_waiting(request.query_params.get("request")))


def _waiting(text: str | None) -> str | None:
    """The request in whose middle somebody came here to activate their account. Whether it is this browser's and still
    waits is seen where they are led back to."""
    return text if text and _REQUEST.fullmatch(text) else None


async def _guessed(request: Request, turn: Turn, form: Form, own: Sequence[str]) -> dict[str, str]:
    """Which of the chosen secrets are guessed early by who knows `own`."""
    errors: dict[str, str] = {}
    for kind in SecretKind:
        try:
            await turn.check(kind, form[kind.value], own)
        except WeakSecret as weak:
            errors[kind.value] = weakness(request, kind, weak)
    return errors


def _errors(request: Request, form: Form) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not form["identifier"].strip():
        errors["identifier"] = gettext(request, "Enter your personal ID number.")
    if not form["code"].strip():
        errors["code"] = gettext(request, "Enter the code that the office gave you.")
    for kind in SecretKind:
        try:
            check_form(kind, form[kind.value])
        except WeakSecret as weak:
            errors[kind.value] = weakness(request, kind, weak)
        else:
            if form[kind.value] != form[f"{kind.value}-again"]:
                errors[f"{kind.value}-again"] = gettext(request, "The two entries are not the same.")
    return errors


def _once_more(request: Request, form: Form, errors: Mapping[str, str]) -> Response:
    return again(request, PATH, form, KEEPS, errors, status=422)


doors = [Door.page(PATH, show), Door.page(PATH, submit, "POST"), Door.page(f"{PATH}/done", done)]
