"""A request of another device, answered in this browser: through the pages of every request, and back to nowhere."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.cross_device import service as cross_device
from vneid_idp.cross_device.service import PolledRequest, RequestOver
from vneid_idp.interaction import service as interactions
from vneid_idp.interaction.over import over, remember
from vneid_idp.interaction.service import Interaction, InteractionOver
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.interaction import Issue, PersonFacts, Refuse
from vneid_idp.protocol.polled import PolledKind
from vneid_idp.provider.waiting import keep, somebody
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.answer_polled import Approval, Deliveries, approve_polled, refuse_polled
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.cookies import browser_id
from vneid_idp.web.logos import logo_path
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render


async def open_here(request: Request, polled: PolledRequest, person_id: str | None = None) -> Response:
    """Have `polled` answered in this browser, by `person_id` who has shown on this very phone to be there since it
    began, or by whoever signs in: on to the pages that ask for what is missing. Raises `TooManyRequests`."""
    provider = idp(request)
    by = somebody(provider, request, polled.client_id, person_id)
    begun_at = provider.clock.now() if person_id is None else polled.opened_at
    interaction = await keep(provider, polled.request, browser_id(request), begun_at, by)
    remember(request, interaction)
    return see_other(f"/authorize/{interaction.interaction_id}")


async def answer_elsewhere(
    request: Request,
    provider: Idp,
    client: Client,
    interaction: Interaction,
    step: Issue | Refuse,
    person: PersonFacts | None,
) -> Response:
    """Put the answer where its client polls for it, and say that it is there. Raises `InteractionOver` and
    `RequestOver`, also where somebody was faster on another device."""
    if interaction.ended_at is None:
        browser = browser_id(request)
        try:
            told = await provider.db.transact(lambda unit: _answer(unit, provider, interaction, browser, step, person))
        except InteractionOver as error:
            raise await over(request, interaction.interaction_id) from error
        remember(request, interaction, finished=True)
        await provider.dispatcher.attempt(told)
    return render(
        request,
        "provider/answered_elsewhere.html",
        service=client.client_name,
        domain=client.verified_home,
        logo=logo_path(client),
        approved=isinstance(step, Issue),
        in_app=interaction.request.polled is not None and interaction.request.polled.kind is PolledKind.BACKCHANNEL,
    )


async def _answer(
    unit: Unit, provider: Idp, interaction: Interaction, browser: str, step: Issue | Refuse, person: PersonFacts | None
) -> Deliveries:
    ended, to = await interactions.end(unit, interaction, browser), interaction.request.polled
    assert to is not None
    polled = await cross_device.find_open(unit, provider.keys.sealer, to.request_id)
    if polled is None:
        raise RequestOver
    if isinstance(step, Refuse):
        # Refusing takes no session: this browser is the phone of who was asked, or has the code.
        refuses = to.person_id if person is None else person.person_id
        return await refuse_polled(unit, provider.keys.sealer, polled, refuses)
    assert person is not None
    approval = Approval(person.session_id, ended.grant_id, step.authorisation)
    return await approve_polled(unit, provider.keys.sealer, polled, approval)
