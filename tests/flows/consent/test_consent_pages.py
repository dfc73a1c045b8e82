"""The consent screen: the very values, all or part or none, and nothing without the person's own choice."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest

from tests.support.authority import change
from tests.support.country import PURPOSE, Country
from tests.support.people import brought_into_step
from tests.support.relying_party import Page, Person, RelyingParty, Request
from tests.support.shortcuts import known
from vneid_idp.audit.service import EventKind, history_of
from vneid_idp.clients.service import update
from vneid_idp.consent import service as consents
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.policy.cache import PolicyCache
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.rules import Policy, Threshold, ThresholdRow
from vneid_idp.protocol import registration
from vneid_idp.protocol.levels import LEVEL_2
from vneid_idp.protocol.members import Registrar

SCOPE = "openid identity age full_name email phone profile"


async def at_consent(land: Country, party: RelyingParty, **params: str) -> tuple[Person, Page, Request]:
    """A person in front of the consent screen."""
    person = Person(land, land.people["complete"])
    request = party.request(**{"scope": SCOPE, **params})
    page = await person.sign_in(await person.start(request))
    assert isinstance(page, Page)
    assert page.path.startswith("/consent/"), page.text
    return person, page, request


def given(policy: Policy) -> Callable[..., Awaitable[Policy]]:
    """What asks for the policy, and is given this one."""

    async def current(*_: object) -> Policy:
        return policy

    return current


async def userinfo(party: RelyingParty, request: Request, away: Page | str) -> dict[str, Any]:
    """What the relying party learns from userinfo."""
    assert isinstance(away, str), away.text
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
    answer: dict[str, Any] = (await party.userinfo(tokens["access_token"])).json()
    return answer


async def test_the_screen_shows_who_asks_why_and_the_very_values(land: Country, party: RelyingParty) -> None:
    _, page, _ = await at_consent(land, party)
    record = land.people["complete"].record
    for words in (
        "Mạng thử",
        "localhost:9999",
        PURPOSE["title"]["vi"],
        PURPOSE["text"]["vi"],
        PURPOSE["legal_ground"]["vi"],
        PURPOSE["kept_until"]["vi"],
        record.full_name,
        record.birth_date.strftime("%d/%m/%Y"),
        "0950 000 001",
        "Từ đủ 18 tuổi trở lên",
        "Bắt buộc",
        "Bạn có thể không chia sẻ",
    ):
        assert words in page.text, words
    assert " checked" not in page.response.text


async def test_all_part_or_none(land: Country, party: RelyingParty) -> None:
    person, page, request = await at_consent(land, party)
    least = await userinfo(party, request, await person.submit(page, answer="agree"))
    assert set(least) == {"sub", "identity_level", "age_band"}

    # What was left out is not asked again; a person can look again when the service says so.
    again = party.request(scope=SCOPE)
    assert isinstance(await person.start(again), str)
    land.watch.advance(MINUTE)
    request = party.request(scope=SCOPE, prompt="consent")
    page = await person.start(request)  # type: ignore[assignment]
    part = {"optional-0-email": "full", "optional-0-birthdate": "smaller"}
    some = await userinfo(party, request, await person.submit(page, answer="agree", **part))
    assert set(some) - set(least) == {"email", "email_verified", "age_over_16", "claims_substituted"}
    assert some["claims_substituted"] == {"birthdate": "age_over_16"}

    land.watch.advance(MINUTE)
    request = party.request(scope=SCOPE, prompt="consent")
    page = await person.start(request)  # type: ignore[assignment]
    away = await person.submit(page, answer="refuse", **part)
    assert isinstance(away, str)
    assert request.read_answer(away)["error"] == "access_denied"
    assert await refusals(land, person) == 1


async def refusals(land: Country, person: Person) -> int:
    """How often the person declined, as the own history tells it."""
    async with land.idp.db.reading() as unit:
        kinds = [event.kind for event in await history_of(unit, person.persona.record.person_id)]
    return kinds.count(EventKind.CONSENT_REFUSED)


async def test_only_what_is_new_is_asked(land: Country, party: RelyingParty) -> None:
    person, page, _ = await at_consent(land, party, scope="openid identity age full_name")
    await person.submit(page, answer="agree", **{"optional-0-name": "full"})
    page = await person.start(party.request(scope="openid identity age full_name phone"))  # type: ignore[assignment]
    assert 'name="optional-0-phone"' in page.response.text
    assert 'name="optional-0-name"' not in page.response.text
    assert "Những gì bạn đã đồng ý trước đây" in page.text


async def test_a_choice_among_what_is_required_is_left_to_the_person(land: Country) -> None:
    strict = {**PURPOSE, "required": ["birthdate"], "optional": []}
    party = RelyingParty(land, await land.register(purposes=[strict]))
    person, page, request = await at_consent(land, party, scope="openid profile")
    unchosen = await person.submit(page, answer="agree")
    assert isinstance(unchosen, Page)
    assert unchosen.response.status_code == 422
    assert "Hãy chọn mức độ chia sẻ" in unchosen.text
    away = await person.submit(unchosen, answer="agree", **{"required-0-birthdate": "smaller"})
    learned = await userinfo(party, request, away)
    assert learned["age_over_16"] is True
    assert "birthdate" not in learned


async def test_of_what_the_account_does_not_hold_yet_the_page_says_what_becomes_of_it(land: Country) -> None:
    purpose = {**PURPOSE, "required": ["phone_number"], "optional": ["email"]}
    party = RelyingParty(land, await land.register(purposes=[purpose]))
    someone, number = await known(land, "no-phone", "pwd"), "+84950000987"
    request = party.request(scope="openid phone email offline_access")
    page = await someone.person.start(request)
    assert isinstance(page, Page)
    assert "Tài khoản của bạn chưa có. Khi có, thông tin này được chia sẻ" in page.text
    told = await userinfo(party, request, await someone.person.submit(page, answer="agree"))
    assert "phone_number" not in told
    tokens = await someone.tokens(party, scope="openid phone email offline_access")
    record = await change(land, someone.person_id, phone=number, revision=someone.person.persona.record.revision + 1)
    async with land.idp.db.writing() as unit:
        await brought_into_step(unit, land.idp.vault, land.idp.keys.blind, record)
    told = (await party.userinfo(tokens["access_token"])).json()
    assert (told.get("phone_number"), "email" in told) == (number, False)


@pytest.mark.parametrize(
    "changes", [{"purposes": [{**PURPOSE, "version": 2}]}, {"client_name": "Ngân hàng Khác"}], ids=["purpose", "name"]
)
async def test_what_the_service_changed_is_asked_again_and_an_old_page_agrees_to_nothing(
    land: Country, party: RelyingParty, changes: dict[str, Any]
) -> None:
    """So the receipt shows the page that was seen, and nobody else's name."""
    person, page, _ = await at_consent(land, party)
    client = party.registered.client
    newer = {**client.metadata, **changes}
    async with land.idp.db.writing() as unit:
        await update(unit, client, registration.read_registration(newer, Registrar(by_operator=True, sandbox=True)))
    stale = await person.submit(page, answer="agree", **{"optional-0-email": "full"})
    assert isinstance(stale, Page)
    assert stale.response.status_code == 409
    assert " checked" not in stale.response.text
    assert isinstance(await person.submit(stale, answer="agree"), str)


async def test_the_receipt_proves_what_was_shown_in_which_language(land: Country, party: RelyingParty) -> None:
    person, page, _ = await at_consent(land, party, ui_locales="en")
    await person.submit(page, answer="agree", **{"optional-0-email": "full"})
    async with land.idp.db.reading() as unit:
        (receipt,) = await consents.list_receipts(unit, person.persona.record.person_id, party.client_id)
    assert receipt.language == "en"
    assert PURPOSE["title"]["en"] in receipt.shown
    assert person.persona.record.full_name not in receipt.shown
    assert receipt.decisions["email"].given
    assert not receipt.decisions["birthdate"].given


async def test_level_2_out_of_reach_is_explained_and_told(land: Country, party: RelyingParty) -> None:
    person = Person(land, land.people["level-1"])
    page = await person.sign_in(await person.start(party.request(acr_values=LEVEL_2)))
    assert isinstance(page, Page)
    assert page.path.startswith("/level/")
    assert "Quay lại Mạng thử" in page.text
    assert 'href="/office"' in page.response.text, "where the sandbox raises it"
    for _ in range(2):
        land.watch.advance(14 * MINUTE)
        longer = await person.submit(page, extend="1")
        assert isinstance(longer, Page)
        assert (longer.response.status_code, longer.path) == (200, page.path)
    away = await person.submit(page, leave="1")
    assert isinstance(away, str)
    assert "error=unmet_authentication_requirements" in away


async def test_who_is_too_young_for_level_2_is_not_sent_to_an_office(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ThresholdRow(Threshold.LEVEL_2_DAYS, 2, "Quick act", date(2026, 1, 1))
    monkeypatch.setattr(PolicyCache, "current", given(shipped().amended(Policy((), (row,)))))
    for slug, advised in (("child-5", False), ("level-1", True)):
        person = Person(land, land.people[slug])
        page = await person.sign_in(await person.start(party.request(acr_values=LEVEL_2)))
        assert isinstance(page, Page)
        assert page.path.startswith("/level/")
        assert ("công an cấp xã" in page.text, "Dưới 6 tuổi" in page.text) == (advised, not advised)
        assert ("Quick act" in page.text, "sau 2 ngày" in page.text) == (advised, advised), "as the policy has it"
        assert ("Điều 7 Nghị định 69/2024/NĐ-CP" in page.text) == (not advised)


async def test_a_guardian_chooses_among_the_own_children_under_16(land: Country, party: RelyingParty) -> None:
    person = (await known(land, "guardian")).person
    request = party.request(scope="openid binding:child_account")
    page = await person.start(request)
    assert isinstance(page, Page)
    assert page.path.startswith("/child/")
    assert "dưới 16 tuổi" in page.text
    children = [land.people[slug].record for slug in ("fifteen", "child-9")]
    assert all(child.full_name in page.text for child in children)
    assert all(child.person_id not in page.response.text for child in children)
    stranger = land.people["child-5"].record.person_id
    for chosen in ("", "made up", stranger, children[0].person_id):
        refused = await person.submit(page, child=chosen)
        assert isinstance(refused, Page)
        assert refused.response.status_code == 422
    value = page.response.text.split('name="child" value="')[1].split('"')[0]
    for _ in range(2):
        land.watch.advance(14 * MINUTE)
        longer = await person.submit(page, extend="1", child=value)
        assert isinstance(longer, Page)
        assert (longer.response.status_code, longer.path) == (200, page.path)
        assert "checked" in longer.response.text, "the choice is kept"
    consent = await person.submit(page, child=value)
    assert isinstance(consent, Page)
    assert consent.path.startswith("/consent/")
    assert any(child.full_name in consent.text for child in children)
    assert isinstance(await person.submit(consent, answer="agree"), str)


async def test_who_has_no_child_is_told_so_and_led_back(land: Country, party: RelyingParty) -> None:
    person = (await known(land, "complete")).person
    page = await person.start(party.request(scope="openid binding:child_account"))
    assert isinstance(page, Page)
    assert "không ghi nhận trẻ em" in page.text
    away = await person.submit(page, leave="1")
    assert isinstance(away, str)
    assert "error=access_denied" in away
    assert await refusals(land, person) == 1


async def test_the_age_of_children_is_the_laws_of_the_day(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ThresholdRow(Threshold.GUARDIAN_UNTIL_AGE, 14, "A later decree", date(2026, 1, 1))
    monkeypatch.setattr(PolicyCache, "current", given(shipped().amended(Policy((), (row,)))))
    person = (await known(land, "guardian")).person
    page = await person.start(party.request(scope="openid binding:child_account"))
    assert isinstance(page, Page)
    assert "dưới 14 tuổi" in page.text
    assert "dưới 16" not in page.text
    assert land.people["child-9"].record.full_name in page.text
    assert land.people["fifteen"].record.full_name not in page.text, "whoever is 14 decides for themselves"
