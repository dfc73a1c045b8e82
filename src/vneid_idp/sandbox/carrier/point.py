"""A point of sale: a tablet on the counter. The customer confirms the number on their own phone (device grant, RFC
8628), the clerk reads their papers and takes the picture; the tablet is told what agrees and no value."""

import re
import secrets
from datetime import date

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from .details import AT_OUR_POINT
from .fapi import Json, ProviderUnreachable, Refused
from .pages import browser_of, go, read_form, render
from .provider import Provider
from .shelf import PLANS, is_ours, on_show
from .shop import end
from .store import Counter, Order, Store, now

router = APIRouter()
_ID_NUMBER = re.compile(r"\d{12}", re.ASCII)
_BIRTHDATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
LONGEST_NAME = 200
CARDS = {
    "an": ("097095000034", "Nguyễn Văn An", "05/01/1995"),
    "anh": ("097196000001", "Nguyễn Thị Minh Anh", "19/05/1996"),
    "forged": ("097095000034", "Nguyễn Văn Ân", "05/01/1995"),
}
"""What the chips of the make-believe cards on this counter say: ID number, name and birth date."""
SEQUENCES = tuple(str(place) for place in range(1, 10))


@router.get("/point")
async def counter(request: Request) -> Response:
    """What the clerk fills in: a number, and what stands on the customer's card."""
    return _form(request, {}, ())


@router.post("/point/chip")
async def read_chip(request: Request) -> Response:
    """Put a card on the reader: what its chip says stands in the form then."""
    form = await read_form(request)
    said = dict(zip(("id_number", "full_name", "birthdate"), CARDS.get(form.get("card", ""), ()), strict=False))
    return _form(request, form | said, (), chip=bool(said), status=200)


@router.post("/point")
async def begin(request: Request) -> Response:
    """Have the customer asked on their phone."""
    form, store = await read_form(request), request.app.state.store
    person = read_papers(form)
    wrong = [name for name, value in person.items() if value is None]
    phone, contract = form.get("number", ""), form.get("contract", "")
    sequence = form.get("sequence", "")
    if wrong or not is_ours(phone) or contract not in PLANS or sequence not in SEQUENCES:
        return _form(request, form, wrong)
    if phone in store.sold():
        return end(request, "sold")
    # Whose it will be is not known before they answered: the customer says which number of theirs it is.
    order = Order(secrets.token_urlsafe(16), browser_of(request), phone, AT_OUR_POINT, contract, int(sequence), now())
    provider: Provider = request.app.state.provider
    try:
        opened = await provider.open_counter(order)
    except ProviderUnreachable:
        return end(request, "unreachable")
    except Refused as refusal:
        return end(request, refusal.code)
    store.begin_order(order)
    store.begin_counter(
        Counter(
            order_id=order.order_id,
            browser=order.browser,
            device_code=str(opened["device_code"]),
            user_code=str(opened["user_code"]),
            address=str(opened["verification_uri"]),
            person=person,
            interval=int(opened.get("interval", 5)),
            next_at=0,
            started_at=now(),
        )
    )
    return go(f"/point/{order.order_id}")


@router.get("/point/{order_id}")
async def waiting(request: Request, order_id: str) -> Response:
    """The code for the customer's phone; once they answered, the camera."""
    store: Store = request.app.state.store
    code = await _look(request, order_id)
    found = store.counter(order_id, browser_of(request))
    if found is not None:
        return render(request, "counter.html", counter=found)
    if code is not None:
        return end(request, code)
    return go(f"/orders/{order_id}")


@router.get("/point/{order_id}/state")
async def state_of(request: Request, order_id: str) -> Response:
    """Whether an answer is still waited for, for the script of the page."""
    store: Store = request.app.state.store
    found = store.counter(order_id, browser_of(request))
    due = found is not None and found.next_at <= now()
    return JSONResponse({"waiting": found is not None and not due}, headers={"Cache-Control": "no-store"})


async def _look(request: Request, order_id: str) -> str | None:
    """Poll where it is time; the code of the outcome where it ended without a yes."""
    store: Store = request.app.state.store
    browser = browser_of(request)
    found, order = store.counter(order_id, browser), store.order(order_id, browser)
    if found is None or order is None or not store.next_poll(order_id, found.interval):
        return None
    provider: Provider = request.app.state.provider
    try:
        proof = await provider.poll_counter(found.device_code, order)
    except ProviderUnreachable:
        return None
    except Refused as refusal:
        if refusal.code in ("authorization_pending", "slow_down"):
            return None
        store.end_counter(order_id)
        store.end_order(order_id)
        return "point_refused" if refusal.code in ("access_denied", "expired_token") else refusal.code
    store.confirm_order(order_id, proof.subject, found.person, proof.access_token)
    store.end_counter(order_id)
    return None


def read_papers(form: dict[str, str]) -> Json:
    """What stands on a card, as it was typed: each member, or None where it is none."""
    id_number, name = form.get("id_number", "").replace(" ", ""), form.get("full_name", "").strip()
    born = _BIRTHDATE.fullmatch(form.get("birthdate", "").strip())
    try:
        birthdate = None if born is None else date(int(born[3]), int(born[2]), int(born[1])).isoformat()
    except ValueError:
        birthdate = None
    return {
        "id_number": id_number if _ID_NUMBER.fullmatch(id_number) else None,
        "full_name": name if 0 < len(name) <= LONGEST_NAME else None,
        "birthdate": birthdate,
    }


def _form(
    request: Request,
    typed: dict[str, str],
    wrong: list[str] | tuple[str, ...],
    *,
    chip: bool = False,
    status: int | None = None,
) -> Response:
    store: Store = request.app.state.store
    numbers = on_show(store.sold())
    return render(
        request,
        "point.html",
        status=status or (422 if typed else 200),
        chip=chip,
        numbers=numbers,
        sequences=SEQUENCES,
        typed=typed,
        wrong=wrong,
    )
