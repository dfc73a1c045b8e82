"""A child does not consent alone (Law 91/2025/QH15 Art. 24): nothing is told before a parent or guardian agreed too."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest

from tests.support.country import PURPOSE, Country
from tests.support.deeds import DEED
from tests.support.pages import opened, taken_back
from tests.support.parents import SCOPE, at_consent, at_request, learned
from tests.support.people import brought_into_step
from tests.support.purposes import set_purposes
from tests.support.relying_party import Page, Person, RelyingParty, Request
from tests.support.shortcuts import known
from tests.support.tokens import person_token
from tests.support.visitor import shown
from vneid_idp.consent import approvals
from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Shown
from vneid_idp.identity import persons
from vneid_idp.identity.register.records import LockedBy
from vneid_idp.kernel.clock import DAY, HOUR
from vneid_idp.protocol.claims import SCOPE_CLAIMS, Decision
from vneid_idp.sandbox.country.population import Population
from vneid_idp.use_cases.consent_for_child import GuardianLevelRequired, NotTheirGuardian, agree_for_child
from vneid_idp.use_cases.end_consents_given_too_young import end_consents_given_too_young
from vneid_idp.use_cases.lock_person import lock_person

EVENING = 15 * HOUR + HOUR // 2
"""From the morning of the tests to half an hour before midnight in Viet Nam."""


async def asked(land: Country, party: RelyingParty, slug: str = "child-9") -> tuple[Person, Page, Request]:
    """A child who agreed to everything, on the page that waits."""
    child, page, request = await at_consent(land, party, slug)
    page = shown(await child.submit(page, answer="agree", **page.choices))
    assert page.path.startswith("/guardian/"), page.text
    return child, page, request


async def named_guardian(land: Country, slug: str, guardian: str) -> None:
    """The register names this person as the only guardian, and the feed has told it."""
    child = replace(land.people[slug].record, guardian_ids=(land.people[guardian].record.person_id,), revision=9)
    async with land.idp.db.writing() as unit:
        await Population(land.idp.vault, land.idp.keys.blind).register(unit, child)
        await brought_into_step(unit, land.idp.vault, land.idp.keys.blind, child)


async def test_child_and_parent_both_agree_before_anything_is_told(land: Country, party: RelyingParty) -> None:
    child, page, request = await at_consent(land, party, "child-9")
    mother = land.people["guardian"].record.full_name
    assert mother in page.text
    assert "dưới 16 tuổi" in page.text
    page = shown(await child.submit(page, answer="agree", **{"optional-0-name": "full"}))
    assert page.path.startswith("/guardian/")
    assert mother in page.text
    # Reloaded, come back to, or started anew without a page: no code.
    assert shown(await child.open(page.path)).path == page.path
    assert shown(await child.open(f"/authorize/{page.path.split('/')[-1]}")).path == page.path
    silent = party.request(scope=SCOPE, prompt="none")
    assert silent.read_answer(str(await child.start(silent)))["error"] == "consent_required"
    assert (await child.browser.get(f"{page.path}/answer")).json() == {"waiting": True}

    parent, at = await at_request(land)
    record = land.people["child-9"].record
    for words in (record.full_name, "Mạng thử", "Xác thực tài khoản", "Họ, chữ đệm và tên", "Dưới 13 tuổi"):
        assert words in at.text, words
    done = shown(await parent.person.submit(at, answer="agree"))
    assert done.path == "/me/children"
    assert record.full_name in done.text
    assert (await child.browser.get(f"{page.path}/answer")).json() == {"waiting": False}
    told = await learned(party, request, await child.open(page.path))
    assert told["age_band"] == "under_13"
    assert told["full_name"] == record.full_name
    assert isinstance(await child.start(party.request(scope=SCOPE)), str)

    # Both are named: in the receipt of the one and of the other, and in both histories.
    services = shown(await child.open("/me/services"))
    assert mother in services.text
    assert "xin thông tin về trẻ em bạn đại diện" in services.text, "what the parent read"
    assert f"Bạn và {mother} đã đồng ý" in shown(await child.open("/me/history")).text
    assert record.full_name in shown(await parent.person.open("/me/history")).text


async def test_the_parent_reads_what_is_true_of_this_service(land: Country) -> None:
    purpose = {**PURPOSE, "required": ["birthdate"], "required_in_full": ["birthdate"], "optional": []}
    party = RelyingParty(land, await land.register(purposes=[purpose], subject_type="public"))
    child, page, _ = await at_consent(land, party, "child-9", scope="openid profile")
    reason = "cho biết pháp luật yêu cầu chính các thông tin này"
    assert reason in page.text
    await child.submit(page, answer="agree")
    _, at = await at_request(land)
    assert reason in at.text
    assert "một số dịch vụ khác cũng biết" in at.text, "nor is a pseudonym promised where there is none"


async def test_a_refusal_is_told_and_tells_no_more(land: Country, party: RelyingParty) -> None:
    child, page, request = await asked(land, party)
    parent, at = await at_request(land)
    await parent.person.submit(at, answer="refuse")
    page = shown(await child.open(page.path))
    assert "không đồng ý" in page.text
    answer = request.read_answer(str(await child.submit(page, leave="1")))
    assert answer["error"] == "access_denied"
    assert "không đồng ý" in shown(await child.open("/me/history")).text
    # It is over: another click changes nothing, and the child is asked anew.
    late = shown(await parent.person.submit(at, answer="agree"))
    assert late.response.status_code == 409
    again = party.request(scope=SCOPE)
    page = shown(await child.start(again))
    assert page.path.startswith("/consent/")
    # That somebody has parents to ask, the service would learn by another word for the same.
    own = again.read_answer(str(await child.submit(page, answer="refuse")))
    assert (own["error"], own["error_description"]) == (answer["error"], answer["error_description"])


async def test_nobody_answers_and_the_service_is_told(land: Country, party: RelyingParty) -> None:
    child, page, request = await asked(land, party)
    land.watch.advance(HOUR - 1000)
    assert shown(await child.open(page.path)).path == page.path
    await child.submit(page, extend="1")
    land.watch.advance(HOUR - 1000)
    page = shown(await child.open(page.path))
    land.watch.advance(2000)
    answer = request.read_answer(str(await child.open(page.path)))
    assert answer["error"] == "access_denied"
    assert "time" not in answer["error_description"], "who decides alone is waited for by nobody"
    # The answer may come later, and the child need not agree again.
    parent, at = await at_request(land)
    await parent.person.submit(at, answer="agree")
    again = party.request(scope=SCOPE)
    page_or_away = await child.start(again)
    assert "code" in again.read_answer(
        str(await child.sign_in(page_or_away) if not isinstance(page_or_away, str) else page_or_away)
    )


async def test_a_request_to_a_parent_ends_after_its_days(land: Country, party: RelyingParty) -> None:
    await asked(land, party)
    parent, at = await at_request(land)
    land.watch.advance(7 * DAY + 1)
    parent = await known(land, "guardian")
    assert "/me/children/" not in shown(await parent.person.open("/me")).response.text
    late = await parent.person.open(at.path)
    assert shown(late).response.status_code == 409


async def test_the_child_takes_it_back(land: Country, party: RelyingParty) -> None:
    child, page, request = await asked(land, party)
    parent, at = await at_request(land)
    assert request.read_answer(str(await child.submit(page, leave="1")))["error"] == "access_denied"
    assert shown(await parent.person.submit(at, answer="agree")).response.status_code == 409


async def test_who_asked_again_in_another_tab_takes_that_back_in_the_first_too(
    land: Country, party: RelyingParty
) -> None:
    child, first, request = await asked(land, party)
    second = shown(await child.start(party.request(scope=SCOPE)))
    second = shown(await child.submit(second, answer="agree", **second.choices))
    assert second.path.startswith("/guardian/")
    parent, at = await at_request(land)
    assert request.read_answer(str(await child.submit(first, leave="1")))["error"] == "access_denied"
    assert shown(await parent.person.submit(at, answer="agree")).response.status_code == 409


async def test_a_service_that_asks_for_something_else_meanwhile_has_the_child_asked_anew(
    land: Country, party: RelyingParty
) -> None:
    child, page, _ = await asked(land, party)
    await set_purposes(
        land, party, {**PURPOSE, "text": {"vi": "Lý do khác", "en": "Another reason"}}, material=("account",)
    )
    parent = await known(land, "guardian")
    assert "/me/children/apr" not in shown(await parent.person.open("/me")).response.text
    assert (await child.browser.get(f"{page.path}/answer")).json() == {"waiting": False}
    anew = shown(await child.open(page.path))
    assert anew.path.startswith("/consent/")
    assert "Lý do khác" in anew.text


@pytest.mark.parametrize("case", ["level", "guardianship", "locked", "child_locked"])
async def test_a_parent_who_may_not_decide_decides_nothing(land: Country, party: RelyingParty, case: str) -> None:
    await asked(land, party)
    parent, at = await at_request(land)
    mother, son = (land.people[slug].record.person_id for slug in ("guardian", "child-9"))
    if case == "level":
        low = await known(land, "guardian", "pwd")
        second = shown(await low.person.open(at.path))
        assert second.path == "/signin/second"
        assert "Để quyết định thay cho trẻ em" in second.text, "it says why"
        assert low.person.persona.record.full_name in second.text
        here = shown(await low.person.open("/me/security")).hidden
        await low.person.browser.post(at.path, data={**at.hidden, "csrf_token": here["csrf_token"], "answer": "agree"})
    elif case == "guardianship":
        await named_guardian(land, "child-9", "grandmother")
    else:
        locked = mother if case == "locked" else son
        await land.idp.db.transact(lambda unit: lock_person(unit, land.idp.vault, locked, LockedBy.HOLDER, DEED))
    if case != "level":
        await parent.person.submit(at, answer="agree")
    async with land.idp.db.reading() as unit:
        assert await consents.list_current(unit, son) == []


async def test_the_act_itself_asks_who_decides_and_how_they_signed_in(land: Country, party: RelyingParty) -> None:
    await asked(land, party)
    child_id = land.people["child-9"].record.person_id
    answer = await persons.ask(land.idp.db, land.idp.registry, child_id)
    assert answer is not None
    async with land.idp.db.reading() as unit:
        (approval,) = await approvals.list_open(unit, child_id)
    rules = (await land.idp.current_policy()).at(land.watch.now())
    no_guardian = replace(answer, record=replace(answer.record, guardian_ids=()))
    for methods, said, refusal in (
        (("pwd",), answer, GuardianLevelRequired),
        (("pwd", "sms"), no_guardian, NotTheirGuardian),
    ):
        who = await known(land, "guardian", *methods)
        of = who.person_id, who.session_id, said, approval, Shown("text", "vi"), rules
        with pytest.raises(refusal):
            await land.idp.db.transact(lambda unit, of=of: agree_for_child(unit, *of))  # type: ignore[misc]
    async with land.idp.db.reading() as unit:
        assert len(await approvals.list_open(unit, child_id)) == 1


async def test_withdrawal_by_the_parent_ends_everything_and_both_read_it(land: Country, party: RelyingParty) -> None:
    child, page, request = await asked(land, party)
    parent, at = await at_request(land)
    done = shown(await parent.person.submit(at, answer="agree"))
    told = await learned(party, request, await child.open(page.path))
    fields = dict(done.hidden)
    named = {"child": fields["child"], "consent": fields["consent"]}
    asks = await opened(parent.person, "/me/children/withdraw?" + urlencode(named))
    assert child.persona.record.full_name in asks.text
    assert "chạm một lần" not in asks.text, "what two agreed to takes both again"
    withdrawn = await taken_back(parent.person, "/me/children/withdraw", **named)
    assert "đã được rút lại" in withdrawn.text
    assert (await party.refresh(told["refresh_token"])).json()["error"] == "invalid_grant"
    mother = land.people["guardian"].record.full_name
    assert f"{mother} đã rút lại" in shown(await child.open("/me/history")).text
    # Somebody else's child is nobody's to decide for.
    stranger = await known(land, "grandmother")
    page = shown(await stranger.person.open("/me/children"))
    token = (await opened(stranger.person, "/me/security")).hidden["csrf_token"]
    for sent in (
        stranger.person.browser.post("/me/children/withdraw", data={**named, "csrf_token": token}),
        stranger.person.browser.get("/me/children/withdraw", params=named),
    ):
        assert (await sent).status_code == 403


@pytest.mark.parametrize("by", ["the child", "another guardian"])
async def test_who_agreed_with_a_child_reads_who_ended_it(land: Country, party: RelyingParty, by: str) -> None:
    child, _, _ = await asked(land, party)
    mother, at = await at_request(land)
    fields = dict(shown(await mother.person.submit(at, answer="agree")).hidden)
    aunt, name = land.people["complete"].record, child.persona.record.full_name
    if by == "the child":
        await taken_back(child, "/me/services/withdraw", consent=fields["consent"])
        said = f"Sự đồng ý của {name} đối với Mạng thử mà bạn đã cùng đồng ý đã được rút lại."
    else:
        both = replace(child.persona.record, guardian_ids=(mother.person_id, aunt.person_id), revision=9)
        async with land.idp.db.writing() as unit:
            await Population(land.idp.vault, land.idp.keys.blind).register(unit, both)
            await brought_into_step(unit, land.idp.vault, land.idp.keys.blind, both)
        other = (await known(land, "complete", "pwd", "sms")).person
        await taken_back(other, "/me/children/withdraw", child=fields["child"], consent=fields["consent"])
        said = f"{aunt.full_name} đã rút lại sự đồng ý cho {name} đối với Mạng thử."
    assert said in (await opened(mother.person, "/me/history")).text


NOTHING_REQUIRED = {**PURPOSE, "required": [], "optional": ["full_name"]}


async def test_a_child_who_shares_nothing_reads_first_that_nobody_is_asked(land: Country) -> None:
    party = RelyingParty(land, await land.register(purposes=[NOTHING_REQUIRED]))
    child, page, request = await at_consent(land, party, "child-9", scope="openid full_name")
    assert page.choices == {"optional-0-name": "full"}
    page = shown(await child.submit(page, answer="agree"))
    assert "Bạn chưa chọn thông tin nào" in page.text
    assert "không có thông tin nào về bạn được chia sẻ và không ai hỏi cha mẹ" in page.text
    assert "Tiếp tục mà không chia sẻ gì" in page.text
    assert "Đồng ý và hỏi ý kiến" not in page.text
    told = await learned(party, request, await child.submit(page, answer="agree"))
    assert set(told) == {"sub", "refresh_token"}


async def test_who_ticks_nothing_and_asks_for_what_takes_no_tick_still_has_somebody_asked(land: Country) -> None:
    party = RelyingParty(land, await land.register(purposes=[NOTHING_REQUIRED]))
    child, page, _ = await at_consent(land, party, "child-9", scope="openid full_name offline_access")
    page = shown(await child.submit(page, answer="agree"))
    assert "chỉ được hỏi về những gì không cần chọn" in page.text
    assert "Đồng ý và hỏi ý kiến" in page.text
    assert shown(await child.submit(page, answer="agree")).path.startswith("/guardian/")


async def test_a_child_under_seven_of_whom_nothing_is_needed_goes_on_and_reads_so(land: Country) -> None:
    party = RelyingParty(land, await land.register(purposes=[NOTHING_REQUIRED]))
    child, page, request = await at_consent(land, party, "child-5", scope="openid full_name")
    assert "Không cần hỏi cha mẹ hoặc người giám hộ" in page.text
    assert "Tiếp tục mà không chia sẻ gì" in page.text
    # Nobody answers, so nobody is named, and no button says that they are asked.
    for words in ("Hỏi ý kiến", "Người có thể trả lời", land.people["grandmother"].record.full_name):
        assert words not in page.text, words
    told = await learned(party, request, await child.submit(page, answer="agree"))
    assert set(told) == {"sub", "refresh_token"}


async def test_a_child_under_seven_is_not_asked(land: Country, party: RelyingParty) -> None:
    child, page, request = await at_consent(land, party, "child-5")
    assert page.choices == {}
    assert "chỉ cha mẹ hoặc người giám hộ quyết định" in page.text
    # What the service can do without is not put before the grandmother, whatever the form says.
    page = shown(await child.submit(page, answer="agree", **{"optional-0-name": "full"}))
    assert page.path.startswith("/guardian/")
    guardian, at = await at_request(land, "grandmother")
    await guardian.person.submit(at, answer="agree")
    told = await learned(party, request, await child.open(page.path))
    assert "full_name" not in told
    assert told["age_band"] == "under_13"


async def test_a_child_whom_nobody_can_answer_for_shares_nothing(land: Country, party: RelyingParty) -> None:
    child, page, first = await at_consent(land, party, "sixteen-tomorrow")
    assert "Chưa có ai để hỏi ý kiến" in page.text
    assert "cha mẹ hoặc người giám hộ cần có tài khoản mức độ 2" in page.text, "and what to do"
    assert 'value="agree"' not in page.response.text, "nothing to press that does nothing"
    assert page.choices == {}
    assert "do bạn chọn" not in page.text
    assert "Quay lại Mạng thử" in page.text
    assert shown(await child.submit(page, answer="agree")).response.status_code == 409
    assert first.read_answer(str(await child.submit(page, answer="refuse")))["error"] == "access_denied"
    land.watch.advance(DAY)
    again = party.request(scope=SCOPE)
    page = shown(await child.sign_in(await child.start(again)))
    assert "cha mẹ" not in page.text
    assert "code" in again.read_answer(str(await child.submit(page, answer="agree")))


async def test_a_child_whom_nobody_can_answer_for_goes_on_where_nothing_has_to_be_shared(land: Country) -> None:
    party = RelyingParty(land, await land.register(purposes=[{**PURPOSE, "required": [], "optional": ["full_name"]}]))
    child, page, request = await at_consent(land, party, "sixteen-tomorrow", scope="openid full_name")
    assert page.choices == {}
    away = await child.submit(page, answer="agree", **{"optional-0-name": "full"})
    assert set(await learned(party, request, away)) == {"sub", "refresh_token"}


async def test_who_outgrows_it_while_waiting_decides_alone(land: Country, party: RelyingParty) -> None:
    await named_guardian(land, "sixteen-tomorrow", "guardian")
    land.watch.advance(EVENING)
    child, page, request = await asked(land, party, "sixteen-tomorrow")
    parent, at = await at_request(land)
    land.watch.advance(HOUR // 2)
    assert shown(await parent.person.submit(at, answer="agree")).response.status_code in (403, 409)
    page = shown(await child.open(page.path))
    assert page.path.startswith("/consent/")
    assert "cha mẹ" not in page.text
    assert "code" in request.read_answer(str(await child.submit(page, answer="agree")))


async def test_what_a_child_agreed_to_alone_counts_no_more(land: Country, party: RelyingParty) -> None:
    child, adult = await known(land, "child-9"), await known(land, "plain")
    tokens = [
        await person_token(land, party.registered, each.person_id, scope=("openid", "age")) for each in (child, adult)
    ]
    for someone in (child, adult):
        async with land.idp.db.writing() as unit:
            decided = {name: Decision("account", 1, given=True) for name in (*SCOPE_CLAIMS["age"], "offline_access")}
            await consents.give(unit, someone.person_id, party.client_id, decided, Shown("text", "vi"))
    assert "age_band" in (await party.userinfo(tokens[1])).json()
    # The child is asked again at once, and what was issued ends with the next round of the workers.
    scope = "openid age offline_access"
    assert shown(await child.person.start(party.request(scope=scope))).path.startswith("/consent/")
    assert isinstance(await adult.person.start(party.request(scope=scope)), str)
    for _ in range(2):
        await end_consents_given_too_young(land.idp.db, land.idp.vault, await land.idp.current_policy())
    assert [(await party.userinfo(token)).status_code for token in tokens] == [401, 200]
    assert "cha mẹ" in shown(await child.person.open("/me/history")).text
    async with land.idp.db.reading() as unit:
        assert await consents.list_current(unit, child.person_id) == []
        assert [consent.alone_from for consent in await consents.list_current(unit, adult.person_id)] == [16]
