"""`/office/requests`: locks in the authority's name. One officer asks, another decides."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.audit.deeds import Deed
from vneid_idp.identity import lock_requests
from vneid_idp.identity.lock_requests import LockRequest
from vneid_idp.identity.roles import Role
from vneid_idp.office.access import HOME, OpenFile, for_file
from vneid_idp.office.file import page as file_page
from vneid_idp.use_cases.ask_for_lock import ask_for_lock
from vneid_idp.use_cases.decide_lock import decide_lock
from vneid_idp.web.colleagues import Colleague, for_colleague
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.i18n import gettext
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request as the page shows it."""

    asked: LockRequest
    full_name: str
    id_number: str
    own: bool
    """Whether this officer asked, and so cannot decide."""


async def ask(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Ask for a lock, or for its end."""
    form = await read_form(request)
    what = form.one_of("what", "lock", "unlock")
    reason = form["ground"].strip()
    if not 0 < len(reason) <= _LONGEST:
        text = gettext(request, "Name the decision on which this rests, in at most 300 characters.")
        return await file_page(request, colleague, file, errors={"ground": text})
    lock, deed = what == "lock", Deed(colleague.person_id, reason)
    await colleague.act(lambda unit: ask_for_lock(unit, file.person_id, lock=lock, deed=deed))
    return see_other(f"{file.path}?done=asked")


async def show(request: Request, colleague: Colleague) -> Response:
    """What waits for a decision."""
    provider = colleague.provider
    async with provider.db.reading() as unit:
        requests = await lock_requests.open_requests(unit)
    records = await provider.registry.find_many({asked.person_id for asked in requests})
    waiting = [
        Waiting(asked, record.full_name, record.personal_number, asked.asked_by == colleague.person_id)
        for asked in requests
        if (record := records.get(asked.person_id)) is not None
    ]
    return render(
        request, "office/requests.html", colleague=colleague, waiting=waiting, done="done" in request.query_params
    )


async def decide(request: Request, colleague: Colleague) -> Response:
    """Agree or refuse."""
    form = await read_form(request)
    agreed, deed = (
        form.one_of("answer", "agree", "refuse") == "agree",
        Deed(colleague.person_id, "What a colleague asked for"),
    )
    told = await colleague.act(lambda unit: decide_lock(unit, form["who"], form["which"], agreed=agreed, deed=deed))
    await colleague.provider.dispatcher.attempt(told)
    return see_other(f"{HOME}/requests?done")


doors = [
    Door.page(f"{HOME}/requests", for_colleague("office", show, Role.OFFICER)),
    Door.page(f"{HOME}/requests/decide", for_colleague("office", decide, Role.OFFICER), "POST"),
    Door.page(f"{HOME}/people/{{file}}/requests", for_file(ask, Role.OFFICER), "POST"),
]
