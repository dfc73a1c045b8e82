"""What a service hears and a person sees of a level is what this sign-in proved, not what the account could."""

from tests.support.country import Country
from tests.support.relying_party import Person, RelyingParty
from tests.support.shortcuts import agreed, known
from tests.support.visitor import Page
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.protocol.levels import LEVEL_1, LEVEL_2


async def test_one_factor_proves_level_1_of_a_level_2_account(land: Country, party: RelyingParty) -> None:
    asked = {"claims": '{"id_token": {"identity_level": null, "acr": null}}', "scope": "openid identity"}
    someone = await agreed(land, party)
    for methods, acr, level in ((("pwd",), LEVEL_1, 1), (("pwd", "sms"), LEVEL_2, 2)):
        signed_in = await known(land, "complete", *methods)
        tokens = await signed_in.tokens(party, **asked)
        in_token = await party.claims(tokens["id_token"])
        userinfo = (await party.userinfo(tokens["access_token"])).json()
        assert (in_token["acr"], in_token["identity_level"], userinfo["identity_level"]) == (acr, level, level)
    assert someone.person_id == signed_in.person_id


async def test_the_consent_screen_shows_the_level_that_would_be_told(land: Country, party: RelyingParty) -> None:
    person = Person(land, land.people["complete"])
    page = await person.sign_in(await person.start(party.request(scope="openid identity")))
    assert isinstance(page, Page)
    assert page.path.startswith("/consent/")
    assert "Mức độ 1" in page.text
    assert "Mức độ 2" not in page.text


async def test_what_was_proven_before_a_new_sign_in_was_asked_for_is_not_shown_as_proven(
    land: Country, party: RelyingParty
) -> None:
    person = (await known(land, "complete")).person
    for prompt, level in (("consent", "Mức độ 2"), ("login", "Mức độ 1")):
        land.watch.advance(MINUTE)
        page = await person.start(party.request(scope="openid identity", prompt=prompt))
        if prompt == "login":
            page = await person.sign_in(page)
        assert isinstance(page, Page)
        assert page.path.startswith("/consent/")
        assert {each for each in ("Mức độ 1", "Mức độ 2") if each in page.text} == {level}


async def test_a_child_chosen_by_one_guardian_is_not_shown_to_the_next_person(
    land: Country, party: RelyingParty
) -> None:
    guardian = (await known(land, "guardian")).person
    page = await guardian.start(party.request(scope="openid binding:child_account"))
    assert isinstance(page, Page)
    child = land.people["child-9"].record.full_name
    assert child in page.text
    chosen = page.response.text.partition(child)[0].rpartition('name="child" value="')[2].partition('"')[0]
    page = await guardian.submit(page, child=chosen)
    assert isinstance(page, Page)
    assert child in page.text
    stranger = (await known(land, "complete")).person
    guardian.browser.cookies.set("vneid_idp_session", stranger.browser.cookies["vneid_idp_session"])
    seen = await guardian.open(page.path)
    assert isinstance(seen, Page)
    assert child not in seen.text
    assert seen.response.status_code == 410
