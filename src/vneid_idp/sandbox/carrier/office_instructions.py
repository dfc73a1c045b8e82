"""What the law has the office do with numbers: received as signed events, listed, and answered."""

import json
import re
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response

from .fapi import Json, ProviderUnreachable, Refused
from .office_store import OfficeStore
from .pages import go, read_form, render
from .register_words import ANSWERS, KINDS, REFUSALS, TRIGGERS
from .registrar import EVENTS_AT_ONCE, Registrar
from .shop import end
from .store import now as now_seconds
from .words import VIETNAM, today

router = APIRouter()
_ON_A_PAGE = 12
_MOST_POLLS = 4
_INSTRUCTION = re.compile(r"ins_[0-9a-v]{1,40}", re.ASCII)
_CURSOR = re.compile(r"[A-Za-z0-9_.~-]{1,1024}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shown:
    """An instruction, and whether it waits for too long by the day of the office."""

    told: Json
    overdue: bool


@router.get("/office/instructions")
async def waiting(request: Request) -> Response:
    """What waits to be done, the oldest first; with `all`, what was done as well."""
    office: OfficeStore = request.app.state.office
    registrar: Registrar = request.app.state.registrar
    cursor = request.query_params.get("cursor", "")
    everything = "all" in request.query_params
    try:
        received = await receive(office, registrar)
        listed = await registrar.instructions(
            waiting=not everything, limit=_ON_A_PAGE, cursor=cursor if _CURSOR.fullmatch(cursor) else None
        )
    except ProviderUnreachable:
        return end(request, "unreachable")
    except Refused as refusal:
        return end(request, refusal.code)
    event = office.last_event()
    now = _now(office)
    return render(
        request,
        "office_instructions.html",
        items=[Shown(each, _is_overdue(each, now)) for each in listed["items"]],
        next_cursor=listed["next_cursor"],
        everything=everything,
        received=received,
        event=None if event is None else json.dumps(event, indent=2, ensure_ascii=False),
        kinds=KINDS,
        triggers=TRIGGERS,
        refusals=REFUSALS,
        answers=ANSWERS,
        back=cursor if _CURSOR.fullmatch(cursor) else "",
    )


def _now(office: OfficeStore) -> datetime:
    """The end of the day to which the calendar was turned; else the present."""
    day, real = office.calendar(today()).day, today()
    if day == real:
        return datetime.fromtimestamp(now_seconds(), VIETNAM)
    return datetime.combine(day, datetime.max.time(), VIETNAM)


def _is_overdue(told: Json, now: datetime) -> bool:
    return told["acknowledged_at"] is None and datetime.fromisoformat(told["answer_by"]) < now


async def receive(office: OfficeStore, registrar: Registrar) -> int:
    """Poll for what is new, some hundreds at most; how many events came that are signed for us. Of each number the next
    one comes when the one before was acknowledged."""
    new, ack, bad = 0, list[str](), list[str]()
    for _ in range(_MOST_POLLS):
        found = await registrar.poll(ack, bad)
        ack, bad = [], []
        for jti, claims in found.items():
            (bad if claims is None else ack).append(jti)
            new += claims is not None and office.keep_event(jti, claims)
        if len(found) < EVENTS_AT_ONCE and not ack and not bad:
            break
    if ack or bad:
        await registrar.poll(ack, bad)
    return new


@router.post("/office/instructions")
async def answer(request: Request) -> Response:
    """Say that one is done, or that all of a page are, or why one is not. Earlier ones about the number are settled
    with it."""
    form = await read_form(request)
    registrar: Registrar = request.app.state.registrar
    reason = form.get("reason") if "refuse" in form else None
    wanted = [each for each in form.get("instructions", "").split() if _INSTRUCTION.fullmatch(each)][:_ON_A_PAGE]
    back = form.get("cursor", "")
    to = "/office/instructions" + (f"?cursor={back}" if _CURSOR.fullmatch(back) else "")
    if reason is not None and reason not in REFUSALS:
        return go(to)
    for each in wanted:
        try:
            await registrar.answer(each, reason)
        except ProviderUnreachable:
            return end(request, "unreachable")
        except Refused as refusal:
            if (
                refusal.code != "instruction_answered"
            ):  # a later one of its number settled it, on this very page perhaps
                return end(request, refusal.code)
    return go(to)
