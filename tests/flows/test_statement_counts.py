"""One statement a request on the hot path (design: performance, rule 1), counted once everything is warm."""

import re
from collections.abc import Awaitable
from typing import Any

import pytest

from tests.support.bindings import Caller
from tests.support.carrier import Carrier
from tests.support.country import Country
from tests.support.pages import opened
from tests.support.polling import Television, device_party
from tests.support.registered import put_in_register
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.shortcuts import Known, agreed
from tests.support.tokens import CHILD, own_token, person_token
from vneid_idp.bindings.subscriber_numbers.service import ConfirmedNumber, bind_number
from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol.levels import LEVEL_2
from vneid_idp.registers.classes import RowClass

SCOPE = "openid profile identity age offline_access"


async def _statements(land: Country, work: Awaitable[Any]) -> tuple[int, Any]:
    before = land.idp.db.statements
    outcome = await work
    return land.idp.db.statements - before, outcome


@pytest.fixture
async def someone(land: Country, party: RelyingParty) -> Known:
    """Somebody signed in who has agreed to everything, at a client that is in memory."""
    visitor = await agreed(land, party)
    await visitor.tokens(party, scope=SCOPE)
    return visitor


async def test_authorize_reads_once_and_writes_nothing(land: Country, party: RelyingParty, someone: Known) -> None:
    assert (await _statements(land, someone.code(party.request(scope=SCOPE))))[0] == 1


async def test_a_code_costs_one_statement(land: Country, party: RelyingParty, someone: Known) -> None:
    request = party.request(scope=SCOPE)
    count, answer = await _statements(land, party.redeem(request, await someone.code(request)))
    assert (count, answer.status_code) == (1, 200)


async def test_a_refresh_costs_one_statement(land: Country, party: RelyingParty, someone: Known) -> None:
    token = (await someone.tokens(party, scope=SCOPE))["refresh_token"]
    for _ in range(2):
        count, answer = await _statements(land, party.refresh(token))
        assert (count, answer.status_code) == (1, 200)
        token = answer.json()["refresh_token"]


@pytest.mark.parametrize(("scope", "statements"), [(SCOPE, 2), ("openid", 1)])
async def test_userinfo_reads_once_and_writes_down_what_it_tells(
    land: Country, party: RelyingParty, someone: Known, scope: str, statements: int
) -> None:
    token = (await someone.tokens(party, scope=scope))["access_token"]
    count, answer = await _statements(land, party.userinfo(token))
    assert (count, answer.status_code) == (statements, 200)
    assert ("identity_level" in answer.json()) is (statements == 2)


async def test_client_credentials_costs_none(land: Country, party: RelyingParty, someone: Known) -> None:
    wanted = party.post("/token", grant_type="client_credentials", scope="binding:social_account")
    count, answer = await _statements(land, wanted)
    assert (count, answer.status_code) == (0, 200)


async def test_what_fapi_asks_for_costs_few(land: Country) -> None:
    """An assertion and a proof are used up together; who agreed before goes through without a row for the page."""
    carrier = await Carrier.of(land)
    browser = (await agreed(land, carrier)).person.browser
    await carrier.tokens(browser, scope="openid")
    request = carrier.request(scope="openid")
    pushed, answer = await _statements(land, carrier.push(request, **carrier.proof("POST", "/par")))
    known = {"client_id": carrier.client_id, "request_uri": answer.json()["request_uri"]}
    decided, answer = await _statements(land, browser.get("/authorize", params=known))
    code = request.read_answer(answer.headers["location"])["code"]
    redeemed, answer = await _statements(land, carrier.redeem(request, code))
    told, answer = await _statements(land, carrier.get("/userinfo", answer.json()["access_token"]))
    # Replays and the request; the request, the facts, its end; replays and the grant; a replay and what is told.
    assert (pushed, decided, redeemed, told, answer.status_code) == (2, 3, 2, 2, 200)


async def test_a_stranger_costs_none(land: Country, party: RelyingParty, someone: Known) -> None:
    for answer in (
        party.post("/token", grant_type="authorization_code", code="junk"),
        party.refresh("junk"),
        party.userinfo("junk"),
    ):
        count, refused = await _statements(land, answer)
        assert count == 0
        assert refused.status_code in (400, 401)


async def test_a_page_of_a_waiting_request_reads_who_is_there_once(land: Country, party: RelyingParty) -> None:
    person = Person(land, land.people["complete"])
    page = await person.sign_in(await person.start(party.request(acr_values=LEVEL_2)))
    assert isinstance(page, Page)
    assert page.path.endswith("/second")
    # The request; the session with its account; and for the page the profile, whether its phone proves anything, the
    # passkeys and the last code; in the sandbox the messages, too.
    assert (await _statements(land, person.browser.get(page.path)))[0] == 7
    consent = await person.sign_in(await person.start(party.request(scope="openid email", prompt="login")))
    assert isinstance(consent, Page)
    assert consent.path.startswith("/consent/")
    assert (await _statements(land, person.browser.get(consent.path)))[0] == 3


async def test_what_an_account_tells_is_read_with_what_was_agreed_in_one_statement(
    land: Country, party: RelyingParty
) -> None:
    person_id = land.people["complete"].record.person_id
    async with land.browser() as network:
        persons = Caller(network, land, await person_token(land, party.registered, person_id))
        path = f"/{(await persons.bind())['binding_id']}"
        own = Caller(network, land, own_token(land, party.registered))
        await own.status()
        # The account with what was agreed, before and after the register is asked; what is told, on record; and the
        # make-believe register, which is here.
        assert (await _statements(land, own.status()))[0] == 4
        assert (await _statements(land, own.call("GET")))[0] == 4
        assert (await _statements(land, own.call("GET", path)))[0] == 4
        # Of a child's account as well, as long as it does not rest.
        who, child = (land.people[name].record.person_id for name in ("guardian", "fifteen"))
        childs = Caller(network, land, await person_token(land, party.registered, who, scope=CHILD, child_id=child))
        await childs.bind("child")
        assert (await _statements(land, own.status("child")))[0] == 4


async def test_a_code_to_show_costs_one_statement_and_a_poll_that_nobody_answered(land: Country) -> None:
    television = await device_party(land)
    device = await Television.start(television)
    await device.poll()
    land.watch.advance(10 * SECOND)
    await Television.start(television)  # the client is in memory again
    assert (await _statements(land, Television.start(television)))[0] == 1
    count, answer = await _statements(land, device.poll())
    assert (count, answer.json()["error"]) == (1, "authorization_pending")
    assert (await _statements(land, device.poll(device_code="junk")))[0] == 1


async def test_own_pages_read_as_often_for_fifty_numbers_as_for_one(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    keys, policy, record = land.idp.keys, await land.idp.current_policy(), someone.person.persona.record

    async def more(serials: range) -> None:
        numbers = [(f"nbr_{each:026}", f"+8495{each:07}", RowClass.CONSISTENT) for each in serials]
        async with land.idp.db.writing() as unit:
            await put_in_register(unit, keys, policy, record.personal_number, numbers)
            for each in serials:
                confirmed = ConfirmedNumber(f"+8494{each:07}", "carrier_app", "prepaid", 1)
                await bind_number(
                    unit,
                    land.idp.vault,
                    keys.blind,
                    confirmed,
                    client_id=party.client_id,
                    family_id="song",
                    person_id=someone.person_id,
                    consent_id="",
                )

    counts = []
    for serials in (range(1, 2), range(2, 51)):
        await more(serials)
        counts.append([(await _statements(land, opened(someone.person, page)))[0] for page in ("/me", "/me/numbers")])
    page = (await opened(someone.person, "/me/numbers")).text
    assert len(set(re.findall(r"09[45]\d \d{3} \d{3}", page))) == 100, "those of a register, and those bound"
    assert counts[0] == counts[1]
