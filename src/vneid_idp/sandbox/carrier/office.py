"""The carrier's office: where things stand, and where to go on. Its rooms are `office_registers`, `office_ladder` and
`office_instructions`."""

from fastapi import APIRouter, Request, Response

from .fapi import Json, ProviderUnreachable, Refused
from .office_store import OfficeStore
from .pages import render
from .registrar import Registrar
from .words import today

router = APIRouter()


@router.get("/office")
async def overview(request: Request) -> Response:
    """The last register, the day of the calendar, and whether anything waits."""
    office: OfficeStore = request.app.state.office
    waiting = await _waiting(request.app.state.registrar)
    latest = next(iter(office.latest(1)), None)
    return render(request, "office.html", latest=latest, calendar=office.calendar(today()), waiting=waiting)


async def _waiting(registrar: Registrar) -> Json | None:
    """The oldest instruction of which nothing was said, as a list; nothing while the provider does not answer."""
    try:
        return await registrar.instructions(waiting=True, limit=1)
    except (ProviderUnreachable, Refused):
        return None
