"""Ages that are told cannot be turned into a birth date: what a person agreed to is told as of that moment."""

import re
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from tests.support.country import PURPOSE, Country
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.shortcuts import known
from tests.support.visitor import shown
from vneid_idp.consent.service import ByGuardian, Shown, find_current, give, list_receipts, withdraw
from vneid_idp.kernel.clock import DAY, MINUTE, VIETNAM
from vneid_idp.protocol.claims import Decision

ASKED = '{"age_over_16": null, "age_band": null, "birthdate": null}'
YOUNGER, OLDER = "Từ đủ 13 đến dưới 16 tuổi", "Từ đủ 16 đến dưới 18 tuổi"
BOTH = {"scope": "openid offline_access", "claims": f'{{"userinfo": {ASKED}, "id_token": {ASKED}}}'}


def button(services: Page) -> dict[str, str]:
    """What the button sends that has an age told anew, of the one consent that is shown."""
    assert services.response.text.count("/me/services/ages") == 1
    return {name: services.hidden[name] for name in ("csrf_token", "consent", "seen")}


def ages(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name.startswith("age_")}


@pytest.mark.parametrize("directly", [True, False])
async def test_who_asks_every_day_learns_no_birthday(land: Country, party: RelyingParty, directly: bool) -> None:
    someone = await known(land, "sixteen-tomorrow")
    left_out = ("birthdate",) if directly else ("age_over_16",)
    smaller = {} if directly else {"birthdate": "age_over_16"}
    await someone.agree(party, "age_over_16", "age_band", "offline_access", left_out=left_out, instead=smaller)
    tokens = await someone.tokens(party, **BOTH)
    refresh_token = tokens["refresh_token"]
    for _ in range(4):
        refreshed = (await party.refresh(refresh_token)).json()
        refresh_token = refreshed["refresh_token"]
        userinfo = (await party.userinfo(refreshed["access_token"])).json()
        told = {"age_over_16": False, "age_band": "13_15"}
        assert ages(userinfo) == ages(await party.claims(refreshed["id_token"])) == told
        land.watch.advance(DAY)

    # The own pages say what the service reads, and another request is answered by the same agreement.
    someone = await known(land, "sixteen-tomorrow")
    page = await someone.person.open("/me/services")
    assert isinstance(page, Page)
    assert YOUNGER in page.text
    again = await someone.tokens(party, **BOTH)
    assert ages((await party.userinfo(again["access_token"])).json()) == told

    await someone.agree(party, *(("age_over_16",) if directly else ()), "age_band", instead=smaller)
    userinfo = (await party.userinfo(again["access_token"])).json()
    assert ages(userinfo) == {"age_over_16": True, "age_band": "16_17"}, "who agrees anew tells the age of that day"


async def test_what_the_page_showed_before_midnight_is_not_agreed_to_after_it(land: Country) -> None:
    born = land.people["fifteen"].record.birth_date
    land.watch.set(datetime(born.year + 16, born.month, born.day, tzinfo=VIETNAM) - timedelta(minutes=1))
    purpose = {**PURPOSE, "required": ["age_band"], "optional": []}
    party = RelyingParty(land, await land.register(purposes=[purpose]))
    person = Person(land, land.people["fifteen"])
    page = await person.sign_in(await person.start(party.request(scope="openid age")))
    assert isinstance(page, Page)
    assert YOUNGER in page.text
    land.watch.advance(2 * MINUTE)
    page = await person.submit(page, answer="agree")
    assert isinstance(page, Page)
    assert page.response.status_code == 409
    assert OLDER in page.text
    assert isinstance(await person.submit(page, answer="agree"), str)


async def test_what_was_agreed_before_is_shown_as_it_was_told(land: Country, party: RelyingParty) -> None:
    someone = await known(land, "sixteen-tomorrow")
    await someone.agree(party, "age_band", "age_over_13", "age_over_16", "age_over_18")
    land.watch.advance(DAY)
    someone = await known(land, "sixteen-tomorrow")
    page = await someone.person.start(party.request(scope="openid age full_name"))
    assert isinstance(page, Page)
    assert YOUNGER in page.text


@pytest.mark.parametrize("place", ["userinfo", "id_token"])
async def test_no_threshold_is_told_that_the_client_did_not_register(
    land: Country, party: RelyingParty, place: str
) -> None:
    someone = await known(land)
    # An answer from when a purpose about ages covered any of them is worth nothing.
    await someone.agree(party, "age_over_29")
    spellings = ["age_over_016", "age_over_0", "age_over_+18", "age_over_1８", "age_over_١٨"]
    names = [*(f"age_over_{years}" for years in range(1, 100)), *spellings]
    claims = orjson.dumps({place: dict.fromkeys(names)}).decode()
    request = party.request(scope="openid", claims=claims)
    page = await someone.person.start(request)
    assert isinstance(page, Page)
    ticked = dict.fromkeys(re.findall(r'name="(optional-[^"]+)"', page.response.text), "full")
    away = await someone.person.submit(page, answer="agree", **ticked)
    assert isinstance(away, str)
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
    userinfo = (await party.userinfo(tokens["access_token"])).json()
    told = userinfo if place == "userinfo" else await party.claims(tokens["id_token"])
    assert ages(told).keys() == {"age_over_13", "age_over_16", "age_over_18"}


async def test_each_threshold_is_a_tick_of_its_own_that_names_it(land: Country, party: RelyingParty) -> None:
    someone = await known(land, "sixteen-today")
    request = party.request(scope="openid age")
    page = await someone.person.start(request)
    assert isinstance(page, Page)
    for years, reads in ((13, "Đã đủ 13 tuổi"), (16, "Đã đủ 16 tuổi"), (18, "Chưa đủ 18 tuổi")):
        assert f'name="optional-0-age_over_{years}"' in page.response.text
        assert f"Đủ {years} tuổi hay chưa" in page.text
        assert reads in page.text
    assert page.text.count("Mốc tuổi") == 1
    away = await someone.person.submit(page, answer="agree", **{"optional-0-age_over_16": "full"})
    assert isinstance(away, str)
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
    assert ages((await party.userinfo(tokens["access_token"])).json()) == {"age_over_16": True, "age_band": "16_17"}

    # Some required and some not, some asked and some given before: what stands over them is said once all the same.
    purposes = [
        {**PURPOSE, "required": ["age_over_14"], "optional": ["age_over_15"]},
        {**PURPOSE, "id": "b", "required": [], "optional": ["age_over_18", "email"]},
    ]
    other = RelyingParty(land, await land.register(purposes=purposes))
    claims = orjson.dumps({"userinfo": dict.fromkeys(["age_over_14", "age_over_15", "age_over_18"])}).decode()
    page = await someone.person.start(other.request(scope="openid age", claims=claims))
    assert isinstance(page, Page)
    assert page.text.count("Mốc tuổi") == 1
    assert isinstance(await someone.person.submit(page, answer="agree"), str)
    page = await someone.person.start(other.request(scope="openid age email", claims=claims))
    assert isinstance(page, Page)
    assert "Đủ 14 tuổi hay chưa" in page.text
    assert page.text.count("Mốc tuổi") == 0, "nothing is asked that it would stand over"


@pytest.mark.parametrize("ticked", [False, True])
async def test_an_age_that_is_another_by_now_is_offered_where_a_page_is_shown_anyway(
    land: Country, party: RelyingParty, *, ticked: bool
) -> None:
    someone = await known(land, "sixteen-tomorrow")
    await someone.agree(party, "age_band", "age_over_13", "age_over_16", left_out=("age_over_18",))
    assert isinstance(await someone.person.start(party.request(scope="openid age")), str)
    land.watch.advance(DAY)
    someone = await known(land, "sixteen-tomorrow")
    assert isinstance(await someone.person.start(party.request(scope="openid age")), str), "it alone shows no page"
    request = party.request(scope="openid age full_name")
    page = await someone.person.start(request)
    assert isinstance(page, Page)
    assert f"{OLDER} (trước đây đã cho biết: {YOUNGER})" in page.text
    assert "vẫn được cho biết như cũ, trừ khi bạn chọn" in page.text
    asked = {"optional-0-age_over_16", "optional-0-name"} | ({"required-0-age_band"} & page.choices.keys())
    assert page.choices.keys() == asked, "what is as it was told is not asked"
    away = await someone.person.submit(page, answer="agree", **({"optional-0-age_over_16": "full"} if ticked else {}))
    assert isinstance(away, str), away.text
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
    told = ages((await party.userinfo(tokens["access_token"])).json())
    assert told == {"age_over_13": True, "age_over_16": ticked, "age_band": "16_17"}, "no tick takes nothing back"


async def test_who_wishes_it_has_an_age_told_as_it_is_now_and_only_what_the_page_said(
    land: Country, party: RelyingParty
) -> None:
    someone = await known(land, "sixteen-tomorrow")
    await someone.agree(party, "age_band", "age_over_13", "age_over_16", left_out=("age_over_18",))
    services = shown(await someone.person.open("/me/services"))
    assert "/me/services/ages" not in services.response.text, "what is as it was told is not offered"
    land.watch.advance(DAY)
    someone = await known(land, "sixteen-tomorrow")
    services = shown(await someone.person.open("/me/services"))
    assert f"{OLDER} (trước đây đã cho biết: {YOUNGER})" in services.text
    form = button(services)
    forged = await someone.person.browser.post("/me/services/ages", data=form | {"seen": "another text"})
    assert forged.status_code == 409
    answer = await someone.person.browser.post("/me/services/ages", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/services?told_anew")
    tokens = await someone.tokens(party, scope="openid age")
    told = ages((await party.userinfo(tokens["access_token"])).json())
    assert told == {"age_over_13": True, "age_over_16": True, "age_band": "16_17"}
    async with land.idp.db.reading() as unit:
        receipt = (await list_receipts(unit, someone.person_id, party.client_id))[0]
    assert receipt.decisions.keys() == {"age_over_16", "age_band"}, "nothing else is agreed to anew"
    services = shown(await someone.person.open("/me/services"))
    assert "/me/services/ages" not in services.response.text
    twice = await someone.person.browser.post("/me/services/ages", data=form)
    assert (twice.status_code, twice.headers["location"]) == (303, "/me/services?told_anew"), "pressed twice, it holds"
    async with land.idp.db.reading() as unit:
        assert len(await list_receipts(unit, someone.person_id, party.client_id)) == 2


async def test_no_age_is_told_anew_that_was_withdrawn_or_is_another_persons(land: Country, party: RelyingParty) -> None:
    someone = await known(land, "sixteen-tomorrow")
    consent_id = await someone.agree(party, "age_band")
    land.watch.advance(DAY)
    someone = await known(land, "sixteen-tomorrow")
    form = button(shown(await someone.person.open("/me/services")))
    other = (await known(land, "eighteen-today")).person
    own = shown(await other.open("/me/security")).hidden["csrf_token"]
    assert (await other.browser.post("/me/services/ages", data=form | {"csrf_token": own})).status_code == 409
    async with land.idp.db.writing() as unit:
        await withdraw(unit, someone.person_id, consent_id)
    assert (await someone.person.browser.post("/me/services/ages", data=form)).status_code == 409
    async with land.idp.db.reading() as unit:
        assert await find_current(unit, someone.person_id, party.client_id) is None


async def test_what_a_guardian_agreed_to_is_not_told_anew_alone(land: Country, party: RelyingParty) -> None:
    someone = await known(land, "sixteen-tomorrow")
    decided = {"age_band": Decision("account", 1, given=True)}
    guardian = ByGuardian(land.people["complete"].record.person_id, Shown("text", "vi"))
    async with land.idp.db.writing() as unit:
        await give(unit, someone.person_id, party.client_id, decided, Shown("text", "vi"), guardian=guardian)
    land.watch.advance(DAY)
    someone = await known(land, "sixteen-tomorrow")
    services = shown(await someone.person.open("/me/services"))
    assert YOUNGER in services.text
    assert "/me/services/ages" not in services.response.text
