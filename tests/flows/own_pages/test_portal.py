"""A person's own pages: what services have, what happened, and taking it back."""

import re
from dataclasses import replace

import pytest

from tests.support.authenticator import Authenticator
from tests.support.country import ISSUER, Country
from tests.support.pages import opened, post, proven_twice, signed_in, taken_back
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.shortcuts import agreed, known
from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.bindings.social_accounts.rules import BindingProof
from vneid_idp.bindings.social_accounts.service import bind_social_account
from vneid_idp.identity.factors import passkeys
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.policy.documents import shipped
from vneid_idp.use_cases.end_session import end_sessions
from vneid_idp.web.limit_table import LIMITS
from vneid_idp.web.limits import Limit, Secret, Subject, open_limits
from vneid_idp.web.passkeys import site_of


async def test_nobody_sees_the_pages_without_signing_in(land: Country) -> None:
    person = Person(land, land.people["complete"])
    for path in ("/me", "/me/services", "/me/accounts", "/me/history", "/me/security"):
        page = await opened(person, path)
        assert page.path == "/signin"


async def test_a_service_is_shown_with_what_it_has_and_withdrawn_at_once(land: Country, party: RelyingParty) -> None:
    person = Person(land, land.people["complete"])
    request = party.request(scope="openid offline_access identity age email")
    consent = await person.sign_in(await person.start(request))
    assert isinstance(consent, Page)
    away = await person.submit(consent, answer="agree", **{"optional-0-email": "full"})
    assert isinstance(away, str)
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()

    page = await opened(person, "/me/services")
    for words in (
        "Mạng thử",
        "localhost:9999",
        "minh.anh@thu.example",
        "Xác thực tài khoản",
        "Lưu giữ đến",
        "biên nhận",
    ):
        assert words in page.text, words
    assert "kept back" not in page.text
    assert "1 dịch vụ" in (await opened(person, "/me")).text
    asks = await opened(person, f"/me/services/withdraw?consent={page.hidden['consent']}")
    assert "Dịch vụ không còn được biết" in asks.text
    withdrawn = await taken_back(person, "/me/services/withdraw", consent=page.hidden["consent"])
    assert "Đã rút lại sự đồng ý" in withdrawn.text
    assert "Hiện không dịch vụ nào được nhận thông tin của bạn" in withdrawn.text, (
        "what it has, it has until it is asked to delete"
    )
    assert "minh.anh@thu.example" not in withdrawn.text
    assert "1 dịch vụ" not in (await opened(person, "/me")).text
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert (await party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert isinstance(asked := await person.start(party.request()), Page)
    assert asked.path.startswith("/consent/")
    history = (await opened(person, "/me/history")).text
    assert history.index("Bạn đã rút lại sự đồng ý đối với Mạng thử.") < history.index("Bạn đã đồng ý chia sẻ")


async def test_somebody_elses_consent_cannot_be_withdrawn(land: Country, party: RelyingParty) -> None:
    person = Person(land, land.people["complete"])
    consent = await person.sign_in(await person.start(party.request()))
    assert isinstance(consent, Page)
    await person.submit(consent, answer="agree")
    target = (await opened(person, "/me/services")).hidden["consent"]
    stranger = await signed_in(land, "level-1")
    page = await opened(stranger, "/signin/second")
    refused = await post(stranger, page, "/me/services/withdraw", consent=target)
    assert (await stranger.browser.get("/me/services/withdraw", params={"consent": target})).status_code == 404
    assert refused.response.status_code == 404
    assert "Mạng thử" in (await opened(person, "/me/services")).text


async def test_linked_accounts_of_oneself_and_of_a_child_are_released(land: Country, party: RelyingParty) -> None:
    guardian, child = land.people["guardian"].record, land.people["child-9"].record
    async with land.idp.db.writing() as unit:
        for account, proof in (
            ("own", BindingProof(guardian.person_id, 42, 2)),
            ("child's", BindingProof(child.person_id, 9, 2, guardian.person_id)),
        ):
            await bind_social_account(
                unit,
                land.idp.keys.blind,
                client_id=party.client_id,
                account_id=account,
                proof=proof,
                rules=shipped().at(unit.now),
            )
    person = await signed_in(land, "guardian")
    page = await opened(person, "/me/accounts")
    assert child.full_name in page.text
    ids = re.findall(r'<li class="thing" id="([^"]+)"', page.response.text)
    assert len(ids) == 2
    theirs = await signed_in(land, "child-9")
    assert f"Người giám sát: {guardian.full_name}" in (await opened(theirs, "/me/accounts")).text
    asked = [await theirs.open("/me/accounts/release", binding=binding_id) for binding_id in ids]
    said = ["đang giám sát tài khoản này sẽ biết" in shown.text for shown in asked if isinstance(shown, Page)]
    assert sorted(said) == [False, True], "of the child's account, and not of one that is none of the child's"
    stranger = await signed_in(land)
    refused = await post(stranger, await opened(stranger, "/signin/second"), "/me/accounts/release", binding=ids[0])
    assert refused.response.status_code == 404
    for binding_id in ids:
        page = await taken_back(person, "/me/accounts/release", binding=binding_id)
    assert "Đã hủy liên kết" in page.text
    assert 'action="/me/accounts/release"' not in page.response.text
    assert "đã hủy ngày" in page.text


async def test_a_stolen_session_changes_nothing_about_how_the_account_is_protected(
    land: Country, party: RelyingParty
) -> None:
    person = await signed_in(land)
    page = await opened(person, "/me/security")
    assert "/me/security/secret" not in page.response.text
    page = await opened(person, "/signin/second")  # a form of this browser, for its token
    new = {
        "password-current": person.persona.password,
        "password-new": "mười hai con",
        "password-again": "mười hai con",
    }
    passcode = {"passcode-current": person.persona.password, "passcode-new": "837261", "passcode-again": "837261"}

    async def asked_for_more() -> None:
        for path, form in (
            ("secret", {"kind": "password", **new}),
            ("secret", {"kind": "passcode", **passcode}),
            ("passkey/remove", {"passkey": "x"}),
        ):
            assert (await post(person, page, f"/me/security/{path}", **form)).path == "/signin/second", form

    await asked_for_more()
    page = await proven_twice(person)
    assert "/me/security/secret" in page.response.text
    land.watch.advance(16 * MINUTE)
    await asked_for_more()
    # Nor with the password, which whoever has it types anew at any service.
    await person.sign_in(await person.start(party.request(scope="openid", prompt="login")))
    await asked_for_more()
    page = await proven_twice(person)
    assert "Đã đổi mã passcode" in (await post(person, page, "/me/security/secret", kind="passcode", **passcode)).text
    again = await post(person, page, "/me/security/secret", kind="passcode", **passcode)
    assert (again.response.status_code, "chính là mã passcode hiện tại" in again.text) == (422, True)
    fresh = Person(land, land.people["complete"])
    assert isinstance(known := await fresh.sign_in(await fresh.open("/signin")), Page)
    assert known.path == "/me"


async def test_who_can_give_one_kind_of_proof_only_changes_the_password_with_it(land: Country) -> None:
    person = await signed_in(land, "no-phone")
    page = await opened(person, "/me/security")
    form = {"password-current": person.persona.password, "password-new": "mười hai", "password-again": "mười hai"}
    assert "Đã đổi mật khẩu" in (await post(person, page, "/me/security/secret", kind="password", **form)).text


async def test_a_passkey_is_a_second_proof_to_give_where_there_is_no_phone(land: Country) -> None:
    person = await signed_in(land, "no-phone")
    page = await opened(person, "/me/security")
    person_id, sealer, site = person.persona.record.person_id, land.idp.keys.sealer, site_of(land.idp)
    async with land.idp.db.writing() as unit:
        made = await passkeys.registration_options(
            unit, sealer, site, person_id=person_id, user_name="Mến", context="office"
        )
        answer = Authenticator(ISSUER).create(made.options)
        await passkeys.register(
            unit,
            sealer,
            site,
            person_id=person_id,
            context="office",
            sealed=made.sealed,
            answer=answer,
            name="Thẻ",
            code_at=0,
        )
        (passkey,) = await passkeys.list_passkeys(unit, person_id)
    assert "1 khóa truy cập" in (await opened(person, "/me")).text
    asked = await post(person, page, "/me/security/passkey/remove", passkey=passkey.credential_id)
    assert asked.path == "/signin/second"
    page = await opened(person, "/me/security")
    assert "Thẻ" in page.text
    assert "/me/security/passkey/remove" not in page.response.text


async def test_the_password_changes_for_who_knows_it_and_others_are_signed_out(land: Country) -> None:
    person, elsewhere = await signed_in(land), await signed_in(land)
    page = await proven_twice(person)
    new = {"password-new": "mười hai con giáp", "password-again": "mười hai con giáp"}
    for wrong, words in (
        ({"password-current": "wrong", **new}, "Mật khẩu này không đúng"),
        ({"password-current": person.persona.password, **new, "password-again": "khác"}, "không giống nhau"),
        ({"password-current": person.persona.password, "password-new": "ngắn"}, "ít nhất 8 ký tự"),
        (dict.fromkeys(("password-current", *new), person.persona.password), "chính là mật khẩu hiện tại"),
        ({**new}, "Hãy nhập mật khẩu"),
    ):
        refused = await post(person, page, "/me/security/secret", kind="password", **wrong)
        assert refused.response.status_code == 422
        assert words in refused.text
    form = {"kind": "password", "password-current": person.persona.password, **new}
    changed = await post(person, page, "/me/security/secret", **form)
    assert "Đã đổi mật khẩu" in changed.text
    assert (await opened(elsewhere, "/me")).path == "/signin"
    assert (await opened(person, "/me")).path == "/me"
    fresh = Person(land, land.people["complete"])
    old = await fresh.sign_in(await fresh.open("/signin"))
    assert isinstance(old, Page)
    assert old.response.status_code == 422
    assert isinstance(await fresh.sign_in(old, "mười hai con giáp"), Page)
    assert (await opened(fresh, "/me")).path == "/me"


@pytest.mark.parametrize("kind", ["password", "passcode"])
@pytest.mark.parametrize("ends", [True, False])
async def test_lasting_access_that_was_given_elsewhere_ends_with_the_secret_unless_it_is_unticked(
    land: Country, party: RelyingParty, kind: str, ends: bool
) -> None:
    here, elsewhere, other = await agreed(land, party), await known(land), await agreed(land, party, "guardian")
    scope = "openid age offline_access"
    kept, stolen, another = [await each.tokens(party, scope=scope) for each in (here, elsewhere, other)]
    page = await opened(here.person, "/me/security")
    assert f'name="{kind}-access" value="end" checked' in page.response.text
    new = "mười hai con giáp" if kind == "password" else "837261"
    form = {"kind": kind, f"{kind}-current": here.person.persona.password, f"{kind}-new": new, f"{kind}-again": new}
    box = {f"{kind}-access": "end"} if ends else {}
    mistaken = await post(here.person, page, "/me/security/secret", **form | {f"{kind}-again": "khác"}, **box)
    assert (f'name="{kind}-access" value="end" checked' in mistaken.response.text) is ends
    changed = await post(here.person, page, "/me/security/secret", **form, **box)
    assert ("quyền truy cập lâu dài đã cấp ở đó đã chấm dứt" in changed.text) is ends
    answers = [await party.refresh(tokens["refresh_token"]) for tokens in (kept, stolen, another)]
    assert [answer.status_code for answer in answers] == [200, 400 if ends else 200, 200]
    history = (await opened(here.person, "/me/history")).text
    assert history.count("Quyền truy cập của Mạng thử đã chấm dứt") == ends


async def test_the_password_is_guessed_at_the_own_pages_no_more_often_than_at_the_sign_in(land: Country) -> None:
    """Whoever has a stolen browser has the session, and not the password."""
    person = await signed_in(land)
    page = await proven_twice(person)
    new = {"kind": "password", "password-new": "mười hai con giáp", "password-again": "mười hai con giáp"}
    for _ in range(5):
        wrong = await post(person, page, "/me/security/secret", **new, **{"password-current": "wrong"})
        assert "Mật khẩu này không đúng" in wrong.text
    right = {"password-current": person.persona.password}
    refused = await post(person, page, "/me/security/secret", **new, **right)
    assert (refused.response.status_code, "đã thử quá nhiều lần" in refused.text) == (422, True)
    assert "Sau quá nhiều lần thử" in (await opened(person, "/me/history")).text
    fresh = Person(land, land.people["complete"])
    there = await fresh.sign_in(await fresh.open("/signin"))
    assert isinstance(there, Page)
    assert there.path == "/me", "the holder is not locked out elsewhere"


def limited(land: Country, subject: Subject, amount: int) -> None:
    """Tries of the password are counted for one subject alone, up to so many."""
    table = {**LIMITS, Secret.SIGN_IN: {subject: (Limit(amount, 15 * MINUTE),)}}
    land.app.state.idp = replace(land.idp, limits=open_limits(table=table))


async def test_wrong_passwords_at_the_own_pages_are_counted_for_the_address(land: Country) -> None:
    person = await signed_in(land)
    page = await proven_twice(person)
    limited(land, Subject.ADDRESS, 1)
    new = {"kind": "password", "password-new": "mười hai con giáp", "password-again": "mười hai con giáp"}
    for current, said in (("wrong", "Mật khẩu này không đúng"), (person.persona.password, "đã thử quá nhiều lần")):
        assert said in (await post(person, page, "/me/security/secret", **new, **{"password-current": current})).text


async def test_whoever_knows_the_password_has_all_tries_again(land: Country) -> None:
    person = await signed_in(land)
    page = await proven_twice(person)
    limited(land, Subject.KNOWN_BROWSER, 2)
    new = {"kind": "password", "password-new": "mười hai con giáp", "password-again": "mười hai con giáp"}
    for current, said in (
        ("wrong", "Mật khẩu này không đúng"),
        (person.persona.password, "Đã đổi mật khẩu"),
        ("wrong", "Mật khẩu này không đúng"),
        ("wrong", "Mật khẩu này không đúng"),
        ("wrong", "đã thử quá nhiều lần"),
    ):
        assert said in (await post(person, page, "/me/security/secret", **new, **{"password-current": current})).text


async def test_a_session_that_ended_is_taken_from_the_browser(land: Country) -> None:
    person = await signed_in(land)
    async with land.idp.db.writing() as unit:
        await end_sessions(unit, person.persona.record.person_id)
    held = person.browser.cookies["vneid_idp_session"]
    for path, leads in (("/me", "/signin"), ("/office", "/signin"), ("/console", "/signin")):
        person.browser.cookies.set("vneid_idp_session", held, domain="localhost.local", path="/")
        answer = await person.browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, leads)
        (taken,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith("vneid_idp_session=")]
        assert "max-age=0" in taken.lower(), path


async def test_linked_accounts_are_paged_and_what_a_child_has_to_do_is_not_asked_of_a_guardian(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    guardian, child = land.people["guardian"].record, land.people["child-9"].record
    async with land.idp.db.writing() as unit:
        for account, proof in (
            ("own", BindingProof(guardian.person_id, 42, 2)),
            ("child's", BindingProof(child.person_id, 9, 2, guardian.person_id)),
        ):
            await bind_social_account(
                unit,
                land.idp.keys.blind,
                client_id=party.client_id,
                account_id=account,
                proof=proof,
                rules=shipped().at(unit.now),
            )
    monkeypatch.setattr("vneid_idp.portal.linked.PAGE", 1)
    person = await signed_in(land, "guardian")
    page = await opened(person, "/me/accounts")
    assert "Cần tự xác thực" not in page.text
    first = re.findall(r'<li class="thing" id="([^"]+)"', page.response.text)
    (older,) = re.findall(r'href="([?]before=[^"]+)"', page.response.text)
    page = await opened(person, f"/me/accounts{older}")
    second = re.findall(r'<li class="thing" id="([^"]+)"', page.response.text)
    assert (len(first), len(second), first != second) == (1, 1, True)
    assert not re.findall(r'href="[?]before=[^"&]+"', page.response.text), "nothing follows"
    assert "2 tài khoản" in (await opened(person, "/me")).text, "all of them are counted"


async def test_signing_out_elsewhere_and_here(land: Country, party: RelyingParty) -> None:
    person, elsewhere = await signed_in(land), await signed_in(land)
    page = await opened(person, "/me/security")
    done = await post(person, page, "/me/security/sessions")
    assert done.response.request.url.query == b"done=others"
    assert (await opened(elsewhere, "/me")).path == "/signin"
    assert (await opened(person, "/me")).path == "/me"
    leaving = await opened(person, "/signout")
    assert leaving.path == "/end_session"
    assert isinstance(await person.submit(leaving), Page)
    assert (await opened(person, "/me")).path == "/signin"


_PHONE = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36 <b>Pixel</b>"


async def test_each_place_where_one_is_signed_in_is_recognised_and_ended_by_itself(
    land: Country, party: RelyingParty
) -> None:
    here, phone, third = await signed_in(land), Person(land, land.people["complete"]), await signed_in(land)
    phone.browser.headers["user-agent"] = _PHONE
    request = party.request(scope="openid")
    consent = await phone.sign_in(await phone.start(request))
    assert isinstance(consent, Page)
    away = await phone.submit(consent, answer="agree")
    await party.redeem(request, request.read_answer(str(away))["code"])
    page = await opened(here, "/me/security")
    places = re.findall(r'<li class="thing">.*?</li>', page.response.text, re.DOTALL)
    (there,) = [each for each in places if "Chrome trên Android" in each]
    assert "Mạng thử" in there
    assert "142" not in page.response.text, "which version it is, and what else it says, is not kept"
    assert "Pixel" not in page.response.text
    assert sum("trình duyệt này" in each for each in places) == 1
    (session,) = re.findall(r'name="session" value="([^"]+)"', there)
    stranger = await signed_in(land, "guardian")
    await post(stranger, await opened(stranger, "/signin/second"), "/me/security/session", session=session)
    assert (await opened(phone, "/me")).path == "/me", "it is nobody else's to end"
    await post(here, page, "/me/security/session", session=session)
    assert (await opened(phone, "/me")).path == "/signin"
    for other in (here, third):
        assert (await opened(other, "/me")).path == "/me"


async def test_the_history_is_paged(land: Country) -> None:
    person = await signed_in(land)
    person_id = person.persona.record.person_id
    async with land.idp.db.writing() as unit:
        for _ in range(40):
            await record(unit, Event(EventKind.SIGNIN_FAILED, person_id, data={"method": "pin"}))
    page = await opened(person, "/me/history")
    assert page.text.count("không thành công: bằng mã passcode") == 30
    assert page.response.text.count('<li class="notable">') == 30, "a sign-in that failed strikes the eye"
    older = re.search(r'href="([?]before=[^"]+)"', page.response.text)
    assert older is not None
    page = await opened(person, f"/me/history{older[1]}")
    assert page.text.count("không thành công: bằng mã passcode") == 10
    assert page.response.text.count('<li class="notable">') == 10
    assert "Bạn đã đăng nhập bằng mật khẩu." in page.text
