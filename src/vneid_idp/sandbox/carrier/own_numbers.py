"""One's own numbers: how each stands by the provider's word, giving one back, signing out."""

import asyncio
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from .fapi import Json, ProviderUnreachable, Refused
from .pages import go, read_form, render
from .provider import Provider
from .shelf import MOST_IN_APP
from .shop import end
from .store import Number, Store

router = APIRouter()


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
    )


async def _standing(request: Request, number: Number) -> Standing:
    provider: Provider = request.app.state.provider
    try:
        found: Json = await provider.read(number.number_id)
    except (ProviderUnreachable, Refused):
        return Standing(number, "unknown")
    return Standing(number, str(found["state"]))


@router.post("/mine/release")
async def release(request: Request) -> Response:
    """Give a number back: the provider forgets whose it was."""
    form, store = await read_form(request), request.app.state.store
    own = store.numbers_of(request.session.get("subject", ""))
    number = next((each for each in own if each.number_id == form.get("number")), None)
    if number is None:
        return go("/mine")
    try:
        await request.app.state.provider.release(number.number_id)
    except ProviderUnreachable:
        return end(request, "unreachable")
    except Refused as refusal:
        return end(request, refusal.code)
    store.forget_number(number.phone, number.subject)
    return end(request, "released", number=number.phone)


@router.post("/signout")
async def sign_out(request: Request) -> Response:
    """Forget who this browser is; language and theme stay."""
    await read_form(request)
    for name in ("subject", "csrf", "outcome"):
        request.session.pop(name, None)
    return go("/")
