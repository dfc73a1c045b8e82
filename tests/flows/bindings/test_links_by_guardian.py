"""Who is under 16 links no account, and is asked for nothing by a request that is to link one."""

import pytest

from tests.support.country import Country
from tests.support.parents import answer_for_child
from tests.support.relying_party import Person, RelyingParty
from tests.support.visitor import shown
from vneid_idp.consent import approvals
from vneid_idp.kernel.clock import HOUR, MINUTE
from vneid_idp.protocol.levels import LEVEL_2


@pytest.mark.parametrize("agreed_before", [False, True])
async def test_a_child_is_asked_for_nothing_where_an_account_is_to_be_linked(
    land: Country, party: RelyingParty, *, agreed_before: bool
) -> None:
    child = Person(land, land.people["fifteen"])
    if agreed_before:
        page = shown(await child.sign_in(await child.start(party.request(scope="openid age"))))
        await child.submit(page, answer="agree", **page.choices)
        await answer_for_child(land, "guardian", "agree")
    request = party.request(scope="openid age binding:social_account", acr_values=LEVEL_2)
    found = await child.start(request)
    page = shown(found if agreed_before else await child.sign_in(found))
    assert "Dưới 16 tuổi, cha mẹ hoặc người giám hộ liên kết tài khoản" in page.text, "also before a second proof"
    assert 'value="agree"' not in page.response.text
    # No other address of the request has anything to agree to.
    interaction = page.path.split("/")[-1]
    for other in ("consent", "guardian", "authorize"):
        assert shown(await child.open(f"/{other}/{interaction}")).path == page.path
    sent = await child.browser.post(f"/consent/{interaction}", data={**page.hidden, "answer": "agree"})
    assert sent.headers["location"] == f"/authorize/{interaction}"
    answer = request.read_answer(str(await child.submit(page, leave="1")))
    assert (answer["error"], answer["error_description"]) == ("access_denied", "What was asked for was not agreed to.")
    async with land.idp.db.reading() as unit:
        assert await approvals.list_open(unit, child.persona.record.person_id) == []
    assert "từ chối" not in shown(await child.open("/me/history")).text, "nobody declined"


async def test_a_child_is_told_where_a_service_has_no_way_for_parents(land: Country) -> None:
    party = RelyingParty(land, await land.register(scope="openid binding:social_account"))
    child = Person(land, land.people["fifteen"])
    page = shown(await child.sign_in(await child.start(party.request(scope="openid binding:social_account"))))
    assert "Mạng thử chưa có cách để cha mẹ hoặc người giám hộ liên kết" in page.text
    assert "Cha mẹ chọn bạn" not in page.text


async def test_who_turns_sixteen_on_the_page_links_the_account_alone(land: Country, party: RelyingParty) -> None:
    land.watch.advance(15 * HOUR + 50 * MINUTE)
    child = Person(land, land.people["sixteen-tomorrow"])
    page = shown(await child.sign_in(await child.start(party.request(scope="openid binding:social_account"))))
    assert page.path.startswith("/guardian-acts/")
    land.watch.advance(10 * MINUTE)
    page = shown(await child.open(page.path))
    assert page.path.startswith("/consent/")
    assert "Dưới 16 tuổi" not in page.text
