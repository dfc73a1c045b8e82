"""A purpose changes: people are asked for what is new in it, and for the whole only where its meaning changed."""

from tests.support.country import PURPOSE, Country
from tests.support.purposes import set_purposes
from tests.support.relying_party import Page, Person, RelyingParty
from vneid_idp.consent import service as consents

SCOPE = "openid identity age email phone"
NARROW = {**PURPOSE, "optional": ["email", "email_verified"]}
WIDE = {**NARROW, "optional": [*NARROW["optional"], "phone_number", "phone_number_verified"]}


def lines(page: Page | str) -> set[str]:
    """Which of the two optional lines a consent page asks for."""
    assert isinstance(page, Page), page
    assert page.path.startswith("/consent/")
    return {name for name in ("email", "phone") if f'name="optional-0-{name}"' in page.response.text}


async def test_people_are_asked_only_for_what_is_new_and_the_receipts_prove_each(land: Country) -> None:
    party = RelyingParty(land, await land.register(purposes=[NARROW]))
    person = Person(land, land.people["complete"])
    page = await person.sign_in(await person.start(party.request(scope=SCOPE)))
    assert lines(page) == {"email"}
    assert isinstance(page, Page)
    assert isinstance(await person.submit(page, answer="agree", **{"optional-0-email": "full"}), str)

    await set_purposes(land, party, WIDE)
    page = await person.start(party.request(scope=SCOPE))
    assert lines(page) == {"phone"}, "what was answered is not asked again"
    assert isinstance(page, Page)
    assert "required-0" not in page.response.text
    request = party.request(scope=SCOPE)
    away = await person.submit(page, answer="agree", **{"optional-0-phone": "full"})
    assert isinstance(away, str)

    said_better = {**WIDE, "text": {"vi": "Để bạn đăng bài.", "en": "So that you may post."}}
    await set_purposes(land, party, said_better)
    request = party.request(scope=SCOPE)
    away = await person.start(request)
    assert isinstance(away, str), "another wording asks nobody"
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
    userinfo = (await party.userinfo(tokens["access_token"])).json()
    assert {"email", "phone_number", "identity_level"} <= userinfo.keys()

    async with land.idp.db.reading() as unit:
        newest, oldest = await consents.list_receipts(unit, person.persona.record.person_id, party.client_id)
    assert {decision.version for decision in oldest.decisions.values()} == {1}
    assert set(newest.decisions) == {"phone_number", "phone_number_verified"}
    assert {decision.version for decision in newest.decisions.values()} == {2}
    assert PURPOSE["text"]["vi"] in newest.shown


async def test_where_the_meaning_changed_everything_is_asked_again(land: Country) -> None:
    party = RelyingParty(land, await land.register(purposes=[WIDE]))
    person = Person(land, land.people["complete"])
    page = await person.sign_in(await person.start(party.request(scope=SCOPE)))
    assert isinstance(page, Page)
    assert isinstance(await person.submit(page, answer="agree", **{"optional-0-email": "full"}), str)
    longer = {**WIDE, "kept_until": {"vi": "Mười năm", "en": "For ten years"}}
    await set_purposes(land, party, longer, material=("account",))
    page = await person.start(party.request(scope=SCOPE))
    assert lines(page) == {"email", "phone"}
    assert isinstance(page, Page)
    assert "Mười năm" in page.text
    assert isinstance(await person.submit(page, answer="agree"), str)
    assert isinstance(await person.start(party.request(scope=SCOPE)), str)


async def test_a_value_that_no_smaller_proof_replaces_from_now_on_is_asked_again(land: Country) -> None:
    strict = {**PURPOSE, "required": ["birthdate"], "optional": []}
    party = RelyingParty(land, await land.register(purposes=[strict]))
    person = Person(land, land.people["complete"])
    page = await person.sign_in(await person.start(party.request(scope="openid profile")))
    assert isinstance(page, Page)
    request = party.request(scope="openid profile")
    assert isinstance(await person.submit(page, answer="agree", **{"required-0-birthdate": "smaller"}), str)
    away = await person.start(request)
    assert isinstance(away, str)
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
    assert (await party.userinfo(tokens["access_token"])).json()["age_over_16"] is True

    await set_purposes(land, party, {**strict, "required_in_full": ["birthdate"]})
    assert set((await party.userinfo(tokens["access_token"])).json()) == {"sub"}, "less than what it asks is no answer"
    request = party.request(scope="openid profile")
    page = await person.start(request)
    assert isinstance(page, Page)
    assert 'type="radio"' not in page.response.text
    assert f"Mạng thử cho biết pháp luật yêu cầu chính các thông tin này ({PURPOSE['legal_ground']['vi']})" in page.text
    away = await person.submit(page, answer="agree", **{"required-0-birthdate": "smaller"})
    assert isinstance(away, str)
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
    userinfo = (await party.userinfo(tokens["access_token"])).json()
    assert (userinfo["birthdate"], "claims_substituted" in userinfo) == ("1996-05-19", False)


async def test_a_purpose_that_comes_back_is_another_one(land: Country) -> None:
    party = RelyingParty(land, await land.register(purposes=[NARROW]))
    person = Person(land, land.people["complete"])
    page = await person.sign_in(await person.start(party.request(scope=SCOPE)))
    assert isinstance(page, Page)
    assert isinstance(await person.submit(page, answer="agree", **{"optional-0-email": "full"}), str)
    await set_purposes(land, party)
    await set_purposes(land, party, NARROW)
    assert lines(await person.start(party.request(scope=SCOPE))) == {"email"}
