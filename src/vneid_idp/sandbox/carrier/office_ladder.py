"""The ladder of the carrier's numbers on a time line, and the calendar of the sandbox, which can be turned to any day
of it."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from .fapi import Json, ProviderUnreachable, Refused
from .handing_in import Jobs
from .office_registers import bars
from .office_store import OfficeStore
from .pages import go, read_form, render
from .register_words import SHORT_KINDS, STATES, TRIGGERS
from .registrar import Registrar
from .shop import end
from .words import today

router = APIRouter()
MOST_DAYS = 400
_AT_ONCE = 4.0
"""Seconds for which the form waits: few numbers are moved by then."""
_MARGIN = 3
"""Per cent that are left free at both ends of the line."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is due on a day, on its lane."""

    at: float
    """Per cent of the line."""
    radius: int
    """In pixels, by how many numbers it is about."""
    day: date
    count: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the line, and what is due on it."""

    day: date
    entries: tuple[Json, ...]


@router.get("/office/ladder")
async def ladder(request: Request) -> Response:
    """Where all numbers stand, what comes of them when, and the way to let the days pass."""
    office: OfficeStore = request.app.state.office
    calendar = office.calendar(today())
    if calendar.busy:
        return render(request, "office_passing.html", calendar=calendar)
    registrar: Registrar = request.app.state.registrar
    try:
        found = await registrar.ladder()
    except ProviderUnreachable:
        return end(request, "unreachable")
    except Refused as refusal:
        return end(request, refusal.code)
    coming = found["coming"]
    return render(
        request,
        "office_ladder.html",
        calendar=calendar,
        today=today(),
        states=bars(STATES, found["states"]),
        days=days_of(coming),
        lanes=lanes_of(coming, calendar.day),
        kinds=SHORT_KINDS,
        triggers=TRIGGERS,
        latest_day=today() + timedelta(days=MOST_DAYS),
        passed="passed" in request.query_params,
    )


def days_of(coming: list[Json]) -> list[Day]:
    """What comes, day by day."""
    found: dict[str, list[Json]] = {}
    for each in coming:
        found.setdefault(each["day"], []).append(each)
    return [Day(date.fromisoformat(day), tuple(entries)) for day, entries in sorted(found.items())]


def lanes_of(coming: list[Json], begins: date) -> list[tuple[str, list[Mark]]]:
    """The same as marks on a lane for each kind of instruction, those without any left out."""
    if not coming:
        return []
    first = min(begins, *(date.fromisoformat(each["day"]) for each in coming))
    length = max((max(date.fromisoformat(each["day"]) for each in coming) - first).days, 1)
    most = max(each["numbers"] for each in coming)
    lanes = []
    for kind in SHORT_KINDS:
        counts: dict[str, int] = {}
        for each in coming:
            if each["kind"] == kind:
                counts[each["day"]] = counts.get(each["day"], 0) + each["numbers"]
        marks = []
        for text, count in sorted(counts.items()):
            day = date.fromisoformat(text)
            at = _MARGIN + (100 - 2 * _MARGIN) * (day - first).days / length
            marks.append(Mark(round(at, 2), 4 + round(8 * (min(count, most) / most) ** 0.5), day, count))
        if marks:
            lanes.append((kind, marks))
    return lanes


@router.post("/office/ladder")
async def let_pass(request: Request) -> Response:
    """Turn the calendar to a day: whatever is due until then happens."""
    form = await read_form(request)
    office: OfficeStore = request.app.state.office
    jobs: Jobs = request.app.state.jobs
    try:
        until = date.fromisoformat(form.get("until", ""))
    except ValueError:
        return go("/office/ladder")
    if office.calendar(today()).busy or not today() <= until <= today() + timedelta(days=MOST_DAYS):
        return go("/office/ladder")
    task = jobs.begin(_pass_days(office, request.app.state.registrar, until))
    await asyncio.wait((task,), timeout=_AT_ONCE)
    return go("/office/ladder?passed")


async def _pass_days(office: OfficeStore, registrar: Registrar, until: date) -> None:
    day, given = office.calendar(today()).day, 0
    office.turn(day, busy=True, given=0)
    try:
        while True:
            told = await registrar.let_pass(until)
            day, given = max(day, date.fromisoformat(told["reached"])), given + int(told["instructions"])
            office.turn(day, busy=True, given=given)
            if told["finished"]:
                return
    except (ProviderUnreachable, Refused):
        return  # what has passed has passed
    finally:
        office.turn(day, busy=False, given=given)


@router.get("/office/ladder/state")
async def state_of(request: Request) -> Response:
    """Whether days are still passing, for the script of the page."""
    office: OfficeStore = request.app.state.office
    told = {"waiting": office.calendar(today()).busy}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})
