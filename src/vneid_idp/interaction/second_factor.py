"""`/signin/{interaction}/second`: a second, different factor, by text message or passkey."""

import math
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity import accounts
from vneid_idp.identity.account_rules import AccountStanding
from vneid_idp.identity.ages import age
from vneid_idp.identity.factors import distrusted_phones, otp, passkeys, sessions
from vneid_idp.identity.factors.distrusted_phones import Distrust
from vneid_idp.identity.factors.proofs import MESSAGE, PHONE, SignInProof
from vneid_idp.identity.factors.typed_codes import CodeVerdict
from vneid_idp.interaction.signed_in import arrive, record_failure, unusable
from vneid_idp.interaction.signin import locked_until, note_locked, say_when
from vneid_idp.interaction.signin_place import Place, find_place
from vneid_idp.interaction.visit import extend, leave
from vneid_idp.kernel.clock import MINUTE, SECOND, Instant
from vneid_idp.policy.rules import Threshold
from vneid_idp.use_cases.protect_account import has_two_fresh_proofs
from vneid_idp.web.doors import Door
from vneid_idp.web.drafts import Draft, again, drop_draft, read_draft
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, locale_of, mark
from vneid_idp.web.limits import Secret, TooManyAttempts
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

_SENT = Form([("sent", "1")])
"""What of the form is kept while it is not done with: a code is a secret."""
_TOO_SOON, _NO_MORE = "too-soon", "no-more"
_WORDS = {
    CodeVerdict.WRONG: mark("This code is not right. Check the last message and try again."),
    CodeVerdict.SPENT: mark("This code is no longer valid. Ask for a new one."),
}


@dataclass(frozen=True, slots=True)
class _Means:
    """What the person can show, and what was sent here."""

    name: str | None
    """Whose means these are."""
    phone: str | None
    """To which a code can be sent."""
    distrusted: Distrust | None
    """Why the phone that is registered proves nothing now, if it does not."""
    has_passkey: bool
    sent_at: Instant | None
    """When the code was sent that can still be typed."""
    last_at: Instant | None
    """When the last one was sent, which may have been used."""
    asks_by_itself: bool
    """Whether there is one way, nothing to choose, and no code that was sent for it yet."""
    by_phone: bool
    """Whether a phone that approved elsewhere signed this browser in, at the own pages: that counts, and shows nothing
    here."""
    is_child: bool
    """Whether a parent or guardian goes along to the office."""

    @property
    def left_at(self) -> str:
        """As where the person leaves who goes back to the service from here (`WaitingFacts.refused`): who could prove
        it and does not want to has not agreed, and no more is told."""
        return "consent" if self.phone is not None or self.has_passkey else "level"


async def show(request: Request) -> Response:
    """The page: choose a means, or enter the code that was sent. Where there is nothing to choose, it is sent now."""
    place = await find_place(request)
    if not place.wants_second:
        return place.onward()
    means = await _means(place)
    if means.asks_by_itself and request.method == "GET":
        means = await _send_unasked(request, place, means)
    return await _page(request, place, means, read_draft(request, place.second))


async def submit(request: Request) -> Response:
    """Send a code, try one, ask for more time, or go back to the service."""
    form = await read_form(request)
    place = await find_place(request)
    if not place.wants_second:
        return place.onward() if place.visit is None else place.visit.onward_of(request)
    means = await _means(place)
    if place.visit is not None and form["leave"]:
        return await leave(place.visit, means.left_at)
    if place.visit is not None and form["extend"]:
        await extend(request, place.visit)
        return again(request, place.second, form, _SENT)
    if form["send"]:
        return await _send(request, place, means)
    code = form["code"].strip()
    if not code:
        return _once_more(request, place, gettext(request, "Enter the code from the message."))
    return await _try(request, place, means, code)


async def _means(place: Place) -> _Means:
    assert place.session is not None
    person_id = place.session.person_id
    profile = None if place.visit is None else place.visit.profile
    proven, by_phone, now = False, False, place.provider.clock.now()
    rules = (await place.provider.current_policy()).at(now)
    async with place.provider.db.reading() as unit:
        if profile is None and (found := await accounts.find_with_profile(unit, place.provider.vault, person_id)):
            profile = found[1]
        keys = await passkeys.list_counting(unit, person_id)
        distrusted = await distrusted_phones.find(unit, person_id)
        last = await otp.find_last(unit, person_id, place.context)
        if place.visit is None and (session := await sessions.find_named(unit, place.session)):
            # The own pages are open to who comes back to this one, too.
            proven = has_two_fresh_proofs(session, unit.now)
            by_phone = any(method.name == PHONE for method in session.methods)
    phone = profile.record.phone if profile and distrusted is None else None
    return _Means(
        profile.record.full_name if profile else None,
        phone,
        distrusted,
        bool(keys),
        sent_at=None if last is None or last.used else last.sent_at,
        last_at=None if last is None else last.sent_at,
        asks_by_itself=phone is not None and not keys and last is None and not proven,
        by_phone=by_phone,
        is_child=profile is not None and age(profile.record.birth_date, now) < rules[Threshold.GUARDIAN_UNTIL_AGE],
    )


async def _send_unasked(request: Request, place: Place, means: _Means) -> _Means:
    """Send the first code of this place. Who had many of them asks for the next by the button."""
    assert place.session is not None
    tried = place.tried(place.session.person_id)
    try:
        await place.provider.limits.admit(Secret.UNASKED_MESSAGE, tried)
        await place.provider.limits.admit(Secret.MESSAGE, tried)
    except TooManyAttempts:
        return means
    # Of two that come at once one sends; the other finds that it was done.
    await _enqueue(request, place, means.phone)
    return await _means(place)


async def _send(request: Request, place: Place, means: _Means) -> Response:
    assert place.session is not None
    if means.phone is None:
        return see_other(place.second)
    if _wait(place, means) > 0:
        return again(request, place.second, _SENT, _SENT, note=_TOO_SOON, status=429)
    try:
        await place.provider.limits.admit(Secret.MESSAGE, place.tried(place.session.person_id))
    except TooManyAttempts as locked:
        return _locked_out(request, place, locked)
    if not await _enqueue(request, place, means.phone):
        return again(request, place.second, _SENT, _SENT, note=_NO_MORE, status=429)
    drop_draft(request, place.second)
    return see_other(place.second)


def _wait(place: Place, means: _Means) -> Instant:
    """How long it takes until another code may be asked for."""
    return 0 if means.last_at is None else means.last_at + otp.RESEND_AFTER - place.provider.clock.now()


async def _enqueue(request: Request, place: Place, phone: str | None) -> bool:
    """Have a code sent; whether it was time for one."""
    assert place.session is not None
    provider, person_id = place.provider, place.session.person_id
    sending = await provider.db.transact(
        lambda unit: otp.send(
            unit,
            provider.keys.blind,
            provider.keys.sealer,
            person_id=person_id,
            phone=phone,
            context=place.context,
            language=locale_of(request),
        )
    )
    await provider.dispatcher.attempt(sending.deliveries)
    return sending.sent


async def _try(request: Request, place: Place, means: _Means, code: str) -> Response:
    assert place.session is not None
    provider, person_id = place.provider, place.session.person_id
    tried = place.tried(person_id)
    try:
        await provider.limits.admit(Secret.SECOND_FACTOR, tried)
    except TooManyAttempts as locked:
        return _locked_out(request, place, locked)
    # Also whoever has no phone any more, to whom one code was sent while there was one.
    phone = means.phone or ""
    outcome = await provider.db.transact(
        lambda unit: otp.check(
            unit, provider.keys.blind, person_id=person_id, phone=phone, context=place.context, code=code
        )
    )
    if outcome is not CodeVerdict.RIGHT:
        locked_out = await provider.limits.failed(Secret.SECOND_FACTOR, tried)
        await record_failure(place, person_id, MESSAGE, locked_out=locked_out)
        return _once_more(request, place, gettext(request, _WORDS[outcome]))
    drop_draft(request, place.second)
    await provider.limits.succeeded(Secret.SECOND_FACTOR, tried)
    standing = await arrive(request, place, person_id, SignInProof(MESSAGE, phone))
    return (
        see_other(place.next_after_second) if standing is AccountStanding.USABLE else unusable(request, place, standing)
    )


def _locked_out(request: Request, place: Place, locked: TooManyAttempts) -> Response:
    return again(request, place.second, Form([]), (), note=note_locked(place, locked), status=locked.status)


def _once_more(request: Request, place: Place, error: str) -> Response:
    return again(request, place.second, _SENT, _SENT, {"code": error}, status=422)


async def _page(request: Request, place: Place, means: _Means, draft: Draft) -> Response:
    stage = place.provider.make_believe
    until, no_more = locked_until(place, draft), draft.note == _NO_MORE
    wait = math.ceil(max(0, _wait(place, means)) / SECOND) if draft.note == _TOO_SOON else 0
    response = render(
        request,
        "interaction/second.html",
        draft.status if until or wait or no_more or draft.errors else 200,
        place=place,
        means=means,
        sent=draft.form["sent"] == "1" or means.sent_at is not None,
        wait=wait,
        no_more=no_more,
        lifetime=otp.LIFETIME // MINUTE,
        errors=draft.errors,
        locked_until=until,
        messages=await stage.messages(request, means.phone) if stage and means.phone else None,
    )
    return say_when(response, place, until)


doors = [
    Door.page("/signin/second", show),
    Door.page("/signin/second", submit, "POST"),
    Door.page("/signin/{interaction}/second", show),
    Door.page("/signin/{interaction}/second", submit, "POST"),
]
