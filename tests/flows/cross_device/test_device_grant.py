"""The device grant (RFC 8628): a code on one device, typed and answered on another, polled for by the first."""

from tests.support.country import ISSUER, Country
from tests.support.polling import Television, answered, device_party
from tests.support.relying_party import Person
from tests.support.shortcuts import agreed
from tests.support.visitor import shown
from vneid_idp.consent import service as consents
from vneid_idp.identity.factors import sessions
from vneid_idp.use_cases.withdraw_consent import withdraw_consent


async def test_what_is_approved_on_another_device_is_polled_for(land: Country) -> None:
    party = await device_party(land)
    device = await Television.start(party)
    assert device.told["verification_uri"] == f"{ISSUER}/device"
    assert device.told["verification_uri_complete"] == f"{ISSUER}/device?user_code={device.told['user_code']}"
    # 256 bits, whose letters let who certifies estimate more than the 160 that CIBA Core section 7.3 recommends.
    assert len(device.told["device_code"]) == 43
    assert await device.error() == "authorization_pending"
    person = Person(land, land.people["complete"])
    done = await answered(person, await device.confirmed(person))
    assert "Hãy quay lại thiết bị kia" in done.text, done.path + done.text
    answer = await device.poll()
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    assert (await party.userinfo(tokens["access_token"])).json()["identity_level"] == 1
    assert (await party.claims(tokens["id_token"]))["aud"] == party.client_id
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200
    assert (await device.poll()).json()["error"] == "invalid_grant"


async def test_who_refuses_or_has_another_code_gives_the_device_nothing(land: Country) -> None:
    party = await device_party(land)
    person = Person(land, land.people["complete"])
    refused_at_once, refused_later = await Television.start(party), await Television.start(party)
    page = shown(await person.open("/device"))
    assert shown(await person.submit(page, user_code="BBBB-BBBB")).response.status_code == 422
    page = shown(await person.submit(page, user_code=refused_at_once.told["user_code"].lower().replace("-", " ")))
    assert "mạng" in page.text
    assert "Đã từ chối" in shown(await person.submit(page, answer="refuse")).text
    done = await answered(person, await refused_later.confirmed(person), "refuse")
    assert "Đã từ chối" in done.text
    for device in (refused_at_once, refused_later):
        assert await device.error() == "access_denied"
        assert shown(await person.open("/device")).path == "/device"


async def test_each_device_is_confirmed_by_itself_whatever_was_agreed_before(land: Country) -> None:
    party = await device_party(land)
    someone = await agreed(land, party)
    first, second = await Television.start(party), await Television.start(party)
    pages = [await device.confirmed(someone.person) for device in (first, second)]
    for page in pages:
        assert (page.path.split("/")[1], page.choices) == ("consent", {})
    await answered(someone.person, pages[0])
    # The word for one device is none for the other.
    again = shown(await someone.person.open(pages[1].path.replace("/consent/", "/authorize/")))
    assert again.path == pages[1].path
    assert (await first.poll()).status_code == 200
    assert await second.error() == "authorization_pending"


async def test_codes_cannot_be_tried_out(land: Country) -> None:
    person = Person(land, land.people["complete"])
    device = await Television.start(await device_party(land))
    page = shown(await person.open("/device"))
    for tried in range(21):
        page = shown(await person.submit(page, user_code="BBBB-BBBB"))
        assert page.response.status_code == (422 if tried < 20 else 429)
    assert shown(await person.submit(page, user_code=device.told["user_code"])).response.status_code == 429


async def test_what_a_device_got_outlives_the_browser_and_ends_with_the_consent(land: Country) -> None:
    party = await device_party(land)
    device = await Television.start(party)
    person = Person(land, land.people["complete"])
    await answered(person, await device.confirmed(person))
    async with land.idp.db.writing() as unit:
        await sessions.end_all(unit, person.persona.record.person_id)
    tokens = (await device.poll()).json()
    assert (await party.userinfo(tokens["access_token"])).status_code == 200
    async with land.idp.db.writing() as unit:
        (consent,) = await consents.list_current(unit, person.persona.record.person_id)
        await withdraw_consent(unit, land.idp.vault, person.persona.record.person_id, consent.consent_id)
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert (await party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
