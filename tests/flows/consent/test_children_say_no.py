"""A child who says no to a service has said no: what a parent was asked before is answered by nobody any more."""

import pytest

from tests.support.country import Country
from tests.support.pages import taken_back
from tests.support.parents import at_request
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import known
from tests.support.visitor import shown
from vneid_idp.consent import service as consents

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
