"""A child who says no to a service has said no: what a parent was asked before is answered by nobody any more.
And who is asked answers, and nobody else in the same browser."""

import asyncio
from functools import partial

import pytest

from tests.support.country import REDIRECT_URI, Country
from tests.support.pages import opened, taken_back
from tests.support.parents import at_request
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import known
from tests.support.visitor import shown
from vneid_idp.consent import approvals
from vneid_idp.consent import service as consents
from vneid_idp.consent.approvals import Approval, ApprovalOver, Outcome
from vneid_idp.consent.service import Shown
from vneid_idp.identity import persons
from vneid_idp.kernel.clock import DAY
from vneid_idp.policy.rules import Threshold
from vneid_idp.protocol.claims import Decision
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.ask_guardian import take_back_asking
from vneid_idp.use_cases.consent_for_child import agree_for_child, refuse_for_child
from vneid_idp.use_cases.withdraw_consent import withdraw_consent

SCOPE = "openid age full_name offline_access"


@pytest.mark.parametrize("how", ["refused", "nothing more", "withdrawn"])
async def test_who_said_no_afterwards_is_agreed_for_by_nobody(land: Country, party: RelyingParty, how: str) -> None:
    someone = await known(land, "child-9", "pwd")
    child, record = someone.person, someone.person.persona.record
    if how != "refused":
        await child.submit(shown(await child.start(party.request(scope="openid age"))), answer="agree")
        parent, at = await at_request(land)
        await parent.person.submit(at, answer="agree")
    # More is asked, the child agrees, and a parent has not answered yet.
    page = shown(await child.start(party.request(scope=SCOPE)))
    page = shown(await child.submit(page, answer="agree", **page.choices))
    assert page.path.startswith("/guardian/")
    parent, at = await at_request(land)
    async with land.idp.db.reading() as unit:
        before = await consents.list_current(unit, record.person_id)
    if how == "withdrawn":
        await taken_back(child, "/me/services/withdraw", consent=before[0].consent_id)
        before = []
    else:
        scope = SCOPE if how == "refused" else "openid age email"
        page = shown(await child.start(party.request(scope=scope)))
        assert page.path.startswith("/consent/")
        assert isinstance(await child.submit(page, answer="refuse" if how == "refused" else "no_more"), str)
    late = shown(await parent.person.submit(at, answer="agree"))
    assert late.response.status_code == 409
    async with land.idp.db.reading() as unit:
        stands = await consents.list_current(unit, record.person_id)
    told = {name for each in stands for name, decision in each.decisions.items() if decision.gives}
    assert told == {name for each in before for name, decision in each.decisions.items() if decision.gives}
    assert "full_name" not in told


async def test_of_a_yes_and_a_no_at_once_the_first_counts_and_nothing_stands_beside_it(
    land: Country, party: RelyingParty
) -> None:
    parent, child = await known(land, "guardian", "pwd", "sms"), await known(land, "child-9", "pwd")
    answer = await persons.ask(land.idp.db, land.idp.registry, child.person_id)
    assert answer is not None
    rules = (await land.idp.current_policy()).at(land.watch.now())
    decided = {"full_name": Decision("account", 1, given=True)}
    of, text = (parent.person_id, parent.session_id, answer), Shown("text", "vi")

    async def act(unit: Unit, approval: Approval, how: Outcome) -> Outcome:
        match how:
            case Outcome.AGREED:
                await agree_for_child(unit, *of, approval, text, rules)
            case Outcome.REFUSED:
                await refuse_for_child(unit, *of, approval, rules)
            case _:
                await take_back_asking(unit, child.person_id, child.session_id, approval.approval_id)
        return how

    async def done(approval: Approval, how: Outcome) -> Outcome | None:
        try:
            return await land.idp.db.transact(partial(act, approval=approval, how=how))
        except ApprovalOver:
            return None

    for number in range(9):
        async with land.idp.db.writing() as unit:
            scope, life = ("openid", "full_name"), rules[Threshold.GUARDIAN_ANSWER_DAYS] * DAY
            approval = await approvals.ask(
                unit,
                child.person_id,
                party.client_id,
                scope,
                {},
                decided,
                text,
                REDIRECT_URI,
                proved_level=1,
                life=life,
            )
        ways = [Outcome.AGREED, Outcome.REFUSED, Outcome.TAKEN_BACK, Outcome.AGREED, Outcome.REFUSED]
        answers = await asyncio.gather(*(done(approval, how) for how in ways[number % 5 :] + ways[: number % 5]))
        (first,) = [each for each in answers if each is not None]
        async with land.idp.db.reading() as reading:
            found = await approvals.find(reading, child.person_id, approval.approval_id)
            stands = await consents.list_current(reading, child.person_id)
        assert found is not None
        assert (found.outcome, len(stands)) == (first, int(first is Outcome.AGREED))
        for each in stands:
            await land.idp.db.transact(
                partial(withdraw_consent, vault=land.idp.vault, person_id=child.person_id, consent_id=each.consent_id)
            )


@pytest.mark.parametrize("pressed", ["agree", "refuse"])
async def test_nobody_answers_on_the_page_of_the_other_parent(land: Country, party: RelyingParty, pressed: str) -> None:
    child = (await known(land, "fifteen", "pwd")).person
    page = shown(await child.start(party.request(scope=SCOPE)))
    await child.submit(page, answer="agree", **page.choices)
    mother, at = await at_request(land)
    assert mother.person.persona.record.full_name in at.text, "the page names whom it asks"
    father = (await known(land, "father")).person
    theirs = shown(await father.open(at.path))
    form = at.hidden | {"csrf_token": theirs.hidden["csrf_token"], "answer": pressed}
    assert (await father.browser.post(at.path, data=form)).status_code == 409
    async with land.idp.db.reading() as unit:
        assert len(await approvals.list_open(unit, child.persona.record.person_id)) == 1


async def test_a_child_finds_at_the_own_pages_what_waits_and_takes_it_back(land: Country, party: RelyingParty) -> None:
    child = (await known(land, "child-9")).person
    page = shown(await child.start(party.request(scope=SCOPE)))
    await child.submit(page, answer="agree", **page.choices)
    parent, at = await at_request(land)
    mine = await opened(child, "/me")
    assert "Cha mẹ hoặc người giám hộ đang được hỏi ý kiến về Mạng thử" in mine.text
    form = {"request": mine.hidden["request"], "csrf_token": mine.hidden["csrf_token"]}
    other = (await known(land, "fifteen")).person
    forged = {**form, "csrf_token": (await opened(other, "/me/security")).hidden["csrf_token"]}
    assert (await other.browser.post("/me/requests/take-back", data=forged)).status_code == 409
    await child.browser.post("/me/requests/take-back", data=form)
    assert "đang được hỏi ý kiến" not in (await opened(child, "/me")).text
    late = shown(await parent.person.submit(at, answer="agree"))
    assert late.response.status_code == 409
    assert 'href="/me/children"' in late.response.text, "and the way to what waits else"
