"""The office hands in its register: how large and how bad it is to be, how far it is, and what was found."""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from .fapi import ProviderUnreachable, Refused
from .handing_in import Jobs, look, make_and_send
from .office_store import HandedIn, OfficeStore
from .pages import go, read_form, render
from .register_words import CLASSES, JUNK, NEXT_STEPS, OUTCOMES, PROBLEMS, STAGES, STEPS
from .registrar import Registrar
from .shop import end
from .words import number_text, translate

router = APIRouter()
SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
OF_ALL = 1_000
MOST_EDITIONS = 24
_MOST_SEED = 1_000_000


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a chart."""

    label: str
    count: int
    share: float
    """Per cent of all that the chart is about."""
    hint: str = ""


def bars(words: dict[str, str], counts: dict[str, int], hints: dict[str, str] | None = None) -> list[Bar]:
    """Counts in the order of their words; what has none comes last, by its own name."""
    total = sum(counts.values()) or 1
    order = [name for name in words if counts.get(name)] + [name for name in counts if name not in words]
    return [
        Bar(words.get(name, name), counts[name], 100 * counts[name] / total, (hints or {}).get(name, ""))
        for name in order
    ]


@router.get("/office/registers")
async def registers(request: Request) -> Response:
    """What to make, and what was handed in before."""
    return _form(request, {}, None)


def _form(request: Request, typed: dict[str, str], problem: str | None) -> Response:
    office: OfficeStore = request.app.state.office
    values: dict[str, Any] = {"junk": JUNK, "classes": CLASSES, "sizes": SIZES, "typed": typed, "problem": problem}
    latest = office.latest()
    return render(request, "office_registers.html", status=422 if problem else 200, latest=latest, **values)


@router.post("/office/registers")
async def hand_in(request: Request) -> Response:
    """Begin to make and send one: a new one, or the next edition of one that was sent."""
    form = await read_form(request)
    office: OfficeStore = request.app.state.office
    if any(each.is_under_way for each in office.latest(1)):
        return go("/office/registers/" + office.latest(1)[0].key)
    before = office.find(form.get("after", "")) if "after" in form else None
    if before is not None:
        edition = min(MOST_EDITIONS, before.edition + ("again" not in form))
        return _begin(request, before.rows, before.seed, edition, before.junk)
    rows, seed = form.get("rows", ""), form.get("seed", "")
    junk = {name: form.get(f"junk_{name}", "") for name in JUNK}
    if not (rows.isascii() and rows.isdigit() and int(rows) in SIZES):
        return _form(request, form, "rows")
    if not (seed.isascii() and seed.isdigit() and len(seed) < 8 and int(seed) <= _MOST_SEED):
        return _form(request, form, "seed")
    if not all(count.isascii() and count.isdigit() and len(count) < 5 for count in junk.values()):
        return _form(request, form, "junk")
    counted = {name: int(count) for name, count in junk.items()}
    if sum(counted.values()) > OF_ALL:
        return _form(request, form, "junk")
    return _begin(request, int(rows), int(seed), 1, counted)


def _begin(request: Request, rows: int, seed: int, edition: int, junk: dict[str, int]) -> Response:
    office: OfficeStore = request.app.state.office
    jobs: Jobs = request.app.state.jobs
    key = secrets.token_urlsafe(12)
    office.begin(key, rows, seed, edition, junk)
    begun = office.find(key)
    assert begun is not None, "it was just written"
    jobs.begin(make_and_send(office, request.app.state.registrar, begun))
    return go(f"/office/registers/{key}")


@router.get("/office/registers/{key}")
async def register(request: Request, key: str) -> Response:
    """How far it is; when it has been read, what was found."""
    found = request.app.state.office.find(key)
    if found is None:
        return render(request, "missing.html", status=404)
    try:
        found = await look(request.app.state.office, request.app.state.registrar, found)
    except ProviderUnreachable:
        return end(request, "unreachable")
    except Refused as refusal:
        return end(request, refusal.code)
    if found.is_under_way:
        return render(request, "office_progress.html", register=found, stages=STAGES)
    told = found.told or {}
    coming = [(STEPS.get(each["step"], each["step"]), each["day"], each["numbers"]) for each in told.get("coming", ())]
    return render(
        request,
        "office_register.html",
        register=found,
        told=told,
        classes=bars(CLASSES, told.get("classes", {}), NEXT_STEPS),
        outcomes=bars(OUTCOMES, told.get("numbers", {})),
        coming=sorted(coming, key=lambda each: each[1]),
        problem=PROBLEMS.get(found.state),
        most_editions=MOST_EDITIONS,
    )


@router.get("/office/registers/{key}/state")
async def state_of(request: Request, key: str) -> Response:
    """How far it is, for the script of the page, in the words of its reader."""
    found: HandedIn | None = request.app.state.office.find(key)
    with suppress(ProviderUnreachable, Refused):  # the next time, perhaps
        found = None if found is None else await look(request.app.state.office, request.app.state.registrar, found)
    if found is None or not found.is_under_way:
        return JSONResponse({"waiting": False}, headers={"Cache-Control": "no-store"})
    language = request.state.language
    text = translate(language, "%(rows)s rows read", rows=number_text(language, (found.told or {}).get("rows", 0)))
    told = {"waiting": True, "stage": found.state, "share": found.share, "rows": text}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


@router.get("/office/registers/{key}/errors.csv")
async def errors(request: Request, key: str) -> Response:
    """What is wrong with rows, as the provider says it: line, column, code."""
    found: HandedIn | None = request.app.state.office.find(key)
    registrar: Registrar = request.app.state.registrar
    if found is None or found.upload_id is None:
        return render(request, "missing.html", status=404)
    try:
        text = await registrar.errors(found.upload_id)
    except ProviderUnreachable:
        return end(request, "unreachable")
    known = {"Content-Disposition": f'attachment; filename="song-{found.seed}-{found.edition}-errors.csv"'}
    return Response(text, media_type="text/csv", headers=known | {"Cache-Control": "no-store"})
