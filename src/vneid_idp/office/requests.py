"""`/office/requests`: locks in the authority's name. One officer asks, another decides."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity import accounts, lock_requests
from vneid_idp.identity.lock_requests import LockRequest
from vneid_idp.identity.registry import LockedBy
from vneid_idp.identity.roles import Role
from vneid_idp.office.access import HOME, OpenFile, for_file
from vneid_idp.office.deed import Errors, RefusedInWords, deed_of, deed_page
from vneid_idp.use_cases.ask_for_lock import ask_for_lock
from vneid_idp.use_cases.decide_lock import decide_request
from vneid_idp.web.colleagues import Colleague, for_colleague
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request as the page shows it."""

    asked: LockRequest
    full_name: str
    id_number: str
    own: bool
    """Whether this officer asked, and so cannot decide."""


async def show_ask(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """What a request is, and the form."""
    return await _ask_page(request, colleague, file, Form([]), {})


async def ask(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Ask for a lock, or for its end."""
    form, errors = await read_form(request), Errors()
    deed, lock = deed_of(request, colleague, form, errors), form.one_of("what", "lock", "unlock") == "lock"
    if deed is not None:
        with RefusedInWords(request, errors):
            await colleague.act(lambda unit: ask_for_lock(unit, file.person_id, lock=lock, deed=deed))
            return see_other(f"{file.path}?done=asked")
    return await _ask_page(request, colleague, file, form, errors)


async def _ask_page(request: Request, colleague: Colleague, file: OpenFile, form: Form, errors: Errors) -> Response:
    async with colleague.provider.db.reading() as unit:
        account = await accounts.get_open(unit, file.person_id)
    lock = account.locked_by is not LockedBy.AUTHORITY
    return deed_page(request, colleague, file, "office/ask.html", form, errors, lock=lock)


async def show(request: Request, colleague: Colleague) -> Response:
    """What waits for a decision."""
    async with colleague.provider.db.reading() as unit:
        requests = await lock_requests.open_requests(unit)
    waiting = await _waiting(colleague, requests)
    return render(request, "office/requests.html", waiting=waiting, done="done" in request.query_params, officer=True)


async def show_one(request: Request, colleague: Colleague) -> Response:
    """One request, and the form to decide it."""
    return await _decide_page(request, colleague, Form([]), {})


async def decide(request: Request, colleague: Colleague) -> Response:
    """Agree or refuse, and say why: whoever asked is owed the reason of a refusal."""
    form, errors = await read_form(request), Errors()
    deed, agreed = deed_of(request, colleague, form, errors), form.one_of("answer", "agree", "refuse") == "agree"
    if deed is not None:
        which = request.path_params["request"]
        with RefusedInWords(request, errors):
            _, told = await colleague.act(lambda unit: decide_request(unit, which, agreed=agreed, deed=deed))
            await colleague.provider.dispatcher.attempt(told)
            return see_other(f"{HOME}/requests?done")
    return await _decide_page(request, colleague, form, errors)


async def _decide_page(request: Request, colleague: Colleague, form: Form, errors: Errors) -> Response:
    async with colleague.provider.db.reading() as unit:
        asked = await lock_requests.get_open(unit, request.path_params["request"])
    (each,) = await _waiting(colleague, (asked,)) or (None,)
    if each is None:
        raise lock_requests.NoSuchRequest
    return render(
        request, "office/request.html", 422 if errors else 200, each=each, form=form, errors=errors, officer=True
    )


async def _waiting(colleague: Colleague, requests: tuple[LockRequest, ...]) -> tuple[Waiting, ...]:
    records = await colleague.provider.registry.find_many({asked.person_id for asked in requests})
    return tuple(
        Waiting(asked, record.full_name, record.personal_number, asked.asked_by == colleague.person_id)
        for asked in requests
        if (record := records.get(asked.person_id)) is not None
    )


doors = [
    Door.page(f"{HOME}/requests", for_colleague("office", show, Role.OFFICER)),
    Door.page(f"{HOME}/requests/{{request}}", for_colleague("office", show_one, Role.OFFICER)),
    Door.page(f"{HOME}/requests/{{request}}", for_colleague("office", decide, Role.OFFICER), "POST"),
    Door.page(f"{HOME}/people/{{file}}/requests", for_file(show_ask, Role.OFFICER)),
    Door.page(f"{HOME}/people/{{file}}/requests", for_file(ask, Role.OFFICER), "POST"),
]
