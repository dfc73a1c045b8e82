"""Buying a number: it is chosen, confirmed at the provider, its buyer stands before the camera, and it is theirs."""

import secrets

from fastapi import APIRouter, Request, Response

from .details import AT_OUR_POINT, IN_OUR_APP
from .fapi import Json, ProviderUnreachable, Refused
from .outcomes import OUTCOMES
from .pages import browser_of, go, read_form, render
from .provider import SHOWS, Provider
from .shelf import MOST_IN_APP, PLANS, is_ours
from .shop import end
from .store import Number, Order, Store, now
from .trips import depart

router = APIRouter()
CODE_DIGITS = 6
MOST_TRIES = 3


@router.post("/numbers/{local}")
async def buy(request: Request, local: str) -> Response:
    """Begin an order and leave for the provider, where the buyer confirms the number."""
    form, phone = await read_form(request), f"+84{local}"
    store: Store = request.app.state.store
    contract = form.get("contract", "")
    if not is_ours(phone) or contract not in PLANS:
        return render(request, "missing.html", status=404)
    if phone in store.sold():
        return end(request, "sold")
    own = store.numbers_of(request.session["subject"]) if "subject" in request.session else []
    return await begin(request, phone, contract, own)


async def begin(request: Request, phone: str, contract: str, own: list[Number]) -> Response:
    """Begin an order of somebody who has these numbers, and leave for the provider, or for the code on the first. Of
    whom the register alone has a number no code is asked: the face is compared with the picture that the state has,
    which counts as one (Circular 08/2026/TT-BKHCN Art. 5)."""
    store: Store = request.app.state.store
    sequence = store.next_sequence(request.session.get("subject", ""))
    if sequence > MOST_IN_APP:
        return end(request, "too_many")
    order_id, code = secrets.token_urlsafe(16), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    order = Order(order_id, browser_of(request), phone, IN_OUR_APP, contract, sequence, now(), code if own else None)
    store.begin_order(order)
    return go(f"/orders/{order_id}/code") if own else await depart(request, "buy", order)


@router.get("/orders/{order_id}/code")
async def code_page(request: Request, order_id: str) -> Response:
    """Where the code is typed that went to the first number, which proves that its SIM is in the buyer's hands. No such
    phone exists, so the message lies beside it."""
    order = _waiting(request, order_id)
    return _over(request, order_id) if order is None else _code_page(request, order)


@router.post("/orders/{order_id}/code")
async def take_code(request: Request, order_id: str) -> Response:
    """With the right code leave for the provider; after too many wrong ones the order is over."""
    form, order = await read_form(request), _waiting(request, order_id)
    if order is None:
        return _over(request, order_id)
    store: Store = request.app.state.store
    wrong = store.type_code(order_id, form.get("code", "").replace(" ", ""))
    if wrong is None:
        return await depart(request, "buy", order)
    if wrong >= MOST_TRIES:
        store.end_order(order_id)
        return end(request, "code_wrong", number=order.phone)
    return _code_page(request, order, left=MOST_TRIES - wrong)


def _waiting(request: Request, order_id: str) -> Order | None:
    order = request.app.state.store.order(order_id, browser_of(request))
    signed_in = "subject" in request.session
    return order if order is not None and order.code is not None and signed_in else None


def _code_page(request: Request, order: Order, left: int | None = None) -> Response:
    first = request.app.state.store.numbers_of(request.session["subject"])
    if not first:  # given back meanwhile: there is no SIM to which a code could go
        return end(request, "expired")
    return render(request, "code.html", status=200 if left is None else 422, order=order, first=first[0], left=left)


@router.get("/orders/{order_id}")
async def camera(request: Request, order_id: str) -> Response:
    """What the buyer shared, and the make-believe camera."""
    order = _confirmed(request, order_id)
    if order is None or order.access_token is None:
        return _over(request, order_id)
    acting = None
    if order.channel == AT_OUR_POINT:
        try:
            acting = await request.app.state.provider.acting(order.access_token)
        except ProviderUnreachable:
            return end(request, "unreachable", order=order_id)
        except Refused as refusal:
            return end(request, refusal.code)
    return render(request, "camera.html", order=order, shows=SHOWS, acting=acting, staff=acting is not None)


@router.post("/orders/{order_id}")
async def finish(request: Request, order_id: str) -> Response:
    """Take the picture, have the four fields compared, and put the number into the buyer's name."""
    form, order = await read_form(request), _confirmed(request, order_id)
    if order is None or order.access_token is None or order.person is None or order.subject is None:
        return _over(request, order_id)
    if form.get("shows") not in SHOWS:
        return go(f"/orders/{order_id}")
    store: Store = request.app.state.store
    provider: Provider = request.app.state.provider
    again = {"order": order.order_id, "number": order.phone}
    try:
        at_counter = order.channel == AT_OUR_POINT  # where the tablet acts already
        token = order.access_token if at_counter else await provider.hand_on(order.access_token)
        evidence = await provider.capture(order.person["id_number"], form["shows"], order.channel)
        match = await provider.match(order, order.person, evidence, token)
        if match["verdict"] == "not_matched":
            return end(request, _mismatch(match, order), **again)
        # Where there is no picture of the person to compare with, it stays undecided, and verifies nothing.
        match_id = match["match_id"] if match["verdict"] == "matched" else None
        bound = await provider.bind(order.detail, token, order.order_id, match_id, order.contract_reference)
    except ProviderUnreachable:
        return end(request, "unreachable", **again)
    except Refused as refusal:
        if at_counter:
            known = f"point_{refusal.code}"
            return end(request, known if known in OUTCOMES else refusal.code, **again)
        if refusal.code == "sequence_taken":
            request.session["subject"] = order.subject
            store.end_order(order.order_id)
            store.count_up(order.subject, order.sequence)
        return end(request, refusal.code, **again)
    number = Number(
        phone=order.phone,
        subject=order.subject,
        number_id=bound["number_id"],
        channel=bound["channel"],
        contract=order.contract,
        sequence=order.sequence,
        receipt=match["receipt"],
        bound_at=now(),
    )
    store.add_number(number)
    store.keep_customer(order.subject, order.person)
    store.end_order(order.order_id)
    if at_counter:  # it is the clerk who sits here
        return end(request, f"point_{bound['state']}", **again)
    request.session["subject"] = order.subject
    return end(request, str(bound["state"]), **again)


def _confirmed(request: Request, order_id: str) -> Order | None:
    store: Store = request.app.state.store
    order = store.order(order_id, browser_of(request))
    return order if order is not None and order.access_token is not None else None


def _over(request: Request, order_id: str) -> Response:
    """The page of an order that is under way no more: how it ended, for whoever comes back to it."""
    ended = request.session.get("outcome")
    return go("/outcome") if ended and ended["order"] == order_id else end(request, "expired")


def _mismatch(match: Json, order: Order) -> str:
    """The outcome of a comparison that failed: of the face, or of what was written."""
    wrong = [field for field, result in match["fields"].items() if result == "mismatch"]
    if wrong == ["face"]:
        return "face_mismatch"
    return "point_fields_mismatch" if order.channel == AT_OUR_POINT else "fields_mismatch"
