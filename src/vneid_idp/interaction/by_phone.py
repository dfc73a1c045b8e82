"""`/signin/{interaction}/phone`: an enrolled phone signs its holder in at this browser.

The page shows a pattern that changes, then a number, and goes on when the phone has approved. Without its script it
looks by itself every few seconds, and has a button.
"""

import math
from dataclasses import dataclass

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.account_rules import AccountStanding
from vneid_idp.identity.factors import phone_sign_ins
from vneid_idp.identity.factors.devices import read_user_agent
from vneid_idp.identity.factors.phone_sign_ins import BegunFrom, PhoneSignIn, SignInState
from vneid_idp.identity.factors.proofs import PHONE, SignInProof
from vneid_idp.interaction.signed_in import arrive, unusable
from vneid_idp.interaction.signin_place import Place, context_of, find_place
from vneid_idp.interaction.visit import extend, leave
from vneid_idp.kernel.clock import SECOND, Instant
from vneid_idp.use_cases.answer_on_phone import use_approval
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.limits import Secret, Tried
from vneid_idp.web.patterns import pattern
from vneid_idp.web.request_headers import header
from vneid_idp.web.responses import json_response, see_other
from vneid_idp.web.templates import render

_MOST = 1_000
"""How many patterns are kept, of some kilobytes each."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A pattern, and what it says."""

    address: str
    pattern: Markup


_patterns: dict[tuple[str, Instant], Drawn] = {}


async def show(request: Request) -> Response:
    """The pattern, the number, or how to go on."""
    place = await find_place(request)
    if not place.wants_first:
        return place.onward()
    provider = place.provider
    async with provider.db.reading() as unit:
        found, now = await phone_sign_ins.find_latest(unit, provider.keys.sealer, place.context), unit.now
    if found is None:
        return see_other(place.path)
    stands = found.state(now)
    # Whoever has come further needs none, and goes on where no more are drawn.
    drawn = await _drawn(request, provider, found, now) if stands is SignInState.SHOWN else None
    due_in = phone_sign_ins.shown_since(found, now) + phone_sign_ins.RENEWED - now
    return render(
        request,
        "interaction/by_phone.html",
        place=place,
        here=_path(place),
        state=stands.value,
        number=found.number,
        drawn=drawn,
        renewed=phone_sign_ins.RENEWED // SECOND,
        due_in=math.ceil(due_in / SECOND),
        expires_at=found.expires_at,
    )


async def state(request: Request) -> Response:
    """For the script of the page: where the sign-in stands, and while a phone is waited for another pattern."""
    provider = idp(request)
    async with provider.db.glance() as unit:
        found = await phone_sign_ins.find_latest(unit, provider.keys.sealer, context_of(request))
        now = unit.now
    stands = SignInState.OVER if found is None else found.state(now)
    if found is None or stands is not SignInState.SHOWN:
        return json_response({"state": stands})
    drawn = await _drawn(request, provider, found, now)
    return json_response({"state": stands, "address": drawn.address, "pattern": drawn.pattern})


async def submit(request: Request) -> Response:
    """Begin, go on with what the phone approved, ask for more time, or go back to the service."""
    form = await read_form(request)
    place = await find_place(request)
    if not place.wants_first:
        return place.onward()
    if place.visit is not None and form["leave"]:
        return await leave(place.visit, "consent")
    if place.visit is not None and form["extend"]:
        await extend(request, place.visit)
        return see_other(_path(place))
    return await _go_on(request, place) if form["go_on"] else await _begin(request, place)


async def _begin(request: Request, place: Place) -> Response:
    provider = place.provider
    await provider.limits.spend(Secret.PHONE_SIGN_IN, place.tried(), 1)
    begun_from = BegunFrom(place.address, read_user_agent(header(request, b"user-agent", "")))
    await provider.db.transact(
        lambda unit: phone_sign_ins.begin(
            unit,
            provider.keys.sealer,
            context=place.context,
            client_id=place.tried().client,
            begun_from=begun_from,
        ),
        durable=False,
    )
    return see_other(_path(place))


async def _go_on(request: Request, place: Place) -> Response:
    provider, sealer = place.provider, place.provider.keys.sealer
    async with provider.db.reading() as unit:
        found, now = await phone_sign_ins.find_latest(unit, sealer, place.context), unit.now
    if found is None or found.state(now) is not SignInState.APPROVED:
        return see_other(_path(place))
    approved = found
    assert approved.person_id is not None
    assert approved.credential_id is not None
    proof = SignInProof(PHONE, approved.credential_id)
    standing = await arrive(
        request,
        place,
        approved.person_id,
        proof,
        lambda unit: use_approval(unit, approved, place.context),
    )
    if standing is not AccountStanding.USABLE:
        return unusable(request, place, standing)
    return see_other(place.next)


def _path(place: Place) -> str:
    return f"{place.path}/phone"


async def _drawn(request: Request, provider: Idp, found: PhoneSignIn, now: Instant) -> Drawn:
    """The pattern of this moment, drawn once in this process. Raises `TooManyRequests`."""
    shown_at = phone_sign_ins.shown_since(found, now)
    kept = _patterns.get((found.sign_in_id, shown_at))
    if kept is None:
        await provider.limits.spend(Secret.PATTERN, Tried(address=provider.address_of(request)), 1)
        # What the camera opens. What follows `#` no browser sends, so that no log holds it.
        address = provider.url(f"/phone/scan#{phone_sign_ins.code_of(provider.keys.sealer, found, shown_at)}")
        if len(_patterns) >= _MOST:
            _patterns.clear()
        kept = _patterns[found.sign_in_id, shown_at] = Drawn(address, pattern(address))
    return kept


doors = [
    door
    for place in ("/signin", "/signin/{interaction}")
    for door in (
        Door.page(f"{place}/phone", show),
        Door.page(f"{place}/phone", submit, "POST"),
        Door.api(f"{place}/phone/state", state),
    )
]
