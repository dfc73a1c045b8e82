"""`/signin` and `/signin/{interaction}`: a personal ID number or phone number, and what its holder knows."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.account_rules import AccountStanding
from vneid_idp.identity.factors.chosen_secrets import SecretKind, renew_hash
from vneid_idp.identity.factors.proofs import SECRETS, SignInProof
from vneid_idp.identity.factors.turns import TooBusy
from vneid_idp.identity.lookup import find_candidate
from vneid_idp.interaction.signed_in import arrive, record_failure, unusable
from vneid_idp.interaction.signin_place import Place, find_place
from vneid_idp.interaction.switch_person import begin_anew, sign_out
from vneid_idp.interaction.visit import extend, leave
from vneid_idp.kernel.clock import SECOND, Instant
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door
from vneid_idp.web.drafts import SIGNED_OUT, Draft, again, drop_draft, read_draft
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.known_browsers import remember_name
from vneid_idp.web.limits import Secret, TooManyAttempts
from vneid_idp.web.make_believe import Cast, Prefill
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

KEEPS = ("identifier", "with")
"""What of the form is kept while it is not done with."""
_UNUSABLE = {standing.value for standing in AccountStanding} - {AccountStanding.USABLE}
_METHODS = {kind: method for method, kind in SECRETS.items()}
_WRONG = {
    SecretKind.PASSWORD: mark("The number or the password is not right. Check both and try again."),
    SecretKind.PASSCODE: mark("The number or the passcode is not right. Check both and try again."),
}


async def show(request: Request) -> Response:
    """The sign-in page."""
    place = await find_place(request)
    if not place.wants_first:
        return place.onward()
    if place.standing is AccountStanding.USABLE:
        return place.onward()  # unlocked a moment ago
    if place.standing is None and place.visit is not None and place.visit.in_app is not None:
        # Who signed out meanwhile unlocks the phone again. Anybody else who signed in here would be led in a circle.
        return see_other(place.visit.in_app)
    if place.standing is not None:
        return render(request, "interaction/unusable.html", 403, place=place, standing=place.standing)
    draft, filled = read_draft(request, place.path), await _filled(request)
    if filled is not None and filled.in_place:
        # Somebody was chosen here and now: what was entered before was for somebody else.
        drop_draft(request, place.path)
        return _page(request, place, Draft(), "", filled)
    if draft.note in _UNUSABLE:
        return render(request, "interaction/unusable.html", draft.status, place=place, standing=draft.note)
    hint = place.visit.interaction.request.login_hint if place.visit else None
    return _page(request, place, draft, draft.form["identifier"] or hint or "", filled)


async def submit(request: Request) -> Response:
    """Sign in, change between password and passcode, ask for more time, or go back to the service."""
    form = await read_form(request)
    place = await find_place(request)
    if not place.wants_first:
        return place.onward()
    kind = _kind(form["with"])
    typed = form["identifier"].strip()
    if form["other"] and place.visit is not None and place.standing is not None:
        await sign_out(request, place.visit)
        return see_other(place.path)
    if form["other"]:
        begin_anew(request, place.path)
        return see_other(place.path)
    if place.visit is not None and form["leave"]:
        if form["leave"] != "account":
            return await leave(place.visit, "consent")
        # No service is told so by somebody to whom the page did not say it first, upon the right factors.
        return await leave(place.visit, "account") if _told_unusable(request, place) else see_other(place.path)
    if place.visit is not None and form["extend"]:
        await extend(request, place.visit)
        return again(request, place.path, form, KEEPS)
    if form["switch"]:
        return again(request, place.path, Form([*form.items(), ("with", _kind(form["switch"]))]), KEEPS)
    if missing := _missing(request, form, kind):
        return again(request, place.path, form, KEEPS, missing, status=422)
    return await _try(request, place, form, kind, typed)


def _told_unusable(request: Request, place: Place) -> bool:
    """Whether the page tells this browser that an account cannot be used: of who is signed in, or proved to be its
    holder a moment ago."""
    return (place.standing or read_draft(request, place.path).note) in _UNUSABLE


async def _try(request: Request, place: Place, form: Form, kind: SecretKind, typed: str) -> Response:
    """Whoever it is, and whether they exist or not: the same steps, statements and words, in the same time."""
    provider = place.provider
    async with provider.db.reading() as unit:
        candidate = await find_candidate(unit, provider.vault, provider.keys.blind, typed)
    name, secret = candidate.attempts_key, form["secret"]
    tried = place.tried_name(name)
    hashed = candidate.password_hash if kind is SecretKind.PASSWORD else candidate.passcode_hash
    try:
        await provider.limits.check(Secret.SIGN_IN, tried)
        async with provider.hasher.turn(place.share(name)) as turn:
            # Not before: who is sent away for want of a turn has tried nothing.
            await provider.limits.admit(Secret.SIGN_IN, tried)
            right = await turn.verify(hashed, secret)
    except TooManyAttempts as locked:
        return again(request, place.path, form, KEEPS, note=note_locked(place, locked), status=locked.status)
    if not right or hashed is None or candidate.person_id is None:
        locked_out = await provider.limits.failed(Secret.SIGN_IN, tried)
        await record_failure(place, candidate.person_id, _METHODS[kind], locked_out=locked_out)
        return again(request, place.path, form, KEEPS, {"secret": gettext(request, _WRONG[kind])}, status=422)
    await provider.limits.succeeded(Secret.SIGN_IN, tried)
    drop_draft(request, place.path)
    standing = await arrive(request, place, candidate.person_id, SignInProof(_METHODS[kind], hashed))
    # Not before: the proof was held against the hash that stood.
    if provider.hasher.outdated(hashed) or candidate.has_bare_hash:
        await _renew(place, candidate.person_id, kind, hashed, secret)
    if standing is not AccountStanding.USABLE:
        return unusable(request, place, standing)
    remember_name(request, provider.keys.sealer, name)
    return place.onward()


async def _renew(place: Place, person_id: str, kind: SecretKind, hashed: str, secret: str) -> None:
    """Hash the secret anew with today's parameters: only now is it known. It can wait for a quieter sign-in."""
    try:
        renewed = await place.provider.hasher.hash(secret)
    except TooBusy:
        return
    await place.provider.db.transact(
        lambda unit: renew_hash(unit, place.provider.vault, person_id, kind, hashed, renewed)
    )


async def _filled(request: Request) -> Prefill | None:
    stage = idp(request).make_believe
    return None if stage is None else await stage.prefill(request)


def _cast(request: Request, place: Place) -> Cast | None:
    stage = place.provider.make_believe
    return None if stage is None else stage.cast(request, place.back if place.visit is None else None)


def _kind(text: str | None) -> SecretKind:
    return SecretKind.PASSCODE if text == "passcode" else SecretKind.PASSWORD


def _missing(request: Request, form: Form, kind: SecretKind) -> dict[str, str]:
    missing = {}
    if not form["identifier"].strip():
        missing["identifier"] = gettext(request, "Enter your personal ID number or phone number.")
    if not form["secret"]:
        words = {
            SecretKind.PASSWORD: mark("Enter your password."),
            SecretKind.PASSCODE: mark("Enter your passcode."),
        }
        missing["secret"] = gettext(request, words[kind])
    return missing


def _page(request: Request, place: Place, draft: Draft, typed: str, filled: Prefill | None) -> Response:
    kind = _kind(draft.form["with"] or request.query_params.get("with"))
    identifier, secret, until = typed, "", locked_until(place, draft)
    if until or draft.errors:
        filled = None
    if filled is not None and typed in ("", filled.identifier):
        identifier = filled.identifier
        secret = filled.password if kind is SecretKind.PASSWORD else filled.passcode or ""
    response = render(
        request,
        "interaction/signin.html",
        draft.status if until or draft.errors else 200,
        place=place,
        kind=kind.value,
        typed=identifier,
        secret=secret,
        cast=_cast(request, place),
        is_filled=filled is not None and identifier == filled.identifier,
        errors=draft.errors,
        locked_until=until,
        signed_out=draft.note == SIGNED_OUT,
    )
    return say_when(response, place, until)


def note_locked(place: Place, locked: TooManyAttempts) -> str:
    """For a draft: until when attempts are refused here."""
    return str(place.provider.clock.now() + locked.retry_after * SECOND)


def locked_until(place: Place, draft: Draft) -> Instant | None:
    """Until when attempts are refused, while they are."""
    until = int(draft.note) if draft.note.isdecimal() else 0
    return until if until > place.provider.clock.now() else None


def say_when(response: Response, place: Place, until: Instant | None) -> Response:
    """The same with the header that tells programs when to try again (RFC 9110 §10.2.3)."""
    if until is not None:
        response.headers["Retry-After"] = str(-((place.provider.clock.now() - until) // SECOND))
    return response


doors = [
    Door.page("/signin", show),
    Door.page("/signin", submit, "POST"),
    Door.page("/signin/{interaction}", show),
    Door.page("/signin/{interaction}", submit, "POST"),
]
