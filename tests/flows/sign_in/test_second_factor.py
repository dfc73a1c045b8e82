"""The second factor: a code to the phone, or a passkey; and what happens without either."""

import asyncio
import json
import re

import pytest
from sqlalchemy import select

from tests.support.authenticator import Authenticator
from tests.support.country import ISSUER, Country
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.shortcuts import known
from tests.support.signing_in import add_passkey, at_second, post_json, send, use_passkey
from tests.support.visitor import shown
from vneid_idp.identity.account_rules import AccountStanding
from vneid_idp.identity.factors import sessions
from vneid_idp.identity.factors.proofs import MESSAGE, SignInProof
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol.levels import LEVEL_2, SignInMethod
from vneid_idp.sandbox.outbox import latest_messages
from vneid_idp.sandbox.tables import sandbox_messages
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.sign_in import SignedIn, sign_in
from vneid_idp.use_cases.who_is_signed_in import hold_signed_in
from vneid_idp.web.limit_table import LIMITS


async def test_a_message_shows_little_of_the_number_and_can_be_sent_again_after_a_while(
    land: Country, party: RelyingParty
) -> None:
    person, page = await at_second(land, party)
    assert page.asks_for_code
    assert str(person.persona.record.phone) not in page.response.text
    assert "001" in page.text
    first = await person.one_time_code()
    land.watch.advance(10 * SECOND)
    too_soon = await send(person, page)
    assert too_soon.response.status_code == 429
    assert "Bạn có thể yêu cầu mã mới sau 20 giây." in too_soon.text
    land.watch.advance(21 * SECOND)
    page = await send(person, page)
    assert page.response.status_code == 200
    refused = await person.submit(page, code=first)
    assert isinstance(refused, Page)
    assert refused.path.endswith("/second")
    after = await person.submit(refused, code=await person.one_time_code())
    assert isinstance(after, Page)
    assert after.path.startswith("/consent/")


async def sent_codes(land: Country) -> list[str]:
    async with land.idp.db.reading() as unit:
        return [message.code for message in await latest_messages(unit, land.idp.keys.sealer)]


async def test_where_there_is_one_way_its_code_is_sent_at_once_and_once(land: Country, party: RelyingParty) -> None:
    person, page = await at_second(land, party)
    (code,) = await sent_codes(land)
    land.watch.advance(MINUTE)
    # Reload, another language, back and forth, a second window, a look at the head: the code that was sent still is.
    await asyncio.gather(*(person.open(page.path, lang="en") for _ in range(4)))
    await person.browser.head(page.path)
    again = shown(await person.open(page.path))
    assert (again.asks_for_code, await sent_codes(land)) == (True, [code])
    assert shown(await person.submit(again, code=code)).path.startswith("/consent/")
    # A link to the page where no code is asked for, whoever opens it, does not send one either.
    assert shown(await person.open("/me/security")).response.status_code == 200
    await person.open("/signin/second")
    assert await sent_codes(land) == [code]


async def test_a_code_is_sent_at_once_again_when_the_last_has_run_out(land: Country, party: RelyingParty) -> None:
    person, page = await at_second(land, party)
    first = await sent_codes(land)
    land.watch.advance(6 * MINUTE)
    page = shown(await person.open(page.path))
    (second,) = await sent_codes(land)
    assert second not in first
    assert shown(await person.submit(page, code=second)).path.startswith("/consent/")


async def test_who_has_a_passkey_as_well_chooses(land: Country, party: RelyingParty) -> None:
    await add_passkey(land, "complete", Authenticator(ISSUER))
    person, page = await at_second(land, party)
    assert (page.asks_for_code, await sent_codes(land)) == (False, [])
    assert 'data-passkey="get"' in page.response.text
    page = await send(person, page)
    assert page.asks_for_code
    # What was chosen stands when the page is opened again.
    assert shown(await person.open(page.path)).asks_for_code


async def test_pages_that_send_by_themselves_leave_messages_to_who_asks(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(land.idp.limits, "_table", LIMITS)
    person, page = await at_second(land, party)
    for _ in range(4):
        # Any site can lead a browser here with a request of its own.
        last = page
        land.watch.advance(MINUTE)
        page = shown(await person.start(party.request(acr_values=LEVEL_2)))
    assert (last.asks_for_code, page.asks_for_code) == (False, False)
    assert (await send(person, page)).asks_for_code


async def test_a_code_of_one_request_is_of_no_use_in_another(land: Country, party: RelyingParty) -> None:
    person, _ = await at_second(land, party)
    code = await person.one_time_code()
    other = await person.start(party.request(acr_values=LEVEL_2))
    assert isinstance(other, Page)
    refused = await person.submit(other, code=code)
    assert isinstance(refused, Page)
    assert refused.response.status_code == 422


async def test_the_message_speaks_the_language_of_the_page(land: Country, party: RelyingParty) -> None:
    for locale in ("en", "vi"):
        person = Person(land, land.people["complete"])
        page = await person.sign_in(await person.start(party.request(acr_values=LEVEL_2, ui_locales=locale)))
        assert shown(page).asks_for_code
        async with land.idp.db.reading() as unit:
            rows = await unit.fetch(Statement(select(sandbox_messages).order_by(sandbox_messages.c.sent_at)))
        payload = land.idp.keys.sealer.open_json(SealPurpose.PERSONAL_DATA, rows[-1]["sealed"])
        assert (payload["language"], payload["phone"]) == (locale, person.persona.record.phone)
        land.watch.advance(MINUTE)


async def test_a_code_that_was_sent_to_one_browser_is_of_no_use_in_another(land: Country) -> None:
    here, there = Person(land, land.people["complete"]), Person(land, land.people["complete"])
    for person in (here, there):
        shown(await person.sign_in(await person.open("/signin")))
    shown(await here.open("/signin/second"))
    code = await here.one_time_code()
    refused = shown(await there.submit(shown(await there.open("/signin/second")), code=code))
    assert refused.response.status_code == 422
    page = shown(await here.submit(shown(await here.open("/signin/second")), code=code))
    assert page.path == "/me/security"


async def test_codes_run_out_of_attempts_and_of_time(land: Country, party: RelyingParty) -> None:
    person, page = await at_second(land, party)
    code = await person.one_time_code()
    land.watch.advance(6 * MINUTE)
    late = await person.submit(page, code=code)
    assert isinstance(late, Page)
    assert "không còn hiệu lực" in late.text
    page = await send(person, late)
    code = await person.one_time_code()
    for _ in range(5):
        await person.submit(page, code="000000" if code != "000000" else "111111")
    spent = await person.submit(page, code=code)
    assert isinstance(spent, Page)
    assert spent.response.status_code == 429


@pytest.mark.parametrize(
    ("slug", "way"),
    [("no-phone", "Bạn có thể đăng ký số điện thoại"), ("child-9", "Hãy nhờ cha mẹ hoặc người giám hộ")],
)
async def test_without_a_phone_the_page_explains_and_leads_back(
    land: Country, party: RelyingParty, slug: str, way: str
) -> None:
    person, page = await at_second(land, party, slug)
    assert way in page.text
    assert "không có cách xác thực thứ hai" in page.text
    assert "Giờ hãy xác nhận" not in page.text, "nothing is asked that cannot be done"
    assert isinstance(still := await person.submit(page, send="1"), Page)
    assert still.response.status_code == 200
    away = await person.submit(page, leave="1")
    assert isinstance(away, str)
    assert "error=unmet_authentication_requirements" in away


async def test_who_could_prove_more_and_goes_back_has_not_agreed_and_no_more_is_told(
    land: Country, party: RelyingParty
) -> None:
    person, page = await at_second(land, party, "plain")
    away = await person.submit(page, leave="1")
    assert isinstance(away, str)
    assert "error=access_denied" in away
    assert "level" not in away


async def test_without_phone_and_passkey_nothing_on_these_pages_makes_a_second_proof(land: Country) -> None:
    person = Person(land, land.people["no-phone"])
    page = shown(await person.sign_in(await person.open("/signin")))
    page = shown(await person.open("/me/security"))
    assert "data-passkey" not in page.text
    headers = {"X-CSRF-Token": page.hidden["csrf_token"], "Accept": "application/json"}
    refused = await person.browser.post("/me/security/passkey/options", json={}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "fresh_proof_needed")
    # The persona promises no more than that.
    assert "level 2 cannot be reached until an office" in person.persona.description["en"]


async def test_a_passkey_is_added_after_two_proofs_and_signs_in_at_level_2(land: Country, party: RelyingParty) -> None:
    device = Authenticator(ISSUER)
    person = Person(land, land.people["complete"])
    page = shown(await person.sign_in(await person.open("/signin")))
    assert page.path == "/me"
    page = shown(await person.open("/me/security"))
    assert "data-passkey" not in page.response.text
    second = await person.open("/signin/second")
    assert isinstance(second, Page)
    # The page offers nothing, and the door behind it is closed as well.
    refused = await person.browser.post("/me/security/passkey/options", json={})
    assert refused.status_code == 403
    page = shown(await person.second(second))
    assert page.path == "/me/security"
    path = "/me/security/passkey"
    given = (await post_json(person, page, f"{path}/options", {})).json()
    body = {"sealed": given["sealed"], "answer": device.create(json.dumps(given["options"])), "name": "Điện thoại"}
    added = await post_json(person, page, path, body)
    assert added.json() == {"next": "/me/security?done=passkey-added"}
    page = shown(await person.open("/me/security"))
    assert "Điện thoại" in page.text

    stranger = Person(land, land.people["complete"])
    request = party.request(acr_values=LEVEL_2)
    page = shown(await stranger.start(request))
    signed_in = await use_passkey(stranger, page, f"{page.path}/passkey", device)
    consent = await stranger.open(signed_in.json()["next"])
    assert isinstance(consent, Page)
    away = await stranger.submit(consent, answer="agree")
    assert isinstance(away, str)
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
    claims = await party.claims(tokens["id_token"])
    assert claims["amr"] == ["hwk", "user", "mfa"]
    assert claims["acr"] == LEVEL_2

    # As a second factor after the password, too; and what was answered once is answered for good.
    land.watch.advance(MINUTE)
    again, page = await at_second(land, party)
    given = (await post_json(again, page, f"{page.path}/passkey/options", {})).json()
    body = {"sealed": given["sealed"], "answer": device.get(json.dumps(given["options"]))}
    other, elsewhere = await at_second(land, party)
    assert (await post_json(other, elsewhere, f"{elsewhere.path}/passkey", body)).status_code == 400
    assert (await post_json(again, page, f"{page.path}/passkey", body)).status_code == 200
    assert (await post_json(again, page, f"{page.path}/passkey", body)).status_code == 409
    assert (await again.browser.post(f"{page.path}/passkey", json=body)).status_code == 403

    # A removed one opens nothing.
    page = shown(await person.open("/me/security"))
    asked = re.search(r'href="(/me/security/passkey/remove\?[^"]+)"', page.response.text)
    assert asked is not None
    page = shown(await person.submit(shown(await person.open(asked[1]))))
    assert (page.path, page.response.status_code) == ("/me/security", 200)
    assert "<h3>Điện thoại</h3>" not in page.response.text
    land.watch.advance(MINUTE)
    stranger = Person(land, land.people["complete"])
    page = shown(await stranger.start(party.request()))
    assert (await use_passkey(stranger, page, f"{page.path}/passkey", device)).status_code == 400


async def test_a_code_alone_opens_no_session_when_the_one_it_was_to_strengthen_has_ended(land: Country) -> None:
    idp, someone = land.idp, land.people["complete"].record
    assert someone.phone is not None

    async def work(unit: Unit) -> SignedIn:
        before = await sessions.open_session(unit, someone.person_id, (SignInMethod("pwd", unit.now),))
        assert await sessions.end_session(unit, before.person_id, before.session_id)
        code = SignInProof(MESSAGE, someone.phone or "")
        return await sign_in(unit, idp.vault, idp.keys.blind, someone, shipped(), code, before=before, client_id=None)

    found = await idp.db.transact(work)
    assert (found.standing, found.session) == (AccountStanding.USABLE, None)


async def test_whoever_takes_over_a_browser_waits_for_what_is_done_in_the_session_that_ends(land: Country) -> None:
    idp, after, before = land.idp, land.people["plain"].record, await known(land)
    code = SignInProof(MESSAGE, after.phone or "")
    order: list[str] = []

    async def take_over() -> None:
        async with idp.db.writing() as unit:
            await sign_in(unit, idp.vault, idp.keys.blind, after, shipped(), code, before=before, client_id=None)
            order.append("ended")

    async with idp.db.writing() as unit:
        await hold_signed_in(unit, before.person_id, before.session_id)
        taking_over = asyncio.create_task(take_over())
        await asyncio.wait([taking_over], timeout=0.5)
        order.append("done")
    await taking_over
    assert order == ["done", "ended"]
    async with idp.db.reading() as reading:
        assert await sessions.find_session(reading, before.person_id, before.session_id) is None


async def test_each_proof_gives_another_cookie_and_the_one_before_opens_nothing(land: Country) -> None:
    party = RelyingParty(land, await land.register(backchannel_logout_uri="https://network.example/logout"))
    someone, copied = await known(land, "complete", "pwd"), Person(land, land.people["complete"])
    await someone.agree(party)
    tokens = await someone.tokens(party, nonce=None)
    sid = (await party.claims(tokens["id_token"]))["sid"]
    copied.browser.cookies.update(someone.person.browser.cookies)
    page = shown(await someone.person.start(party.request(acr_values=LEVEL_2)))
    proven = await someone.person.second(page)
    assert isinstance(proven, str), "nothing else was to be asked"
    # What was opened in the session goes on, and services know it by the same sid.
    assert (await party.userinfo(tokens["access_token"])).status_code == 200
    answer = await party.redeem(again := party.request(acr_values=LEVEL_2), await someone.code(again))
    assert (await party.claims(answer.json()["id_token"]))["sid"] == sid
    # Whoever had copied the cookie is nobody: at a request, at the own pages, and for the way out.
    assert shown(await copied.start(party.request())).path.startswith("/signin/")
    assert shown(await copied.open("/me")).path == "/signin"
    out = shown(await copied.open("/end_session"))
    await copied.submit(out)
    assert (await someone.person.browser.get("/me")).status_code == 200
