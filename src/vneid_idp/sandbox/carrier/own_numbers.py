"""One's own numbers: how each stands by the provider's word, a new phone, a lost SIM, giving one back, signing out."""

import asyncio
import secrets
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from .buying import begin
from .details import IN_OUR_APP
from .fapi import Json, ProviderUnreachable, Refused
from .pages import browser_of, go, read_form, render
from .provider import Provider
from .shelf import MOST_IN_APP
from .shop import end
from .store import Number, Order, Store, now
from .trips import depart

router = APIRouter()
HAPPENED = ("device-changes", "swaps")


@dataclass(frozen=True, slots=True)
class Standing:
    """A number, and how it stands."""

    number: Number
    state: str
    """The provider's word; `unknown` while it says nothing."""


@router.get("/mine")
async def mine(request: Request) -> Response:
    """The visitor's numbers. One that was released at the provider is nobody's from here on."""
    if "subject" not in request.session:
        return render(request, "signin.html")
    store: Store = request.app.state.store
    numbers = store.numbers_of(request.session["subject"])
    standing = await asyncio.gather(*(_standing(request, number) for number in numbers))
    gone = [each.number for each in standing if each.state == "released"]
    for number in gone:
        store.forget_number(number.phone, number.subject)
    return render(
        request,
        "mine.html",
        standing=[each for each in standing if each.number not in gone],
        gone=gone,
        customer=store.customer(request.session["subject"]),
        most=MOST_IN_APP,
        chosen=request.query_params.get("number", ""),
    )


async def _standing(request: Request, number: Number) -> Standing:
    provider: Provider = request.app.state.provider
    try:
        found: Json = await provider.read(number.number_id)
    except (ProviderUnreachable, Refused):
        return Standing(number, "unknown")
    return Standing(number, str(found["state"]))


@router.post("/mine/report")
async def report(request: Request) -> Response:
    """A number works in another phone, or its SIM was lost: we tell the provider, and it has to be proved again."""
    form, number = await _own_number(request)
    if number is None or form.get("happened") not in HAPPENED:
        return go("/mine")
    try:
        told = await request.app.state.provider.tell(number.number_id, form["happened"], now())
    except ProviderUnreachable:
        return end(request, "unreachable")
    except Refused as refusal:
        return end(request, refusal.code)
    return end(request, str(told["state"]), number=number.phone)


@router.get("/named")
async def named(request: Request) -> Response:
    """The number with which somebody came from the identity app, and what confirming it takes. Of the number only what
    its holder knows it by is shown: whoever has the address of the link may have come."""
    found = request.session.get("named")
    return go("/mine") if found is None else render(request, "named.html", phone_number=found["phone"])


@router.post("/named")
async def confirm_named(request: Request) -> Response:
    """Have it confirmed, as a number that is bought."""
    await read_form(request)
    found = request.session.pop("named", None)
    if found is None:
        return go("/mine")
    store: Store = request.app.state.store
    return await begin(request, found["phone"], "prepaid", store.numbers_of(found["subject"]))


@router.post("/mine/prove")
async def prove(request: Request) -> Response:
    """Confirm a number once more, and stand before the camera."""
    _, number = await _own_number(request)
    if number is None:
        return go("/mine")
    store: Store = request.app.state.store
    order = Order(
        secrets.token_urlsafe(16),
        browser_of(request),
        number.phone,
        IN_OUR_APP,
        number.contract,
        number.sequence,
        now(),
    )
    store.begin_order(order)
    return await depart(request, "buy", order)


@router.post("/mine/release")
async def release(request: Request) -> Response:
    """Give a number back: the provider forgets whose it was."""
    _, number = await _own_number(request)
    if number is None:
        return go("/mine")
    try:
        await request.app.state.provider.release(number.number_id)
    except ProviderUnreachable:
        return end(request, "unreachable")
    except Refused as refusal:
        return end(request, refusal.code)
    request.app.state.store.forget_number(number.phone, number.subject)
    return end(request, "released", number=number.phone)


async def _own_number(request: Request) -> tuple[dict[str, str], Number | None]:
    """A form of ours, and the visitor's number that it names."""
    form, store = await read_form(request), request.app.state.store
    own = store.numbers_of(request.session.get("subject", ""))
    return form, next((each for each in own if each.number_id == form.get("number")), None)


@router.post("/signout")
async def sign_out(request: Request) -> Response:
    """Forget who this browser is; language and theme stay."""
    await read_form(request)
    for name in ("subject", "csrf", "outcome"):
        request.session.pop(name, None)
    return go("/")
