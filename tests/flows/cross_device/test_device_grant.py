"""The device grant (RFC 8628): a code on one device, typed and answered on another, polled for by the first."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.support.carrier import new_key, proof_of
from tests.support.country import ISSUER, Country
from tests.support.polling import Television, answered, device_party
from tests.support.relying_party import Person
from tests.support.shortcuts import agreed
from tests.support.visitor import shown
from vneid_idp.clients.tables import used_assertions
from vneid_idp.consent import service as consents
from vneid_idp.cross_device import service as cross_device
from vneid_idp.grants import service as grants
from vneid_idp.identity import persons
from vneid_idp.identity.factors import sessions
from vneid_idp.kernel.clock import to_seconds
from vneid_idp.protocol.grant_types.names import DEVICE_CODE
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.protect_account import end_lasting_access
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
    assert "BBBB" not in shown(await person.open("/device")).response.text, "what was wrong is dealt with"
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
        assert 'name="extend"' not in page.response.text, "its client waits no longer, so no more time is offered"
    await answered(someone.person, pages[0])
    # The word for one device is none for the other.
    again = shown(await someone.person.open(pages[1].path.replace("/consent/", "/authorize/")))
    assert again.path == pages[1].path
    assert (await first.poll()).status_code == 200
    assert await second.error() == "authorization_pending"


async def test_a_page_answers_for_the_device_that_it_shows(land: Country) -> None:
    party = await device_party(land)
    first, second = await Television.start(party), await Television.start(party)
    person = Person(land, land.people["complete"])
    pages = []
    for device in (first, second):
        page = shown(await person.open("/device"))
        pages.append(shown(await person.submit(page, user_code=device.told["user_code"])))
    for answer in ("continue", "refuse"):
        again = shown(await person.submit(pages[0], answer=answer))
        assert again.path == "/device/confirm", "another code was typed in another tab since"
    assert await second.error() == "authorization_pending"
    signin = shown(await person.submit(pages[1], answer="continue"))
    assert signin.path.startswith("/signin/")
    assert ("Kết thúc yêu cầu này" in signin.text, "Quay lại" in signin.text) == (True, False)


async def test_codes_cannot_be_tried_out_all_at_once_either(land: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(land, land.people["complete"])
    device = await Television.start(await device_party(land))
    page = shown(await person.open("/device"))
    for _ in range(21):  # who is right loses nothing by it
        right = shown(await person.submit(page, user_code=device.told["user_code"]))
        assert right.path == "/device/confirm"
    form = {"csrf_token": page.hidden["csrf_token"], "user_code": "BBBB-BBBB"}
    looked, find = [], cross_device.find_by_code

    async def counted(*of: Any) -> object:
        looked.append(1)
        return await find(*of)

    monkeypatch.setattr(cross_device, "find_by_code", counted)
    await asyncio.gather(*(person.browser.post("/device", data=form) for _ in range(60)))
    assert len(looked) == 20, "counted before anybody looked"
    assert shown(await person.submit(page, user_code=device.told["user_code"])).response.status_code == 429


async def test_what_a_device_got_outlives_the_browser_and_ends_with_the_consent(land: Country) -> None:
    party = await device_party(land)
    device, other = await Television.start(party), await Television.start(party)
    person = Person(land, land.people["complete"])
    for each in (device, other):
        await answered(person, await each.confirmed(person))
    async with land.idp.db.writing() as unit:
        await sessions.end_all(unit, person.persona.record.person_id)
    tokens = (await device.poll()).json()
    assert (await party.userinfo(tokens["access_token"])).status_code == 200
    async with land.idp.db.writing() as unit:
        # As another password does: what another device got was given elsewhere.
        assert len(await grants.end_kept_elsewhere(unit, person.persona.record.person_id, "ses_here")) == 1
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    tokens = (await other.poll()).json()
    assert (await party.userinfo(tokens["access_token"])).status_code == 200
    async with land.idp.db.writing() as unit:
        (consent,) = await consents.list_current(unit, person.persona.record.person_id)
        await withdraw_consent(unit, land.idp.vault, person.persona.record.person_id, consent.consent_id)
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert (await party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_what_was_approved_is_not_fetched_once_lasting_access_was_ended(land: Country) -> None:
    """Whoever knew the old password may have approved a device of their own, which waits with its poll."""
    party = await device_party(land)
    device = await Television.start(party)
    thief = Person(land, land.people["complete"])
    await answered(thief, await device.confirmed(thief))
    person_id = thief.persona.record.person_id

    async def end(unit: Unit) -> None:
        await persons.seize(unit, person_id)
        await end_lasting_access(unit, person_id)

    await land.idp.db.transact(end)
    assert await device.error() == "access_denied"


async def test_a_proof_is_used_up_by_the_poll_that_gets_something_alone(land: Country) -> None:
    party, key = await device_party(land), new_key()
    devices = [await Television.start(party) for _ in range(2)]

    async def polled(code: str) -> dict[str, Any]:
        form = {"grant_type": DEVICE_CODE, "client_id": party.client_id, "device_code": code}
        answer: dict[str, Any] = (await holder.post("/token", data=form, headers={"DPoP": proof})).json()
        return answer

    async with land.browser() as holder:
        person = Person(land, land.people["complete"])
        for device in devices:
            await answered(person, await device.confirmed(person))
        waiting = await Television.start(party)
        proof = proof_of(key=key, method="POST", url=f"{ISSUER}/token", at=to_seconds(land.watch.now()))
        told = [(await polled(code))["error"] for code in ("made-up", *[waiting.told["device_code"]] * 2)]
        assert told == ["invalid_grant", "authorization_pending", "slow_down"]
        async with land.idp.db.reading() as unit:
            (row,) = await unit.fetch(Statement(select(func.count().label("rows")).select_from(used_assertions)))
        assert row["rows"] == 0
        assert (await polled(devices[0].told["device_code"]))["token_type"] == "DPoP"
        assert (await polled(devices[1].told["device_code"]))["error"] == "invalid_dpop_proof"
