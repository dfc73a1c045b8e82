"""A lock that the holder asks for at the desk, and its end. One in the authority's name is another: see `requests`."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.registry import LockedBy
from vneid_idp.identity.roles import Role
from vneid_idp.office.access import OpenFile, for_file
from vneid_idp.office.deed import Errors, RefusedInWords, deed_of, deed_page
from vneid_idp.use_cases.lock_person import lock_person, unlock_person
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.responses import see_other


async def show_lock(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """What a lock does."""
    return deed_page(request, colleague, file, "office/lock.html", Form([]), {})


async def lock(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Lock at the holder's request, at once."""
    form, errors = await read_form(request), Errors()
    deed = deed_of(request, colleague, form, errors)
    if deed is not None:
        with RefusedInWords(request, errors):
            told = await colleague.act(lambda unit: lock_person(unit, file.person_id, LockedBy.HOLDER, deed))
            await colleague.provider.dispatcher.attempt(told)
            return see_other(f"{file.path}?done=locked")
    return deed_page(request, colleague, file, "office/lock.html", form, errors)


async def show_unlock(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """What its end does."""
    return deed_page(request, colleague, file, "office/unlock.html", Form([]), {})


async def unlock(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Lift a lock that the holder asked for."""
    form, errors = await read_form(request), Errors()
    deed = deed_of(request, colleague, form, errors)
    if deed is not None:
        with RefusedInWords(request, errors):
            await colleague.act(lambda unit: unlock_person(unit, file.person_id, LockedBy.HOLDER, deed))
            return see_other(f"{file.path}?done=unlocked")
    return deed_page(request, colleague, file, "office/unlock.html", form, errors)


doors = [
    Door.page("/office/people/{file}/lock", for_file(show_lock, Role.CLERK)),
    Door.page("/office/people/{file}/lock", for_file(lock, Role.CLERK), "POST"),
    Door.page("/office/people/{file}/unlock", for_file(show_unlock, Role.CLERK)),
    Door.page("/office/people/{file}/unlock", for_file(unlock, Role.CLERK), "POST"),
]
