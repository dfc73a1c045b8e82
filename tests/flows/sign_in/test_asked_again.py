"""What is missing is said where it is missing, in the person's language, and is no attempt at anything."""

import pytest

from tests.support.country import Country
from tests.support.events import history
from tests.support.pages import opened, post
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.shortcuts import known
from tests.support.signing_in import at_second, at_signin, post_json, send
from tests.support.visitor import shown
from vneid_idp.identity.factors import otp, sessions
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.storage.unit import Unit


@pytest.mark.parametrize(
    ("locale", "kind", "words"),
    [
        ("en", "password", ("Enter your personal ID number or phone number.", "Enter your password.")),
        ("vi", "password", ("Hãy nhập số định danh cá nhân hoặc số điện thoại của bạn.", "Hãy nhập mật khẩu.")),
        ("en", "passcode", ("Enter your personal ID number or phone number.", "Enter your passcode.")),
        ("vi", "passcode", ("Hãy nhập số định danh cá nhân hoặc số điện thoại của bạn.", "Hãy nhập mã passcode.")),
    ],
)
async def test_number_and_secret_are_asked_for(
    land: Country, party: RelyingParty, locale: str, kind: str, words: tuple[str, str]
) -> None:
    person, page = await at_signin(land, party, ui_locales=locale)
    username = person.persona.username
    for _ in range(6):
        for typed, said in (({"identifier": " ", "secret": ""}, {0, 1}), ({"identifier": username, "secret": ""}, {1}),
                            ({"identifier": "", "secret": "x"}, {0})):  # fmt: skip
            answer = await person.submit(page, **{"with": kind}, **typed)
            assert isinstance(answer, Page)
            assert answer.response.status_code == 422
            assert {number for number in (0, 1) if words[number] in answer.text} == said
    assert await history(land, "complete") == []
    answer = await person.submit(page, identifier=username, secret=person.persona.password)
    assert isinstance(answer, Page)
    assert answer.path.startswith("/consent/"), "nothing of it was an attempt"


async def test_a_code_is_asked_for_and_there_is_more_time(land: Country, party: RelyingParty) -> None:
    person, page = await at_second(land, party)
    before = await history(land, "complete")
    for _ in range(6):
        empty = await person.submit(page, code=" ")
        assert isinstance(empty, Page)
        assert empty.response.status_code == 422
        assert "Hãy nhập mã trong tin nhắn." in empty.text
    assert await history(land, "complete") == before
    for _ in range(2):
        land.watch.advance(14 * MINUTE)
        longer = shown(await person.submit(page, extend="1"))
        assert (longer.response.status_code, longer.path) == (200, page.path)
    page = await send(person, page)
    consent = await person.submit(page, code=await person.one_time_code())
    assert isinstance(consent, Page)
    assert consent.path.startswith("/consent/")


async def test_who_reads_the_consent_screen_has_more_time_and_keeps_what_was_ticked(
    land: Country, party: RelyingParty
) -> None:
    person, page = await at_signin(land, party, scope="openid email")
    page = await person.sign_in(page)  # type: ignore[assignment]
    assert page.path.startswith("/consent/")
    ticked = {"optional-0-email": "full"}
    assert ticked.keys() <= page.choices.keys()
    for _ in range(2):
        land.watch.advance(14 * MINUTE)
        longer = shown(await person.submit(page, extend="1", **ticked))
        assert (longer.response.status_code, longer.path) == (200, page.path)
        assert "checked" in longer.response.text
    assert "consent.given" not in await history(land, "complete")
    assert isinstance(await person.submit(page, answer="agree", **ticked), str)


async def test_a_passkey_is_asked_for_only_where_one_is_wanted(land: Country, party: RelyingParty) -> None:
    person, page = await at_signin(land, party)
    for second in ("", "/second"):
        early = await post_json(person, page, f"{page.path}{second}/passkey/options", {})
        assert early.status_code == (409 if second else 200)
    consent = await person.sign_in(page)
    assert isinstance(consent, Page)
    for path in ("/passkey/options", "/passkey", "/second/passkey/options", "/second/passkey"):
        late = await post_json(person, page, f"{page.path}{path}", {"sealed": "x", "answer": "{}"})
        assert (late.status_code, late.json()["code"]) == (409, "not_now"), path


async def test_a_session_that_ends_while_its_code_is_checked_is_not_opened_again(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, page = await at_second(land, party)
    code, who, check = await person.one_time_code(), person.persona.record.person_id, otp.check

    async def and_it_ends(unit: Unit, *rest: object, **more: object) -> object:
        for session in await sessions.list_sessions(unit, who):
            await sessions.end_session(unit, who, session.session_id)
        return await check(unit, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(otp, "check", and_it_ends)
    answer = await person.submit(page, code=code)
    assert isinstance(answer, Page)
    assert answer.response.status_code == 410
    async with land.idp.db.reading() as unit:
        assert await sessions.list_sessions(unit, who) == ()


async def test_at_the_own_pages_who_was_signed_out_is_asked_to_sign_in(land: Country) -> None:
    """The browser still names the session that was ended elsewhere: it is not sent around in a circle."""
    here = await known(land, "complete")
    async with land.idp.db.writing() as unit:
        await sessions.end_session(unit, here.person_id, here.session_id)
    assert (await here.person.browser.get("/signin")).status_code == 200
    assert (await here.person.browser.get("/me")).headers["location"] == "/signin"
    page = shown(await here.person.sign_in(await opened(here.person, "/signin")))
    assert page.path == "/me"


FORM = {
    "identifier": "097196999999",
    "code": "0000000000",
    "password": "sandbox-2026",
    "password-again": "sandbox-2026",
    "passcode": "837261",
    "passcode-again": "837261",
}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("identifier", " ", "Hãy nhập số định danh cá nhân của bạn."),
        ("code", " ", "Hãy nhập mã mà cơ quan đăng ký đã đưa cho bạn."),
        ("password-again", "sandbox-2027", "Hai lần nhập không giống nhau."),
        ("passcode-again", "246811", "Hai lần nhập không giống nhau."),
        ("password", "short", None),
        ("passcode", "111111", None),
    ],
)
async def test_an_activation_says_what_it_lacks(land: Country, name: str, value: str, words: str | None) -> None:
    person = Person(land, land.people["plain"])
    form = FORM | {name: value} | ({f"{name}-again": value} if words is None else {})
    answer = await post(person, await opened(person, "/activate"), "/activate", **form)
    assert answer.response.status_code == 422
    assert f'id="{name}-error"' in answer.response.text
    assert answer.response.text.count('class="field-error"') == 1
    assert words is None or words in answer.text
