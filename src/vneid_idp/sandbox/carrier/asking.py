"""We ask by ourselves (CIBA): is an old number still yours? The person answers in the identity app; no browser is sent
anywhere, and the provider tells us when there is an answer (ping)."""

import re
import secrets

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask
from starlette.datastructures import State

from .details import IN_IDENTITY_APP, subscriber_number
from .fapi import ProviderUnreachable, Refused
from .outcomes import outcome_of
from .pages import browser_of, go, read_form, render
from .provider import Provider
from .shop import end
from .store import Ask, Number, Store, now

router = APIRouter()
_TYPED = re.compile(r"(?:\+84|0)(9\d{8})", re.ASCII)


@router.get("/old")
async def old_number(request: Request) -> Response:
    """Why we ask, and the number that somebody has of us."""
    return render(request, "old_number.html", problem=False)


@router.post("/old")
async def ask(request: Request) -> Response:
    """Have the holder of the number asked in the identity app."""
    form = await read_form(request)
    typed = _TYPED.fullmatch(re.sub(r"[\s.]", "", form.get("phone", "")))
    if typed is None:
        return render(request, "old_number.html", status=422, problem=True)
    phone, bearer = f"+84{typed[1]}", secrets.token_urlsafe(32)
    store: Store = request.app.state.store
    sequence = store.next_sequence(request.session.get("subject", ""), phone)
    provider: Provider = request.app.state.provider
    try:
        answer = await provider.ask(phone, subscriber_number(phone, IN_IDENTITY_APP, "prepaid", sequence), bearer)
    except ProviderUnreachable:
        return end(request, "unreachable")
    except Refused as refusal:
        return end(request, "asked_too_often" if refusal.code == "access_denied" else refusal.code, number=phone)
    asked = Ask(
        ask_id=secrets.token_urlsafe(16),
        browser=browser_of(request),
        phone=phone,
        sequence=sequence,
        auth_req_id=str(answer["auth_req_id"]),
        bearer=bearer,
        number_to_show=str(answer["number_to_show"]),
        expires_at=now() + int(answer["expires_in"]),
        started_at=now(),
    )
    store.begin_ask(asked)
    return go(f"/old/{asked.ask_id}")


@router.get("/old/{ask_id}")
async def waiting(request: Request, ask_id: str) -> Response:
    """The digits to pick in the app; once there is an answer, how it ended."""
    store: Store = request.app.state.store
    asked = store.ask(ask_id, browser_of(request))
    if asked is None:
        return end(request, "expired")
    if (state := _state(asked)) == "asked":
        return render(request, "asked.html", asked=asked)
    return render(request, "outcome.html", outcome=outcome_of(state), ended={"code": state, "number": asked.phone})


@router.get("/old/{ask_id}/state")
async def state_of(request: Request, ask_id: str) -> Response:
    """Whether an answer is still waited for, for the script of the page."""
    store: Store = request.app.state.store
    asked = store.ask(ask_id, browser_of(request))
    still = asked is not None and _state(asked) == "asked"
    return JSONResponse({"waiting": still}, headers={"Cache-Control": "no-store"})


@router.post("/ciba")
async def told(request: Request) -> Response:
    """The provider says that there is an answer (CIBA Core §10.2), and shows the token that we gave it for that."""
    try:
        auth_req_id = str((await request.json())["auth_req_id"])
    except (ValueError, KeyError, TypeError):
        return Response(status_code=400)
    store: Store = request.app.state.store
    asked = store.ask_of_request(auth_req_id)
    shown = request.headers.get("authorization", "")
    if asked is None or not secrets.compare_digest(shown.encode(), f"Bearer {asked.bearer}".encode()):
        return Response(status_code=401)
    task = BackgroundTask(_take_answer, request.app.state, asked) if asked.state == "asked" else None
    return Response(status_code=204, background=task)


async def _take_answer(state: State, asked: Ask) -> None:
    """Fetch what the person said, and put the number into their name."""
    provider: Provider = state.provider
    store: Store = state.store
    try:
        proof = await provider.fetch_answer(asked.auth_req_id)
        token = await provider.hand_on(proof.access_token)
        bound = await provider.bind(asked.detail, token, asked.ask_id)
    except ProviderUnreachable:
        store.end_ask(asked.ask_id, "unreachable")
    except Refused as refusal:
        known = {"access_denied": "not_my_number", "expired_token": "nobody_answered", "sequence_taken": "ask_counted"}
        if refusal.code == "sequence_taken":
            store.count_up(asked.phone, asked.sequence)
        store.end_ask(asked.ask_id, known.get(refusal.code, refusal.code))
    else:
        number = Number(
            phone=asked.phone,
            subject=proof.subject,
            number_id=bound["number_id"],
            channel=bound["channel"],
            contract=bound["contract"],
            sequence=bound["sequence"],
            receipt="",
            bound_at=now(),
        )
        store.add_number(number)
        store.end_ask(asked.ask_id, "old_confirmed")


def _state(asked: Ask) -> str:
    return "nobody_answered" if asked.state == "asked" and now() >= asked.expires_at else asked.state
