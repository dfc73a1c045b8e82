"""The registration office: who may work there, what a clerk does, what takes two officers, and what stays on record."""

import re

import orjson
import pytest
from sqlalchemy import bindparam, update

from tests.support.authenticator import Authenticator
from tests.support.country import ISSUER, Country
from tests.support.events import events_of, history
from tests.support.office import at_desk, colleague, done_of, file_of, send
from tests.support.pages import opened, post
from tests.support.relying_party import Person, RelyingParty
from tests.support.shortcuts import known
from tests.support.signing_in import at_signin
from tests.support.visitor import shown
from vneid_idp.audit import service as audit
from vneid_idp.audit.deeds import Deed
from vneid_idp.identity import accounts
from vneid_idp.identity.factors import passkeys, sessions
from vneid_idp.identity.offices.roles import Role, end_role, roles_of
from vneid_idp.identity.register.records import LockedBy
from vneid_idp.identity.tables import accounts as accounts_table
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.storage.statement import Statement
from vneid_idp.use_cases.lock_person import unlock_person

_LOWER = Statement(update(accounts_table).where(accounts_table.c.person_id == bindparam("who")).values(level=1))


async def test_who_may_work_there(land: Country) -> None:
    stranger = Person(land, land.people["complete"])
    page = await opened(stranger, "/office")
    assert page.path == "/signin"
    page = shown(await stranger.sign_in(page))
    assert (page.path, page.response.status_code) == ("/office", 403), "no second proof is asked of who has no role"
    clerk = await colleague(land, "plain", Role.CLERK, Role.OPERATOR)
    elsewhere = Person(land, clerk.persona)
    page = shown(await elsewhere.sign_in(await elsewhere.open("/office")))
    assert page.path == "/signin/second"  # one factor is level 1
    assert "Để làm việc tại đây" in page.text
    page = shown(await elsewhere.second(page))
    assert (page.path, page.response.status_code) == ("/office", 200)
    for home in ("/office", "/console"):
        page = await opened(clerk, home)
        assert (clerk.persona.record.full_name in page.text, 'href="/signout"' in page.response.text) == (True, True)
    assert (await clerk.browser.get("/office/requests")).status_code == 403


@pytest.mark.parametrize("path", ["/office", "/console"])
async def test_a_role_is_worth_nothing_with_an_account_of_level_1(land: Country, path: str) -> None:
    """And no second factor is asked for: none would raise the account."""
    holder = await colleague(land, "plain", Role.CLERK, Role.OPERATOR)
    assert (await holder.browser.get(path)).status_code == 200
    async with land.idp.db.writing() as unit:
        await unit.execute(_LOWER, who=land.people["plain"].record.person_id)
    answer = await holder.browser.get(path)
    assert (answer.status_code, answer.headers.get("location")) == (403, None)


async def test_a_role_that_ended_opens_nothing(land: Country) -> None:
    clerk = await colleague(land, "plain", Role.CLERK)
    person_id = land.people["plain"].record.person_id
    page = await file_of(land, clerk, "complete")
    async with land.idp.db.writing() as unit:
        for held in await roles_of(unit, person_id):
            assert await end_role(unit, held.role_id, Deed("boss", "left"))
    assert (await clerk.browser.get(page.path)).status_code == 403
    assert (await clerk.browser.get("/office")).status_code == 403


async def test_people_are_found_by_their_number_for_a_reason_that_they_can_read(land: Country) -> None:
    clerk = await colleague(land, "plain", Role.CLERK)
    page = await opened(clerk, "/office")
    number = land.people["complete"].record.personal_number
    for form in ({"number": number}, {"number": number[:11], "reason": "in_person"}, {"number": number, "reason": "x"}):
        refused = await post(clerk, page, "/office/search", **form)
        assert refused.response.status_code == 422
    nobody = await post(clerk, page, "/office/search", number="097099999999", reason="in_person")
    assert nobody.response.status_code == 422
    found = await file_of(land, clerk, "complete", "authority")
    assert land.people["complete"].record.full_name in found.text
    assert number not in str(found.response.request.url)
    async with land.idp.db.reading() as unit:
        events = await audit.history_of(unit, land.people["complete"].record.person_id)
    assert events[0].kind == "person.looked_up"
    assert events[0].data == {
        "by": land.people["plain"].record.person_id, "office": "HN-01", "reason": "authority", "desk": "office",
    }  # fmt: skip
    own = (await known(land, "complete")).person
    assert "cơ quan có thẩm quyền đề nghị" in (await opened(own, "/me/history")).text


async def test_an_open_file_is_one_colleagues_and_closes_by_itself(land: Country) -> None:
    clerk, other = await colleague(land, "plain", Role.CLERK), await colleague(land, "guardian", Role.CLERK)
    page = await file_of(land, clerk, "complete")
    assert (await other.browser.get(page.path)).status_code == 410
    assert (await clerk.browser.get("/office/people/abc")).status_code == 410
    land.watch.advance(30 * MINUTE)
    assert (await clerk.browser.get(page.path)).status_code == 410


async def test_a_file_that_was_closed_is_opened_by_another_look_alone(land: Country) -> None:
    clerk = await colleague(land, "plain", Role.CLERK)
    file = await file_of(land, clerk, "complete")
    assert file.action.endswith("/close")
    assert (await send(clerk, file)).path == "/office"
    for path in (file.path, f"{file.path}/lock"):
        assert (await clerk.browser.get(path)).status_code == 410, path
    assert (await file_of(land, clerk, "complete")).response.status_code == 200


async def test_an_account_is_opened_and_activated_by_its_holder(land: Country) -> None:
    clerk = await colleague(land, "plain", Role.CLERK)
    page = await file_of(land, clerk, "no-account")
    for form in (
        {"level": "2"},
        {"level": "2", "seen": "1", "reason": ""},
        {"level": "1", "reason": "097 000 000 123"},
    ):
        assert (await at_desk(clerk, page, "account", **form)).response.status_code == 422
    made = await at_desk(clerk, page, "account", level="2", seen="1")
    found = re.search(r"<code[^>]*>(\d{5}) (\d{5})</code>", made.response.text)
    assert found, made.text
    assert await history(land, "no-account") == ["activation.issued", "account.opened", "person.looked_up"]
    again = await at_desk(clerk, page, "account", level="2", seen="1")
    assert "đã có tài khoản" in again.text
    assert await history(land, "no-account") == ["activation.issued", "account.opened", "person.looked_up"]
    holder = Person(land, land.people["no-account"])
    form = {
        "identifier": holder.persona.username, "code": "0000000000", "password": "sandbox-2026",
        "password-again": "sandbox-2026", "passcode": "837261", "passcode-again": "837261",
    }  # fmt: skip
    activate = await opened(holder, "/activate")
    assert (await post(holder, activate, "/activate", **form)).response.status_code == 422
    weak = form | {"code": found[1] + found[2], "passcode-again": "246811"}
    assert (await post(holder, activate, "/activate", **weak)).response.status_code == 422
    # Whoever knows the person would try the phone number; that it is one is told to nobody without the code.
    phone = "0" + (holder.persona.record.phone or "").removeprefix("+84")
    own = form | {"password": phone, "password-again": phone}
    guessed = "Mật khẩu này dễ đoán"
    assert guessed not in (await post(holder, activate, "/activate", **own)).text
    refused = await post(holder, activate, "/activate", **(own | {"code": found[1] + found[2]}))
    assert (refused.response.status_code, guessed in refused.text) == (422, True)
    right = await post(holder, activate, "/activate", **(form | {"code": found[1] + found[2]}))
    assert right.response.status_code == 200
    recorded = await events_of(land, "no-account")
    assert [kind for kind, _ in recorded].count("activation.used") == 1
    assert sorted(str(data["kind"]) for kind, data in recorded if kind == "secret.set") == ["passcode", "password"]
    assert (
        await post(holder, activate, "/activate", **(form | {"code": found[1] + found[2]}))
    ).response.status_code == 422
    page = await holder.sign_in(await holder.open("/signin"))  # type: ignore[assignment]
    assert page.path == "/me"


async def test_a_forgotten_password_is_replaced_and_old_sessions_end(land: Country, party: RelyingParty) -> None:
    clerk, holder = await colleague(land, "plain", Role.CLERK), await known(land, "complete")
    await holder.agree(party)
    lasting = await holder.tokens(party, scope="openid age offline_access")
    page = await file_of(land, clerk, "complete")
    made = await at_desk(clerk, page, "code")
    found = re.search(r"<code[^>]*>(\d{5}) (\d{5})</code>", made.response.text)
    assert found
    form = {
        "identifier": holder.person.persona.username, "code": f"{found[1]} {found[2]}", "password": "another-2026",
        "password-again": "another-2026", "passcode": "482915", "passcode-again": "482915",
    }  # fmt: skip
    # Who comes from a service finds the way at the sign-in, and the request again once the account is activated.
    stranger, at = await at_signin(land, party)
    way = re.search(r'href="(/activate[^"]*)"', at.response.text)
    assert way
    activate = await opened(stranger, way[1])
    wrong = await post(stranger, activate, "/activate", **(form | activate.hidden | {"code": "0000000000"}))
    assert wrong.response.status_code == 422
    done = await post(stranger, wrong, "/activate", **(form | wrong.hidden))
    assert done.response.status_code == 200
    on = re.search(r'href="(/authorize/[^"]*)"', done.response.text)
    assert on, done.text
    assert (await opened(stranger, on[1])).path == at.path
    async with land.idp.db.reading() as unit:
        assert await sessions.list_sessions(unit, holder.person_id) == ()
    # Whoever knew the old password may have given it.
    assert (await party.refresh(lasting["refresh_token"])).json()["error"] == "invalid_grant"
    page = await stranger.sign_in(await stranger.open("/signin"), "another-2026")  # type: ignore[assignment]
    assert page.path == "/me"
    by_passcode = Person(land, land.people["complete"])
    typed = {"with": "passcode", "identifier": form["identifier"], "secret": form["passcode"]}
    page = await post(by_passcode, await opened(by_passcode, "/signin"), "/signin", **typed)
    assert page.path == "/me"


async def test_an_account_of_level_1_is_raised_after_a_look_at_the_card(land: Country) -> None:
    clerk = await colleague(land, "plain", Role.CLERK)
    page = await file_of(land, clerk, "level-1")
    blank = await at_desk(clerk, page, "level", reason="")
    assert (blank.response.status_code, re.findall(r'href="#(\w+)">', blank.response.text)[-2:]) == (
        422,
        ["seen", "reason"],
    )
    assert done_of(await at_desk(clerk, page, "level", seen="1")) == "done=raised"
    assert "đã được thực hiện" in (await at_desk(clerk, page, "level", seen="1")).text
    async with land.idp.db.reading() as unit:
        account = await accounts.find(unit, land.people["level-1"].record.person_id)
    assert account is not None
    assert account.level == 2
    assert (await history(land, "level-1")).count("account.level_raised") == 1


async def test_a_holders_lock_is_set_and_lifted_at_the_desk(land: Country) -> None:
    clerk, holder = await colleague(land, "plain", Role.CLERK), await known(land, "complete")
    page = await file_of(land, clerk, "complete")
    assert done_of(await at_desk(clerk, page, "lock", reason="Mất điện thoại")) == "done=locked"
    assert (await at_desk(clerk, page, "lock", reason="Mất điện thoại")).response.status_code == 422
    assert (await history(land, "complete")).count("account.locked") == 1
    assert (await opened(holder.person, "/me")).path == "/signin"
    assert done_of(await at_desk(clerk, page, "unlock")) == "done=unlocked"
    assert (await at_desk(clerk, page, "unlock")).response.status_code == 422
    own = (await known(land, "complete")).person
    assert "Lý do cơ quan ghi: Mất điện thoại" in (await opened(own, "/me/history")).text


async def test_a_lock_of_the_register_is_not_the_offices_to_lift(land: Country) -> None:
    clerk = await colleague(land, "plain", Role.CLERK, Role.OFFICER)
    page = await file_of(land, clerk, "locked-by-authority")
    assert "chỉ mở được tại đó" in page.text
    assert "/unlock" not in page.response.text
    assert (await at_desk(clerk, page, "unlock")).response.status_code == 422
    asked = await at_desk(clerk, page, "requests", what="unlock")
    assert asked.response.status_code == 422
    assert await history(land, "locked-by-authority") == ["person.looked_up"]


async def test_an_authoritys_lock_takes_two_officers(land: Country) -> None:
    both = await colleague(land, "plain", Role.CLERK, Role.OFFICER)
    second = await colleague(land, "guardian", Role.OFFICER)
    page = await file_of(land, both, "complete")
    assert (await at_desk(both, page, "requests", reason=" ")).response.status_code == 422
    assert done_of(await at_desk(both, page, "requests", reason="QĐ 12/2026")) == "done=asked"
    assert (await at_desk(both, page, "requests", reason="QĐ 13/2026")).response.status_code == 422
    found = re.search(r'href="(/office/requests/lrq_\w+)"', (await opened(both, "/office/requests")).response.text)
    assert found
    own = await opened(both, found[1])
    assert "answer" not in own.response.text
    waiting = await opened(second, found[1])
    assert "QĐ 12/2026" in waiting.text
    assert land.people["plain"].record.full_name in waiting.text, "who asked"
    refused = await post(both, await opened(both, "/office"), found[1], answer="agree", reason="vội")
    assert "không được tự quyết định" in refused.text
    assert (await send(second, waiting, answer="agree", reason="")).response.status_code == 422
    assert (await send(second, waiting, answer="agree", reason="đủ căn cứ")).path == "/office/requests"
    async with land.idp.db.reading() as unit:
        account = await accounts.find(unit, land.people["complete"].record.person_id)
    assert account is not None
    assert account.locked_by == "authority"
    assert (await at_desk(both, page, "unlock")).response.status_code == 422
    assert (await second.browser.get(found[1])).status_code == 404
    async with land.idp.db.writing() as unit:
        await unlock_person(
            unit, land.idp.vault, land.people["complete"].record.person_id, LockedBy.AUTHORITY, Deed("boss", "lifted")
        )
    told = (await opened((await known(land, "complete")).person, "/me/history")).text
    assert "Đã có quyết định khóa tài khoản của bạn." in told
    assert ("QĐ 12/2026" in told, "đủ căn cứ" in told) == (False, False), "the reasons are the officers' own"


async def test_who_has_no_phone_gets_a_passkey_at_the_desk_and_loses_it(land: Country) -> None:
    clerk = await colleague(land, "plain", Role.CLERK)
    page = await file_of(land, clerk, "no-phone")
    token = re.search(r'data-csrf="([^"]+)"', (await opened(clerk, f"{page.path}/passkeys")).response.text)
    assert token
    headers = {"X-CSRF-Token": token[1]}
    made = await clerk.browser.post(f"{page.path}/passkey/options", headers=headers, json={})
    assert made.status_code == 200, made.text
    answer = Authenticator(ISSUER).create(orjson.dumps(made.json()["options"]).decode())
    body = {"sealed": made.json()["sealed"], "answer": answer, "name": "Khóa"}
    refused = await clerk.browser.post(f"{page.path}/passkey", headers=headers, json=body)
    assert refused.json()["code"] == "who_and_why"
    added = await clerk.browser.post(f"{page.path}/passkey", headers=headers, json={**body, "reason": "no phone"})
    assert added.json()["next"].endswith("done=passkey")
    who = land.people["no-phone"].record.person_id
    async with land.idp.db.reading() as unit:
        (passkey,) = await passkeys.list_passkeys(unit, who)
        (added_by,) = await passkeys.added_by_others(unit, who)
    assert (added_by.passkey, added_by.by) == (passkey, land.people["plain"].record.person_id)
    assert (await at_desk(clerk, page, "passkeys/remove")).response.status_code == 422
    for _ in range(2):  # sent twice
        gone = await at_desk(clerk, page, "passkeys/remove", passkey=passkey.credential_id)
        assert done_of(gone) == "done=passkey-removed"
    assert (await history(land, "no-phone"))[:2] == ["passkey.removed", "passkey.added"]
