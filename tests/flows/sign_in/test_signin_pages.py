"""The sign-in page: the same for everybody until the factors are right."""

import re
from typing import Any

import pytest
from argon2 import PasswordHasher

from tests.support.country import Country
from tests.support.relying_party import Page, Person, RelyingParty, query_of
from tests.support.signing_in import at_second, at_signin
from vneid_idp.audit.service import EventKind, history_of
from vneid_idp.identity import secret_hashes
from vneid_idp.identity.account_store import find_secret, put_secret
from vneid_idp.identity.factors.chosen_secrets import SecretKind, set_hash
from vneid_idp.identity.factors.hashing import SecretHasher
from vneid_idp.identity.lookup import find_candidate
from vneid_idp.kernel.clock import MINUTE


async def test_the_page_says_who_asks_and_fills_in_the_hint(land: Country, party: RelyingParty) -> None:
    number = land.people["complete"].username
    _, page = await at_signin(land, party, login_hint=number)
    assert "Mạng thử" in page.text
    assert "localhost:9999" in page.text
    assert f'value="{number}"' in page.response.text


async def test_the_page_says_where_this_answer_goes_and_not_where_another_might(land: Country) -> None:
    uris = ["https://first.example/cb", "https://second.example/cb"]
    party = RelyingParty(land, await land.register(redirect_uris=uris, subject_type="public"))
    for uri, here, elsewhere in zip(uris, ("first", "second"), ("second", "first"), strict=True):
        _, page = await at_signin(land, party, redirect_uri=uri)
        assert f"{here}.example" in page.text
        assert f"{elsewhere}.example" not in page.response.text


@pytest.mark.parametrize(
    ("uri", "application_type", "targets"),
    [
        ("https://shop.example/cb", "web", "'self'"),
        ("http://127.0.0.1/cb", "native", "'self'"),
        # An application is opened by the press of the button or not at all; a page in between would lose it.
        ("https://app.example/cb", "native", "'self' https://app.example"),
        ("vn.example.app:/cb", "native", "'self' vn.example.app:"),
    ],
)
async def test_a_form_leads_out_where_an_application_takes_the_answer_and_else_to_pages_of_ours(
    land: Country, uri: str, application_type: str, targets: str
) -> None:
    party = RelyingParty(land, await land.register(redirect_uris=[uri], application_type=application_type))
    _, page = await at_signin(land, party, redirect_uri=uri)
    assert f"form-action {targets};" in page.response.headers["content-security-policy"]


async def test_the_language_follows_the_relying_party(land: Country, party: RelyingParty) -> None:
    _, page = await at_signin(land, party, ui_locales="en")
    assert "Sign in to confirm who you are" in page.text
    _, page = await at_signin(land, party, ui_locales="vi")
    assert "Đăng nhập để xác thực" in page.text


async def test_a_wrong_password_and_an_unknown_number_get_the_same_answer(land: Country, party: RelyingParty) -> None:
    answers = []
    for identifier in (land.people["complete"].username, "097196999999", "0951 999 999", "nobody at all"):
        person, page = await at_signin(land, party)
        answer = await person.submit(page, identifier=identifier, secret="wrong password")
        assert isinstance(answer, Page)
        assert answer.response.status_code == 422
        # Only what was typed, and what differs each time anyway, may differ.
        text = answer.response.text.replace(identifier, "")
        answers.append(re.sub(r'(csrf_token" value|data-csrf|action|href|data-path|nonce)="[^"]*"', "", text))
    assert len(set(answers)) == 1


async def test_somebody_and_nobody_cost_the_same(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[object] = []
    verify = SecretHasher._verify

    def counted(self: SecretHasher, *given: Any) -> Any:
        verified.append(given)
        return verify(self, *given)

    monkeypatch.setattr(SecretHasher, "_verify", counted)
    costs = []
    for identifier in (land.people["complete"].username, land.people["no-account"].username, "097196999999", "x"):
        person, page = await at_signin(land, party)
        before = land.idp.db.statements
        verified.clear()
        await person.submit(page, identifier=identifier, secret="wrong password")
        costs.append((land.idp.db.statements - before, len(verified)))
    assert len(set(costs)) == 1
    assert costs[0][1] == 1


async def test_passcode_phone_number_and_spaces_are_as_good(land: Country, party: RelyingParty) -> None:
    persona = land.people["complete"]
    person, page = await at_signin(land, party)
    page = await person.submit(page, identifier=persona.username, switch="passcode")  # type: ignore[assignment]
    assert "passcode" in page.text
    phone = "0" + (persona.record.phone or "").removeprefix("+84")
    after = await person.submit(
        page, **{"with": "passcode"}, identifier=f" {phone[:4]} {phone[4:]} ", secret=str(persona.passcode)
    )
    assert isinstance(after, Page)
    assert after.path.startswith("/consent/")


async def test_five_guesses_lock_out_and_the_answer_tells_until_when(land: Country, party: RelyingParty) -> None:
    # Of two names that nobody has each has its own count, as each of two people has.
    for identifier in (land.people["complete"].username, "097196999999", "097196999998"):
        person, page = await at_signin(land, party)
        for _ in range(5):
            answer = await person.submit(page, identifier=identifier, secret="wrong password")
            assert isinstance(answer, Page)
            assert answer.response.status_code == 422
        locked = await person.submit(page, identifier=identifier, secret=land.people["complete"].password)
        assert isinstance(locked, Page)
        assert locked.response.status_code == 429
        assert 0 < int(locked.response.headers["retry-after"]) <= 15 * 60
        assert re.search(r"thử lại từ \d\d:\d\d", locked.text)
    async with land.idp.db.reading() as unit:
        events = await history_of(unit, land.people["complete"].record.person_id)
    assert [event.kind for event in events].count(EventKind.ACCOUNT_LOCKED_OUT) == 1
    assert [event.kind for event in events].count(EventKind.SIGNIN_FAILED) == 5
    assert {event.client_id for event in events} == {party.client_id}
    assert {event.data.get("method") for event in events if event.kind == EventKind.SIGNIN_FAILED} == {"pwd"}


async def test_lock_outs_do_not_tell_that_a_number_and_a_phone_are_one_person(
    land: Country, party: RelyingParty
) -> None:
    persona, other = land.people["complete"], land.people["plain"]
    person, page = await at_signin(land, party)

    async def statuses(name: str | None) -> list[int]:
        answers = [await person.submit(page, identifier=name or "", secret="wrong password") for _ in range(6)]
        return [answer.response.status_code for answer in answers if isinstance(answer, Page)]

    costs = []
    for name in (persona.username, persona.record.phone, other.record.phone, "0951999999"):
        before = land.idp.db.statements
        assert await statuses(name) == [422] * 5 + [429], name
        costs.append(land.idp.db.statements - before)
    # Neither does the time that an answer takes.
    assert len(set(costs)) == 1, costs


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("locked-by-holder", "Bạn đã khóa tài khoản này"),
        ("locked-by-authority", "Tài khoản này đang bị khóa"),
        ("deceased", "Tài khoản này đã chấm dứt"),
        ("card-expired", "Thẻ của bạn đã hết hạn"),
    ],
)
async def test_why_an_account_cannot_be_used_is_told_to_its_holder_only(
    land: Country, party: RelyingParty, slug: str, words: str
) -> None:
    person, page = await at_signin(land, party, slug)
    refused = await person.submit(page, identifier=person.persona.username, secret="wrong password")
    assert isinstance(refused, Page)
    assert words not in refused.text
    explained = await person.submit(page, identifier=person.persona.username, secret=person.persona.password)
    assert isinstance(explained, Page)
    assert explained.response.status_code == 403
    assert words in explained.text
    assert "session" not in " ".join(person.browser.cookies)
    # The service learns that the account cannot be used: not why, and not that somebody refused.
    assert "dịch vụ chỉ được biết rằng hiện không thể sử dụng tài khoản này" in explained.text
    way_back = re.search(r'name="leave" value="(\w+)"', explained.response.text)
    assert way_back is not None
    answer = query_of(str(await person.submit(explained, leave=way_back[1])))
    assert answer["error"] == "unmet_authentication_requirements"
    assert answer["error_description"] == "The account cannot be used at present."


async def test_no_service_is_told_of_an_account_by_who_did_not_prove_to_hold_one(
    land: Country, party: RelyingParty
) -> None:
    person, page = await at_signin(land, party)
    refused = await person.submit(page, identifier=person.persona.username, secret="wrong password")
    assert isinstance(refused, Page)
    for asked in (page, refused):
        still = await person.submit(asked, leave="account")
        assert isinstance(still, Page), still
        assert still.path == page.path
    second = await person.sign_in(page)
    assert isinstance(second, Page)


async def test_going_back_without_signing_in_tells_the_service(land: Country, party: RelyingParty) -> None:
    person, page = await at_signin(land, party)
    away = await person.submit(page, leave="1")
    assert isinstance(away, str)
    assert "error=access_denied" in away


async def test_a_request_belongs_to_the_browser_that_started_it(land: Country, party: RelyingParty) -> None:
    _, page = await at_signin(land, party)
    thief = Person(land, land.people["level-1"])
    for path in (page.path, page.path.replace("signin", "consent"), f"{page.path}/second"):
        stolen = await thief.open(path)
        assert isinstance(stolen, Page)
        assert stolen.response.status_code == 410


async def test_a_form_without_its_token_changes_nothing(land: Country, party: RelyingParty) -> None:
    person, page = await at_signin(land, party)
    answer = await person.submit(
        page, identifier=person.persona.username, secret=person.persona.password, csrf_token="made up"
    )
    assert isinstance(answer, Page)
    assert answer.response.status_code == 403
    assert isinstance(again := await person.open(page.path), Page)
    assert again.path == page.path


async def test_time_runs_out_and_can_be_extended(land: Country, party: RelyingParty) -> None:
    person, page = await at_signin(land, party)
    land.watch.advance(14 * MINUTE)
    longer = await person.submit(page, extend="1", identifier="typed already", secret="")
    assert isinstance(longer, Page)
    assert 'value="typed already"' in longer.response.text
    land.watch.advance(14 * MINUTE)
    consent = await person.sign_in(longer)
    assert isinstance(consent, Page)
    assert consent.path.startswith("/consent/")
    person, page = await at_signin(land, party)
    land.watch.advance(16 * MINUTE)
    late = await person.sign_in(page)
    assert isinstance(late, Page)
    assert late.response.status_code == 410


async def test_signing_in_makes_a_new_session_whatever_the_browser_brought(land: Country, party: RelyingParty) -> None:
    name = "vneid_idp_session"
    first, page = await at_signin(land, party)
    await first.sign_in(page)
    second = Person(land, land.people["level-1"])
    second.browser.cookies.set(name, first.browser.cookies[name], domain="localhost.local")  # planted by the first
    land.watch.advance(MINUTE)
    await second.sign_in(await second.start(party.request(prompt="login")))
    assert second.browser.cookies[name] != first.browser.cookies[name]
    # Who planted it has lost the session: somebody else took the browser over.
    page = await first.open("/me")  # type: ignore[assignment]
    assert page.path == "/signin"


async def test_a_page_that_is_not_the_next_one_leads_on(land: Country, party: RelyingParty) -> None:
    person, page = await at_signin(land, party)
    interaction = page.path.removeprefix("/signin/")
    for path in (f"/signin/{interaction}/second", f"/level/{interaction}", f"/child/{interaction}"):
        assert isinstance(led := await person.open(path), Page)
        assert led.path == page.path
    consent = await person.sign_in(page)
    assert isinstance(consent, Page)
    assert isinstance(led := await person.open(page.path), Page)
    assert led.path == consent.path


@pytest.mark.parametrize("kind", SecretKind)
async def test_an_outdated_hash_is_made_anew_when_its_secret_is_known(
    land: Country, party: RelyingParty, kind: SecretKind
) -> None:
    persona = land.people["complete"]
    secret = persona.password if kind is SecretKind.PASSWORD else str(persona.passcode)
    cheap = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(secret)

    async def stored() -> tuple[str | None, str | None]:
        """That of this secret, and of the other one."""
        async with land.idp.db.reading() as unit:
            found = await find_candidate(unit, land.idp.vault, land.idp.keys.blind, persona.username)
        both = (found.password_hash, found.passcode_hash)
        return both if kind is SecretKind.PASSWORD else (both[1], both[0])

    async with land.idp.db.writing() as unit:
        await set_hash(unit, land.idp.vault, persona.record.person_id, kind, cheap, code_at=0)
    other = (await stored())[1]
    person, page = await at_signin(land, party)
    form = {"with": kind.value, "identifier": persona.username}
    page = await person.submit(page, **form, secret="wrong secret")  # type: ignore[assignment]
    assert await stored() == (cheap, other)
    await person.submit(page, **form, secret=secret)
    renewed, untouched = await stored()
    assert untouched == other
    assert renewed is not None
    assert not land.idp.hasher.outdated(renewed)
    async with land.idp.hasher.turn() as turn:
        assert await turn.verify(renewed, secret)


async def test_a_hash_that_stood_in_clear_is_sealed_at_the_next_sign_in(land: Country, party: RelyingParty) -> None:
    persona = land.people["plain"]
    person_id, vault = persona.record.person_id, land.idp.vault
    async with land.idp.db.writing() as unit:
        hashed = await secret_hashes.find(unit, vault, person_id, "password")
        assert hashed is not None
        await put_secret(unit, person_id, "password", hashed, unit.now)
    person, page = await at_signin(land, party, "plain")
    await person.submit(page, identifier=persona.username, secret=persona.password)
    async with land.idp.db.reading() as unit:
        assert "$" not in str(await find_secret(unit, person_id, "password"))
        assert await secret_hashes.find(unit, vault, person_id, "password") is not None


async def test_what_was_tried_and_where_is_on_record(land: Country, party: RelyingParty) -> None:
    person, page = await at_second(land, party)
    await person.submit(page, code="000000")
    land.watch.advance(1)
    for kind in SecretKind:
        other, page = await at_signin(land, party)
        await other.submit(page, **{"with": kind.value}, identifier=person.persona.username, secret="wrong secret")
        land.watch.advance(1)
    own = Person(land, person.persona)
    await own.sign_in(await own.open("/signin"))
    async with land.idp.db.reading() as unit:
        found = await history_of(unit, person.persona.record.person_id)
    assert [(event.kind, event.client_id, event.data["method"]) for event in reversed(found)] == [
        ("signin.succeeded", party.client_id, "pwd"),
        ("signin.failed", party.client_id, "sms"),
        *[("signin.failed", party.client_id, {"password": "pwd", "passcode": "pin"}[kind]) for kind in SecretKind],
        ("signin.succeeded", None, "pwd"),
    ]
