"""`/office/requests`: locks in the authority's name. One officer asks, another decides."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity import accounts
from vneid_idp.identity.offices import lock_requests
from vneid_idp.identity.offices.decided_requests import SHOWN, DecidedRequest, Outcome
from vneid_idp.identity.offices.lock_requests import LockRequest
from vneid_idp.identity.offices.roles import EVERYWHERE, Role
from vneid_idp.identity.register.records import LockedBy, find_all
from vneid_idp.kernel.clock import DAY
from vneid_idp.office.access import HOME, OpenFile, decided_for, file_doors, waiting_for
from vneid_idp.office.deed import KEPT, deed_page
from vneid_idp.office.words import refused_in_words
from vneid_idp.use_cases.ask_for_lock import ask_for_lock
from vneid_idp.use_cases.decide_lock import decide_lock
from vneid_idp.use_cases.withdraw_lock_request import TAKEN_BACK, withdraw_lock_request
from vneid_idp.web.colleagues import Colleague, for_colleague
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered, form_page
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

_DONE = {
    "decided": mark("You agreed. It took effect at once."),
    "refused": mark("You refused. Nothing was changed; whoever asked can read why."),
    "withdrawn": mark("You took the request back. Nothing was done about it."),
}


_OUTCOMES: Mapping[Outcome, tuple[str, str]] = {
    Outcome.AGREED: (mark("agreed"), "success"),
    Outcome.REFUSED: (mark("refused"), "danger"),
    Outcome.TAKEN_BACK: (mark("taken back"), "neutral"),
    Outcome.NOT_DECIDED: (mark("not decided in time"), "warning"),
}
"""What came of a request, in words and as a kind of badge."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a request, as the page shows it."""

    each: DecidedRequest
    full_name: str
    outcome: str
    kind: str
    """Of the badge."""
    own: bool
    """Whether this officer asked."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request as the page shows it."""

    asked: LockRequest
    full_name: str
    id_number: str
    asked_by: str | None
    """The name of whoever asked."""
    own: bool
    """Whether this officer asked, and so cannot decide but take it back."""
    about_me: bool
    """Whether it is about this officer, who then has no say in it."""


async def show_ask(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """What a request is, and the form."""
    return await _ask_page(request, colleague, file, *entered(request))


async def ask(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Ask for a lock, or for its end."""
    form, errors = await read_form(request), Errors()
    lock = form.one_of("what", "lock", "unlock") == "lock"
    deed = deed_of(request, colleague, form, errors, mark("The decision on which it rests"))
    if deed is not None:
        with refused_in_words(request, errors):
            await colleague.act(lambda unit: ask_for_lock(unit, file.person_id, lock=lock, deed=deed))
            return see_other(f"{file.path}?done=asked")
    return await _ask_page(request, colleague, file, form, errors)


async def _ask_page(request: Request, colleague: Colleague, file: OpenFile, form: Form, errors: Errors) -> Response:
    async with colleague.provider.db.reading() as unit:
        account = await accounts.get_open(unit, file.person_id)
    lock = account.locked_by is not LockedBy.AUTHORITY
    return deed_page(request, colleague, file, "office/ask.html", form, errors, lock=lock)


async def show(request: Request, colleague: Colleague) -> Response:
    """What waits for a decision, and what was decided lately."""
    async with colleague.provider.db.reading() as unit:
        requests, lately = await waiting_for(unit, colleague), await decided_for(unit, colleague)
    waiting, done = await _waiting(colleague, requests), _DONE.get(request.query_params.get("done", ""))
    return render(
        request,
        "office/requests.html",
        waiting=waiting,
        decided=await _decided(request, colleague, lately),
        days=SHOWN // DAY,
        done=gettext(request, done) if done else None,
        officer=True,
        everywhere=EVERYWHERE,
    )


async def show_one(request: Request, colleague: Colleague) -> Response:
    """One request, and the form to decide it."""
    return await _decide_page(request, colleague, *entered(request))


async def decide(request: Request, colleague: Colleague) -> Response:
    """Agree or refuse, in the name of the office that asked, and say why: whoever asked is owed the reason of a
    refusal.
    """
    form, errors = await read_form(request), Errors()
    colleague = (await _find(request, colleague))[1]
    deed, agreed = deed_of(request, colleague, form, errors), form.one_of("answer", "agree", "refuse") == "agree"
    if deed is not None:
        which, vault = request.path_params["request"], colleague.provider.vault
        with refused_in_words(request, errors):
            _, deliveries = await colleague.act(lambda unit: decide_lock(unit, vault, which, agreed=agreed, deed=deed))
            await colleague.provider.dispatcher.attempt(deliveries)
            return see_other(f"{HOME}/requests?done={'decided' if agreed else 'refused'}")
    return await _decide_page(request, colleague, form, errors)


async def withdraw(request: Request, colleague: Colleague) -> Response:
    """Take back what one asked for."""
    await read_form(request)
    asked, colleague = await _find(request, colleague)
    deed = colleague.deed(TAKEN_BACK)
    await colleague.act(lambda unit: withdraw_lock_request(unit, asked.request_id, deed))
    return see_other(f"{HOME}/requests?done=withdrawn")


async def _find(request: Request, colleague: Colleague) -> tuple[LockRequest, Colleague]:
    """The request, and the officer acting in the name of its office. Raises `NoSuchRequest` and `RoleRequired`."""
    async with colleague.provider.db.reading() as unit:
        asked = await lock_requests.get_open(unit, request.path_params["request"])
    return asked, colleague.at(asked.office)


async def _decide_page(request: Request, colleague: Colleague, form: Form, errors: Errors) -> Response:
    asked, colleague = await _find(request, colleague)
    (each,) = await _waiting(colleague, (asked,)) or (None,)
    if each is None:
        raise lock_requests.NoSuchRequest
    kept = Kept() if each.own or each.about_me else KEPT  # there is a form for who decides
    return form_page(
        request, "office/request.html", form, errors, kept=kept, each=each, officer=True, everywhere=EVERYWHERE
    )


async def _decided(request: Request, colleague: Colleague, lately: tuple[DecidedRequest, ...]) -> tuple[Decided, ...]:
    records = await find_all(colleague.provider.registry, {each.asked.person_id for each in lately})
    return tuple(
        Decided(
            each,
            record.full_name,
            gettext(request, _OUTCOMES[each.outcome][0]),
            _OUTCOMES[each.outcome][1],
            own=each.asked.asked_by == colleague.person_id,
        )
        for each in lately
        if (record := records.get(each.asked.person_id)) is not None
    )


async def _waiting(colleague: Colleague, requests: tuple[LockRequest, ...]) -> tuple[Waiting, ...]:
    people = {who for asked in requests for who in (asked.person_id, asked.asked_by)}
    records = await find_all(colleague.provider.registry, people)
    return tuple(
        Waiting(
            asked,
            record.full_name,
            record.personal_number,
            asked_by=records[asked.asked_by].full_name if asked.asked_by in records else None,
            own=asked.asked_by == colleague.person_id,
            about_me=asked.person_id == colleague.person_id,
        )
        for asked in requests
        if (record := records.get(asked.person_id)) is not None
    )


doors = [
    Door.page(f"{HOME}/requests", for_colleague("office", show, Role.OFFICER)),
    Door.page(f"{HOME}/requests/{{request}}", for_colleague("office", show_one, Role.OFFICER)),
    Door.page(f"{HOME}/requests/{{request}}", for_colleague("office", decide, Role.OFFICER), "POST"),
    Door.page(f"{HOME}/requests/{{request}}/withdraw", for_colleague("office", withdraw, Role.OFFICER), "POST"),
    *file_doors("/requests", show_ask, ask, Role.OFFICER),
]
