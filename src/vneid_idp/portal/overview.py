"""`/me`: who I am here, and where everything is; `/signout`, the way out."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.bindings.subscriber_numbers.lifecycle import NumberState
from vneid_idp.consent import service as consents
from vneid_idp.identity.factors import distrusted_phones, passkeys
from vneid_idp.identity.register.records import RegistryUnavailable
from vneid_idp.portal.access import Holder, for_holder
from vneid_idp.portal.disputes import count_untold
from vneid_idp.portal.family import children_of, waiting_for
from vneid_idp.portal.linked import count_live, own_numbers
from vneid_idp.portal.own_requests import own_requests
from vneid_idp.portal.registered import count_waiting
from vneid_idp.portal.supervised import told_by_others
from vneid_idp.web.doors import Door
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

_UNPROVED = frozenset({NumberState.RECHECKING, NumberState.FROZEN})
"""States of a number that its holder has to prove once more: in the first it is cut off within hours."""


async def show(request: Request, holder: Holder) -> Response:
    """The page."""
    try:
        children = await children_of(holder)
    except RegistryUnavailable:
        children = ()
    async with holder.provider.db.reading() as unit:
        waiting = await waiting_for(unit, children)
        own = await own_requests(unit, holder.person_id)
        services = {each.client_id for each in await consents.list_current(unit, holder.person_id)}
        supervised = await told_by_others(unit, holder.person_id)
        unanswered = await count_waiting(unit, holder)
        disputed = await count_untold(unit, holder)
        distrusted = await distrusted_phones.find(unit, holder.person_id)
        keys = await passkeys.list_passkeys(unit, holder.person_id)
    numbers = await own_numbers(holder)
    return render(
        request,
        "portal/overview.html",
        account=holder.account,
        record=holder.profile.record,
        services=len(services | supervised),
        children=len(children),
        waiting=waiting,
        own_requests=own,
        taken_back="taken_back" in request.query_params,
        linked=await count_live(holder),
        numbers=len(numbers),
        unproved=sum(number.state in _UNPROVED for number in numbers),
        unanswered=unanswered,
        disputed=disputed,
        distrusted=distrusted,
        passkeys=len(keys),
        resting=any(key.rests_since is not None for key in keys),
    )


async def sign_out(request: Request) -> Response:
    """The provider's own end-session page asks, and tells every service; a link alone must not sign anybody out."""
    return see_other("/end_session")


doors = [Door.page("/me", for_holder(show)), Door.page("/signout", sign_out)]
