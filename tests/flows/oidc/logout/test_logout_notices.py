"""Signing out is told to every service of the session, on its back channel."""

import asyncio

from tests.support.authority import change
from tests.support.back_channel import Service, confirmed, is_signed_in, listening, queue, signed_in
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.pages import opened, post
from tests.support.relying_party import Page, Person, RelyingParty
from vneid_idp.delivery.channels import MANNERS, Channel
from vneid_idp.delivery.rules import longest_pause
from vneid_idp.identity.register.records import LockedBy
from vneid_idp.kernel.clock import DAY, MINUTE, SECOND
from vneid_idp.use_cases.enrol_person import new_activation_code


async def test_each_service_of_the_session_is_told_and_no_other(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    async with listening() as second, listening() as third:
        also = RelyingParty(land, await land.register(client_name="Hai", backchannel_logout_uri=second.uri))
        never = RelyingParty(land, await land.register(client_name="Ba", backchannel_logout_uri=third.uri))
        await signed_in(person, party)
        await signed_in(person, also)
        await signed_in(Person(land, land.people["plain"]), never)
        page = await person.open("/end_session")
        assert isinstance(page, Page)
        assert "Hai" in page.text
        assert "Ba" not in page.text.split()
        await confirmed(person, page)
        assert (len(service.heard), len(second.heard), len(third.heard)) == (1, 1, 0)
        first, other = [await party.claims(s.heard[0]["logout_token"]) for s in (service, second)]
        assert (first["aud"], other["aud"]) == (party.client_id, also.client_id)


async def test_a_service_that_gave_its_token_back_is_told_too(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    """Its session goes on, on the word of the ID token."""
    tokens = await signed_in(person, party)
    assert (await party.post("/revoke", token=tokens["access_token"])).status_code == 200
    await confirmed(person, await person.open("/end_session"))
    assert len(service.heard) == 1


async def test_a_notice_that_did_not_arrive_is_repeated_with_the_same_jti(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    await signed_in(person, party)
    service.status = 503
    page = await person.open("/end_session")
    assert isinstance(page, Page)
    assert isinstance(await confirmed(person, page), Page)  # the person does not wait for it
    await land.deliver()
    assert len(service.heard) == 1
    service.status = 204
    land.watch.advance(30 * SECOND)
    # Two workers at the same time: one attempt.
    await asyncio.gather(land.deliver(), land.deliver())
    land.watch.advance(DAY)
    await land.deliver()
    tokens = [await party.claims(heard["logout_token"]) for heard in service.heard]
    assert len(tokens) == 2
    assert tokens[0]["jti"] == tokens[1]["jti"]
    assert tokens[1]["iat"] == tokens[0]["iat"] + 30
    assert await queue(land) == []


async def test_a_notice_is_given_up_after_its_last_attempt_and_the_operator_sees_it(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    await signed_in(person, party)
    service.status = 500
    await confirmed(person, await person.open("/end_session"))
    for heard in range(2, 7):
        land.watch.advance(longest_pause(MANNERS[Channel.LOGOUT_TOKEN], heard - 1))
        await land.deliver()
        assert len(service.heard) == heard
    land.watch.advance(DAY)
    await land.deliver()
    assert len(service.heard) == 6
    (dead,) = await queue(land)
    assert (dead.recipient, dead.attempts, dead.last_outcome) == (party.client_id, 6, "status_500")
    assert dead.given_up_at is not None


async def test_a_considered_refusal_is_not_repeated(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    await signed_in(person, party)
    service.status = 400
    await confirmed(person, await person.open("/end_session"))
    land.watch.advance(DAY)
    await land.deliver()
    assert len(service.heard) == 1
    assert [row.last_outcome for row in await queue(land)] == ["status_400"]


async def test_a_service_that_is_too_busy_is_told_later(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    await signed_in(person, party)
    service.status = 429
    await confirmed(person, await person.open("/end_session"))
    service.status = 200
    land.watch.advance(30 * SECOND)
    await land.deliver()
    assert len(service.heard) == 2
    assert await queue(land) == []


async def test_a_service_that_hangs_holds_the_person_up_for_a_while_only(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    await signed_in(person, party)
    hanging = asyncio.Event()
    service.answers = hanging
    patient = asyncio.get_running_loop().time() + 8
    assert isinstance(await confirmed(person, await person.open("/end_session")), Page)
    assert asyncio.get_running_loop().time() < patient
    hanging.set()
    await land.idp.dispatcher.finish()
    assert [row.last_outcome for row in await queue(land)] == ["unreachable"]


async def test_signing_out_of_the_own_pages_tells_the_services_too(
    person: Person, party: RelyingParty, service: Service
) -> None:
    await signed_in(person, party)
    page = await person.open("/signout")
    assert isinstance(page, Page)
    await confirmed(person, page)
    assert not await is_signed_in(person, party)
    assert len(service.heard) == 1


async def test_who_takes_over_a_browser_has_the_one_before_signed_out_once(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    await signed_in(person, party)
    land.watch.advance(SECOND)
    page = await person.start(party.request(prompt="login"))
    person.persona = land.people["level-1"]
    await person.sign_in(page)
    assert len(service.heard) == 1, "before any worker came round"
    land.watch.advance(MINUTE)
    await land.deliver()
    assert len(service.heard) == 1


async def test_a_lock_that_a_sign_in_finds_at_the_register_is_told_at_once(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    await signed_in(person, party)
    await change(land, person.persona.record.person_id, locked_by=LockedBy.AUTHORITY, locked_at=land.watch.now())
    again = Person(land, person.persona)
    assert isinstance(await again.sign_in(await again.start(party.request())), Page)
    assert len(service.heard) == 1, "before any worker came round"


async def test_who_activates_anew_is_signed_out_everywhere_and_services_hear_it_at_once(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    sid = (await party.claims((await signed_in(person, party))["id_token"]))["sid"]
    idp, who = land.idp, person.persona.record.person_id
    code = await idp.db.transact(lambda unit: new_activation_code(unit, idp.keys.blind, who, DEED))
    form = {"identifier": person.persona.username, "code": code, "password": "another-2026", "passcode": "482915"}
    again = {"password-again": "another-2026", "passcode-again": "482915"}
    holder = Person(land, person.persona)
    done = await post(holder, await opened(holder, "/activate"), "/activate", **form, **again)
    assert done.response.status_code == 200
    (heard,) = service.heard
    assert (await party.claims(heard["logout_token"]))["sid"] == sid
    assert await queue(land) == []
