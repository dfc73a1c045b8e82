"""What a child asked parents and guardians and nobody has answered yet, as the child finds it again at `/me`; take it
back."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.consent import approvals
from vneid_idp.consent.approvals import Approval
from vneid_idp.portal.access import Holder, find_clients, for_holder
from vneid_idp.protocol.permitted import still_asked
from vneid_idp.storage.unit import Reading
from vneid_idp.use_cases.ask_guardian import take_back_asking
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.responses import see_other


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """What waits for a parent or guardian, and for which service."""

    approval: Approval
    service: str


async def own_requests(unit: Reading, person_id: str) -> tuple[OwnRequest, ...]:
    """Those of this person that can still be answered."""
    waiting = await approvals.list_open(unit, person_id)
    clients = await find_clients(unit, {each.client_id for each in waiting})
    return tuple(
        OwnRequest(each, clients[each.client_id].client_name)
        for each in waiting
        if each.client_id in clients and still_asked(clients[each.client_id], each.decisions)
    )


async def take_back(request: Request, holder: Holder) -> Response:
    """The child does not want it any more: nobody answers it."""
    form = await read_form(request)
    person_id, session_id, approval_id = holder.person_id, holder.session.session_id, form["request"]
    await holder.provider.db.transact(lambda unit: take_back_asking(unit, person_id, session_id, approval_id))
    return see_other("/me?taken_back")


doors = [Door.page("/me/requests/take-back", for_holder(take_back), "POST")]
