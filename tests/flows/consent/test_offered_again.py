"""What a person left out is not left out for ever: they learn what it means, and are offered it again after a time, or
when they wish it."""

import pytest

from tests.support.country import PURPOSE, Country
from tests.support.events import kinds_of
from tests.support.relying_party import RelyingParty, query_of
from tests.support.shortcuts import Known, known
from tests.support.visitor import shown
from vneid_idp.consent.service import list_receipts
from vneid_idp.kernel.clock import DAY
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.rules import Threshold

SCOPE = "openid identity email"


def days(land: Country) -> int:
    """After how many days, as the policy has it."""
    return shipped().at(land.watch.now())[Threshold.OFFERED_AGAIN_DAYS]


async def left_out(land: Country, party: RelyingParty) -> Known:
    """Somebody who agreed to what is required and ticked nothing else."""
    someone = await known(land)
    page = shown(await someone.person.start(party.request(scope=SCOPE)))
    assert f"{days(land)}" in page.text, "the page says when it asks again"
    assert "nếu dịch vụ đề nghị bạn đồng ý lại từ đầu" in page.text, "and when it may be sooner"
    assert isinstance(await someone.person.submit(page, answer="agree"), str)
    return someone


async def is_asked(land: Country, party: RelyingParty, **params: str) -> bool:
    """Whether a new sign-in at the service shows the consent page, and does not lead straight back with a code."""
    found = await (await known(land)).person.start(party.request(scope=SCOPE, **params))
    if isinstance(found, str):
        assert "code" in query_of(found), found
        return False
    assert found.path.startswith("/consent/")
    return True


async def test_after_the_time_of_the_policy_and_not_where_no_page_may_be_shown(
    land: Country, party: RelyingParty
) -> None:
    await left_out(land, party)
    land.watch.advance(days(land) * DAY - 1)
    assert not await is_asked(land, party)
    assert await is_asked(land, party, prompt="consent")
    land.watch.advance(2)
    assert not await is_asked(land, party, prompt="none"), "what works silently is not ended by an offer"
    someone = await known(land)
    page = shown(await someone.person.start(party.request(scope=SCOPE)))
    assert "minh.anh@thu.example" in page.text
    assert isinstance(await someone.person.submit(page, answer="agree", **page.choices), str)
    land.watch.advance(days(land) * DAY + 1)
    assert not await is_asked(land, party), "what was given is asked no more"


async def test_an_offer_that_is_left_out_once_more_waits_as_long_again(land: Country, party: RelyingParty) -> None:
    await left_out(land, party)
    land.watch.advance(days(land) * DAY + 1)
    someone = await known(land)
    page = shown(await someone.person.start(party.request(scope=SCOPE)))
    assert isinstance(await someone.person.submit(page, answer="agree"), str)
    assert not await is_asked(land, party)


async def test_who_wants_to_share_no_more_goes_on_with_what_was_agreed_before(
    land: Country, party: RelyingParty
) -> None:
    await left_out(land, party)
    land.watch.advance(days(land) * DAY + 1)
    someone = await known(land)
    request = party.request(scope=SCOPE)
    page = shown(await someone.person.start(request))
    assert "Không chia sẻ thêm" in page.text
    assert "không có thông tin nào được chia sẻ" not in page.text, "what was agreed to before stands"
    away = await someone.person.submit(page, answer="no_more")
    assert isinstance(away, str)
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
    told = (await party.userinfo(tokens["access_token"])).json()
    assert "identity_level" in told
    assert "email" not in told
    assert not await is_asked(land, party), "it waits as long again"


@pytest.mark.parametrize("no", ["refuse", "no_more"])
async def test_what_a_service_needs_is_no_offer_and_a_refusal_leaves_what_stands(land: Country, no: str) -> None:
    party = RelyingParty(
        land, await land.register(purposes=[{**PURPOSE, "required": ["full_name"], "optional": ["identity_level"]}])
    )
    someone = await known(land)
    await someone.agree(party, "identity_level")
    page = shown(await someone.person.start(party.request(scope="openid identity full_name")))
    assert "không có gì được chia sẻ thêm" in page.text
    assert "Không chia sẻ thêm" not in page.text
    away = await someone.person.submit(page, answer=no)
    assert isinstance(away, str)
    assert query_of(away)["error"] == "access_denied"


async def test_when_the_person_wishes_it_and_what_was_given_stands(land: Country, party: RelyingParty) -> None:
    someone = await left_out(land, party)
    assert not await is_asked(land, party)
    given = {"scope": "openid", "claims": '{"userinfo":{"identity_level":null}}'}
    before = (await party.userinfo((await someone.tokens(party, **given))["access_token"])).json()
    assert "identity_level" in before
    services = shown(await someone.person.open("/me/services"))
    assert services.response.text.count("/me/services/reopen") == 1
    form = {name: services.hidden[name] for name in ("csrf_token", "kept_back")}
    answer = await someone.person.browser.post("/me/services/reopen", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/services?reopened")
    after = (await party.userinfo((await someone.tokens(party, **given))["access_token"])).json()
    assert after == before, "nothing is given by it, nor taken back"
    services = shown(await someone.person.open("/me/services"))
    assert "/me/services/reopen" not in services.response.text
    assert "Bạn sẽ được hỏi lại vào lần tới" in services.text
    silent = party.request(scope=SCOPE, prompt="none")
    assert "code=" in str(await someone.person.start(silent)), "what works silently goes on, as when the time is up"
    assert await is_asked(land, party)
    assert party.registered.client.client_name in shown(await someone.person.open("/me/history")).text
    assert "consent.reopened" in await kinds_of(land)


async def test_nobody_reopens_the_consent_of_another(land: Country, party: RelyingParty) -> None:
    someone = await left_out(land, party)
    consent_id = shown(await someone.person.open("/me/services")).hidden["kept_back"]
    other = await known(land, "plain")
    page = shown(await other.person.open("/me/security"))
    answer = await other.person.browser.post(
        "/me/services/reopen", data={"csrf_token": page.hidden["csrf_token"], "kept_back": consent_id}
    )
    assert answer.status_code == 404
    assert not await is_asked(land, party)


async def test_who_ticks_nothing_at_all_is_told_what_it_means_before_it_is_kept(
    land: Country, party: RelyingParty
) -> None:
    someone = await known(land)
    request = party.request(scope="openid email")
    page = shown(await someone.person.start(request))
    told = shown(await someone.person.submit(page, answer="agree"))
    assert told.response.status_code == 200
    assert "Bạn chưa chọn thông tin nào" in told.text
    assert "consent.given" not in await kinds_of(land), "nothing is kept yet"
    away = await someone.person.submit(told, answer="agree")
    assert isinstance(away, str)
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
    assert tokens["scope"] == "openid", "the service learns it from the scope"
    async with land.idp.db.reading() as unit:
        [receipt] = await list_receipts(unit, someone.person_id, party.client_id)
    assert "Bạn chưa chọn thông tin nào" in receipt.shown


async def test_who_ticks_something_on_that_page_shares_it(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    request = party.request(scope="openid email")
    told = shown(await someone.person.submit(shown(await someone.person.start(request)), answer="agree"))
    away = await someone.person.submit(told, answer="agree", **told.choices)
    assert isinstance(away, str)
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
    assert tokens["scope"] == "openid email"
