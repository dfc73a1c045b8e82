"""`/guardian/{interaction}`: a child waits here for a parent or guardian, and reads what they decided.

The page can be left open, reloaded and come back to while the request lasts; then it leads back to the relying party.
"""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.consent import approvals
from vneid_idp.consent.approvals import Approval, Outcome
from vneid_idp.identity import accounts
from vneid_idp.identity.ages import age
from vneid_idp.identity.guardians import Guardian, who_can_act
from vneid_idp.identity.register.guardianship import Consenting, named_guardians, who_consents
from vneid_idp.interaction import service
from vneid_idp.interaction.visit import Visit, enter, leave
from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol.interaction import AwaitGuardian, GuardianAnswer
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.ask_guardian import take_back_asking
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.responses import json_response, see_other
from vneid_idp.web.session import BrowserSession
from vneid_idp.web.templates import render


async def show(request: Request) -> Response:
    """What happens now, or that it was refused; once it was agreed to, or nobody answered, back to the service."""
    visit = await enter(request)
    step = visit.situation.step
    if not isinstance(step, AwaitGuardian):
        return visit.onward()
    asked, guardians, alone = await _who_answers(visit)
    if asked is None or alone:
        # A birthday, or a change of the law: whoever decides alone by now is asked alone.
        await visit.provider.db.transact(lambda unit: service.wait_no_more(unit, visit.interaction), durable=False)
        return visit.onward()
    left = max(1, (visit.interaction.waits_until - visit.provider.clock.now()) // SECOND + 1)
    waiting = step.answer is GuardianAnswer.WAITING
    response = render(
        request,
        "interaction/await_guardian.html",
        visit=visit,
        waiting=waiting,
        guardians=[guardian.full_name for guardian in guardians],
        until=visit.interaction.waits_until,
        answerable_until=asked.expires_at,
        left=left,
        address=visit.provider.url("/me"),
    )
    if waiting:
        # For browsers without scripts: once, when the time is over.
        response.headers["Refresh"] = str(left)
    return response


async def answer(request: Request) -> Response:
    """`…/answer`: whether the page still is the one to show. The script of the page asks it."""
    visit = await enter(request)
    step = visit.situation.step
    return json_response({"waiting": isinstance(step, AwaitGuardian) and step.answer is GuardianAnswer.WAITING})


async def submit(request: Request) -> Response:
    """Take it back, go back to the service after a refusal, wait longer, or look again."""
    form = await read_form(request)
    visit = await enter(request)
    step, session, approval_id = visit.situation.step, visit.session, visit.interaction.approval_id
    if session is None or approval_id is None:
        return visit.onward()
    if not isinstance(step, AwaitGuardian):
        later = await _asked_later(visit, session.person_id, approval_id) if form["leave"] else None
        return visit.onward() if later is None else await _take_back(visit, session, later.approval_id)
    if form["extend"]:
        await visit.provider.db.transact(lambda unit: service.wait_longer(unit, visit.interaction), durable=False)
    elif form["leave"] and step.answer is GuardianAnswer.REFUSED:
        return await leave(visit, "guardian")
    elif form["leave"]:
        return await _take_back(visit, session, approval_id)
    return see_other(f"/guardian/{visit.interaction.interaction_id}")


async def _take_back(visit: Visit, session: BrowserSession, approval_id: str) -> Response:
    async def work(unit: Unit) -> None:
        await take_back_asking(unit, session.person_id, session.session_id, approval_id)
        await service.refuse(unit, visit.interaction, "consent")

    await visit.provider.db.transact(work)
    return visit.onward()


async def _asked_later(visit: Visit, child_id: str, approval_id: str) -> Approval | None:
    """What waits in place of what this page showed: the child asked again in another tab, and who does not want it any
    more here means that."""
    async with visit.provider.db.reading() as unit:
        asked = await approvals.find(unit, child_id, approval_id)
        if asked is None or asked.outcome is not Outcome.REPLACED:
            return None
        waiting = await approvals.list_open(unit, child_id)
    return next((each for each in waiting if each.client_id == asked.client_id), None)


async def _who_answers(visit: Visit) -> tuple[Approval | None, tuple[Guardian, ...], bool]:
    """What waits, who can answer it now, and whether the person decides alone by now."""
    provider, person = visit.provider, visit.situation.person
    assert person is not None
    assert visit.interaction.approval_id is not None
    policy = await provider.current_policy()
    async with provider.db.reading() as unit:
        asked = await approvals.find(unit, person.person_id, visit.interaction.approval_id)
        found = await accounts.find_with_profile(unit, provider.vault, person.person_id)
        if found is None:
            return asked, (), False
        rules, record = policy.at(unit.now), found[1].record
        guardians = await who_can_act(unit, provider.vault, named_guardians(record), rules)
        alone = who_consents(age(record.birth_date, unit.now), rules) is Consenting.ALONE
    return asked, guardians, alone


doors = [
    Door.page("/guardian/{interaction}", show),
    Door.page("/guardian/{interaction}", submit, "POST"),
    Door.api("/guardian/{interaction}/answer", answer),
]
