"""`/sandbox/ciba/{auth_req_id}/{answer}`: a make-believe person answers in the app, without a phone, for who tries CIBA
out and for suites of tests."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.consent.service import Shown
from vneid_idp.cross_device import service as cross_device
from vneid_idp.cross_device.service import PolledRequest
from vneid_idp.identity import accounts
from vneid_idp.identity.ages import age
from vneid_idp.interaction.decide import Situation, decide
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import new_id
from vneid_idp.protocol.acts import Confirmed
from vneid_idp.protocol.claims import Decision
from vneid_idp.protocol.details.granting import digest_of
from vneid_idp.protocol.interaction import AskConsent, Issue, WaitingFacts
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.answer_polled import Approval, Deliveries, approve_polled, refuse_polled, take_polled
from vneid_idp.use_cases.end_session import end_session
from vneid_idp.use_cases.give_consent import give_consent
from vneid_idp.use_cases.stand_in import stand_in
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.doors import Door
from vneid_idp.web.responses import json_response
from vneid_idp.web.session import BrowserSession

_SHOWN = Shown("Agreed to everything by the sandbox, in the name of a make-believe person.", "en")


class NobodyAnswers(DomainError):
    """There is no open request of this id, or nobody who could answer it like this."""

    code = "nobody_answers"
    status = 409
    title = (
        "No request of this auth_req_id is open, its hint means nobody who could answer, or it takes a page or "
        "a second person."
    )


async def allow(request: Request) -> Response:
    """`POST …/allow`: the person picks the right number and agrees to all that is asked."""
    provider = idp(request)
    polled, person_id = await _asked(request, provider)
    await provider.dispatcher.attempt(await _allow(provider, polled, person_id))
    return json_response({})


async def deny(request: Request) -> Response:
    """`POST …/deny`: the person refuses."""
    provider = idp(request)
    polled, person_id = await _asked(request, provider)
    told = await provider.db.transact(lambda unit: refuse_polled(unit, provider.keys.sealer, polled, person_id))
    await provider.dispatcher.attempt(told)
    return json_response({})


async def _asked(request: Request, provider: Idp) -> tuple[PolledRequest, str]:
    async with provider.db.glance() as unit:
        polled = await cross_device.find_by_handle(unit, provider.keys.sealer, request.path_params["auth_req_id"])
    if polled is None or polled.person_id is None:
        raise NobodyAnswers
    return polled, polled.person_id


async def _allow(provider: Idp, polled: PolledRequest, person_id: str) -> Deliveries:
    """Sign in with a passkey, agree, approve and sign out, by the use cases of the pages."""
    sealer = provider.keys.sealer

    async def sign_in(unit: Unit) -> BrowserSession:
        session = await stand_in(unit, person_id)
        number = await cross_device.shown_number(unit, polled) or ""
        await take_polled(unit, sealer, polled, session, None, number)
        return BrowserSession(person_id, session.session_id, session.generation)

    session = await provider.db.transact(sign_in)
    found = await _decided(provider, polled, session, None)
    if isinstance(found.step, AskConsent):
        confirmed = await _agree(provider, polled, session, found.step)
        found = await _decided(provider, polled, session, confirmed)

    async def approve(unit: Unit) -> Deliveries:
        if not isinstance(found.step, Issue):
            raise NobodyAnswers
        approval = Approval(session.session_id, new_id("grt"), found.step.authorisation)
        return await approve_polled(unit, sealer, polled, approval)

    try:
        return await provider.db.transact(approve)
    finally:
        await provider.db.transact(lambda unit: end_session(unit, person_id, session.session_id))


async def _decided(
    provider: Idp, polled: PolledRequest, session: BrowserSession, confirmed: Confirmed | None
) -> Situation:
    policy, client = await provider.current_policy(), await provider.clients.get(polled.client_id)
    waiting = WaitingFacts(polled.opened_at, confirmed=confirmed)
    return await decide(provider.db, provider.keys, provider.vault, policy, client, polled.request, session, waiting)


async def _agree(provider: Idp, polled: PolledRequest, session: BrowserSession, step: AskConsent) -> Confirmed:
    policy, person_id = await provider.current_policy(), session.person_id
    decided = {item.name: Decision(item.purpose, item.version, given=True) for item in step.items}

    async def agree(unit: Unit) -> None:
        found = await accounts.find_with_profile(unit, provider.vault, person_id)
        if found is None:
            raise NobodyAnswers
        years, rules = age(found[1].record.birth_date, unit.now), policy.at(unit.now)
        who = person_id, session.session_id, polled.client_id
        await give_consent(unit, provider.vault, *who, decided, _SHOWN, acts=step.acts, years=years, rules=rules)

    await provider.db.transact(agree)
    return Confirmed(person_id, digest_of(step.acts.details))


doors = [
    Door.api("/sandbox/ciba/{auth_req_id}/allow", allow, "POST"),
    Door.api("/sandbox/ciba/{auth_req_id}/deny", deny, "POST"),
]
