"""A lock that the holder asks for at the desk, and its end. One in the authority's name is another: see `requests`."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.audit.deeds import Deed
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity.register.records import LockedBy
from vneid_idp.office.access import OpenFile, file_doors
from vneid_idp.office.deed import Then, asking, carry_out
from vneid_idp.use_cases.lock_person import lock_person, unlock_person
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors
from vneid_idp.web.forms import read_form


async def lock(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Lock at the holder's request, at once."""

    async def work(deed: Deed) -> tuple[Delivery, ...]:
        return await colleague.act(
            lambda unit: lock_person(unit, colleague.provider.vault, file.person_id, LockedBy.HOLDER, deed)
        )

    then = Then("locked", "office/lock.html")
    return await carry_out(request, colleague, file, await read_form(request), Errors(), then, work)


async def unlock(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Lift a lock that the holder asked for."""

    async def work(deed: Deed) -> tuple[Delivery, ...]:
        await colleague.act(
            lambda unit: unlock_person(unit, colleague.provider.vault, file.person_id, LockedBy.HOLDER, deed)
        )
        return ()

    then = Then("unlocked", "office/unlock.html")
    return await carry_out(request, colleague, file, await read_form(request), Errors(), then, work)


doors = [
    *file_doors("/lock", asking("office/lock.html"), lock),
    *file_doors("/unlock", asking("office/unlock.html"), unlock),
]
