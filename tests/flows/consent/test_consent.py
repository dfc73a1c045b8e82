"""Consent: what is asked, remembered, asked again, and kept as proof."""

import re

from tests.support.country import METADATA, PURPOSE, Country
from tests.support.relying_party import Page, RelyingParty, query_of
from tests.support.shortcuts import Known, agreed, known
from vneid_idp.clients import service as clients
from vneid_idp.consent import service as consent
from vneid_idp.protocol import registration
from vneid_idp.protocol.members import Registrar
from vneid_idp.use_cases.withdraw_consent import withdraw_consent

SCOPE = "openid identity age full_name email"


async def asked(someone: Known, party: RelyingParty, **params: str) -> Page | None:
    """The consent screen that a request leads to, or nothing when a code is issued at once."""
    page = await someone.person.start(party.request(**params))
    if isinstance(page, str):
        assert "code" in query_of(page), page
        return None
    assert page.path.startswith("/consent/"), page.path
    return page


def choices(page: Page) -> set[str]:
    """The names of what the person can tick or choose."""
    return set(re.findall(r'type="(?:checkbox|radio)"[^>]*name="([^"]+)"', page.response.text)) | set(
        re.findall(r'name="([^"]+)"[^>]*type="(?:checkbox|radio)"', page.response.text)
    )


async def answer(someone: Known, page: Page | None, **values: str) -> dict[str, str]:
    assert page is not None
    away = await someone.person.submit(page, **{"answer": "agree", **values})
    assert isinstance(away, str), away.text
    return query_of(away)


async def userinfo(someone: Known, party: RelyingParty, scope: str = SCOPE) -> dict[str, object]:
    tokens = await someone.tokens(party, scope=scope)
    found: dict[str, object] = (await party.userinfo(tokens["access_token"])).json()
    return found


async def test_nothing_is_ticked_and_silence_gives_what_is_required_only(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    page = await asked(someone, party, scope=SCOPE)
    assert page is not None
    assert "checked" not in page.response.text
    assert "Nguyễn Thị Minh Anh" in page.text
    assert "minh.anh@thu.example" in page.text
    assert "code" in await answer(someone, page)
    assert await asked(someone, party, scope=SCOPE) is None
    assert set(await userinfo(someone, party)) == {"sub", "identity_level", "age_band"}


async def test_a_part_is_given_and_only_that_is_told(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    page = await asked(someone, party, scope=SCOPE)
    assert page is not None
    name = next(choice for choice in choices(page) if "email" in choice)
    await answer(someone, page, **{name: "full"})
    found = await userinfo(someone, party)
    assert found["email"] == "minh.anh@thu.example"
    assert not {"full_name", "age_over_18", "identity_verified_since"} & set(found)


async def test_a_refusal_is_final_for_its_request_and_remembered_for_none(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    page = await asked(someone, party)
    found = await answer(someone, page, answer="refuse")
    assert (found["error"], "code" in found) == ("access_denied", False)
    assert await asked(someone, party) is not None
    async with land.idp.db.reading() as unit:
        assert await consent.find_current(unit, someone.person_id, party.client_id) is None


async def test_only_what_is_new_is_asked(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    await answer(someone, await asked(someone, party, scope="openid identity"))
    page = await asked(someone, party, scope=SCOPE)
    assert page is not None
    assert "identity_level" not in str(choices(page))
    await answer(someone, page)
    assert await asked(someone, party, scope=SCOPE) is None
    assert await asked(someone, party, scope="openid identity") is None
    offline = await asked(someone, party, scope="openid identity offline_access")
    assert offline is not None
    assert choices(offline) == set()
    await answer(someone, offline)
    assert "refresh_token" in await someone.tokens(party, scope="openid identity offline_access")


async def test_what_was_withdrawn_is_asked_again_as_if_it_had_never_been_given(
    land: Country, party: RelyingParty
) -> None:
    someone = await agreed(land, party)
    assert await asked(someone, party, scope=SCOPE) is None
    async with land.idp.db.writing() as unit:
        given = await consent.find_current(unit, someone.person_id, party.client_id)
        assert given is not None
        await withdraw_consent(unit, land.idp.vault, someone.person_id, given.consent_id)
    silent = await someone.person.start(party.request(scope=SCOPE, prompt="none"))
    assert isinstance(silent, str)
    assert query_of(silent)["error"] == "consent_required"
    page = await asked(someone, party, scope=SCOPE)
    assert page is not None
    assert any("email" in choice for choice in choices(page))
    assert "code" in await answer(someone, page)
    assert "email" not in await userinfo(someone, party)


async def test_prompt_consent_asks_everything_again(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    land.watch.advance(1000)
    page = await asked(someone, party, scope=SCOPE, prompt="consent")
    land.watch.advance(1000)
    await answer(someone, page)
    assert "email" not in await userinfo(someone, party)
    land.watch.advance(1000)
    assert await asked(someone, party, scope=SCOPE) is None


async def test_a_new_version_of_the_purpose_asks_again(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    assert await asked(someone, party) is None
    members = {**METADATA, "purposes": [{**PURPOSE, "version": 2}]}
    async with land.idp.db.writing() as unit:
        read = registration.read_registration(members, Registrar(by_operator=True, sandbox=True))
        await clients.update(unit, party.registered.client, read)
    page = await asked(someone, party)
    assert "code" in await answer(someone, page)
    assert await asked(someone, party) is None


async def test_a_smaller_proof_is_chosen_and_the_service_is_told(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    claims = '{"userinfo":{"birthdate":null}}'
    page = await asked(someone, party, scope="openid", claims=claims)
    assert page is not None
    (name,) = choices(page)
    await answer(someone, page, **{name: "smaller"})
    tokens = await someone.tokens(party, scope="openid", claims=claims)
    found = (await party.userinfo(tokens["access_token"])).json()
    assert set(found) == {"sub", "age_over_16", "claims_substituted"}
    assert found["claims_substituted"] == {"birthdate": "age_over_16"}
    assert found["age_over_16"] is True


async def test_the_record_proves_what_was_shown_and_holds_no_value(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    page = await asked(someone, party, scope=SCOPE, ui_locales="en")
    await answer(someone, page)
    async with land.idp.db.reading() as unit:
        (receipt,) = await consent.list_receipts(unit, someone.person_id, party.client_id)
    assert (receipt.language, receipt.given_at) == ("en", land.watch.now())
    assert "Decree 147/2024" in receipt.shown
    assert "Minh Anh" not in receipt.shown
    assert {name for name, decision in receipt.decisions.items() if decision.given} == {"identity_level", "age_band"}
    assert not receipt.decisions["email"].given


async def test_a_form_that_was_shown_to_somebody_else_decides_nothing(land: Country, party: RelyingParty) -> None:
    one, two = await known(land), await known(land, "plain")
    page = await asked(one, party)
    assert page is not None
    one.person.browser.cookies.set("vneid_idp_session", two.person.browser.cookies["vneid_idp_session"])
    again = await one.person.submit(page, answer="agree")
    assert isinstance(again, Page)
    assert again.response.status_code == 409
    async with land.idp.db.reading() as unit:
        for someone in (one, two):
            assert await consent.find_current(unit, someone.person_id, party.client_id) is None


async def test_a_form_without_its_token_decides_nothing(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    page = await asked(someone, party)
    assert page is not None
    for changes in ({"csrf_token": ""}, {"csrf_token": "x"}):
        form = {**page.hidden, "answer": "agree", **changes}
        assert (await someone.person.browser.post(page.action, data=form)).status_code == 403
    async with land.idp.db.reading() as unit:
        assert await consent.find_current(unit, someone.person_id, party.client_id) is None
