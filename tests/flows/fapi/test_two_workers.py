"""Two workers on one database: what was used at one is used at the other, and nobody can flood the memory of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import func, select

from tests.support.carrier import Carrier
from tests.support.country import Country, country
from tests.support.organisation import Organisation, exchange, exchanged
from tests.support.shortcuts import agreed
from tests.support.takers import Target
from tests.support.watch import Watch
from tests.support.workers import Branch
from vneid_idp.clients import service as clients
from vneid_idp.clients.tables import used_assertions
from vneid_idp.consent.service import list_current
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.protocol.client import ClientProfile
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Unit

OWN = {"grant_type": "client_credentials", "scope": "binding:social_account"}
COUNT = Statement(select(func.count().label("rows")).select_from(used_assertions))


@pytest.fixture
async def other_land(land: Country, database_url: str, watch: Watch) -> AsyncIterator[Country]:
    """Another worker on the same database."""
    async with country(database_url, watch) as running:
        yield running


@pytest.fixture
async def carrier(land: Country) -> Carrier:
    return await Carrier.of(land, scope="openid identity offline_access binding:social_account")


def own(at: Country, form: dict[str, str], proof: dict[str, str]) -> "asyncio.Task[httpx.Response]":
    async def send() -> httpx.Response:
        async with at.browser() as browser:
            return await browser.post("/token", data=OWN | form, headers=proof)

    return asyncio.create_task(send())


async def test_an_assertion_and_a_proof_count_once_at_both(carrier: Carrier, other_land: Country) -> None:
    form, proof = carrier.assertion(), carrier.proof("POST", "/token")
    assert (await own(carrier.country, form, proof)).status_code == 200
    for again, code in (
        (own(other_land, carrier.assertion(), proof), "invalid_dpop_proof"),
        (own(other_land, form, carrier.proof("POST", "/token")), "invalid_client"),
    ):
        assert (await again).json()["error"] == code
    someone = await agreed(carrier.country, carrier)
    token = (await carrier.tokens(someone.person.browser, scope="openid"))["access_token"]
    proof = carrier.proof("GET", "/userinfo", token=token)
    assert (await carrier.get("/userinfo", token, **proof)).status_code == 200
    elsewhere = replace(carrier, country=other_land)
    assert (await elsewhere.get("/userinfo", token, **proof)).json()["error"] == "invalid_dpop_proof"
    assert (await elsewhere.get("/userinfo", token)).status_code == 200


async def test_of_50_uses_of_one_proof_at_both_one_wins(carrier: Carrier, branches: tuple[Branch, ...]) -> None:
    proof = carrier.proof("POST", "/token")
    answers = await asyncio.gather(*(own(place, carrier.assertion(), proof) for place in branches * 25))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 49
    assert {answer.json()["error"] for answer in answers if answer.status_code == 400} == {"invalid_dpop_proof"}


async def test_of_50_exchanges_of_one_token_each_stands_and_none_outlives_a_withdrawal(
    land: Country, branches: tuple[Branch, ...]
) -> None:
    organisation = await Organisation.of(land)
    app, back_end = organisation.app, organisation.back_end
    someone = await agreed(land, app)
    subject = await organisation.token(someone)
    sides = [replace(back_end, country=branch) for branch in branches]
    found = await asyncio.gather(*(exchanged(sides[number % 2], subject) for number in range(50)))
    assert len(set(found)) == 50
    # What came of it at one worker counts at the other.
    assert {(await sides[1].get("/userinfo", each)).status_code for each in found[::10]} == {200}
    async with land.idp.db.reading() as unit:
        (consent,) = await list_current(unit, someone.person_id)
    racing = [asyncio.create_task(exchange(sides[number % 2], subject)) for number in range(30)]
    await asyncio.wait(racing, return_when=asyncio.FIRST_COMPLETED)
    withdrawing = await branches[0].worker.take(
        "withdraw", Target(someone.person_id, "", app.client_id, consent.consent_id, ())
    )
    await withdrawing.commit()
    racing += [asyncio.create_task(exchange(side, subject)) for side in sides]
    answers = await asyncio.gather(*racing)
    assert {answer.status_code for answer in answers} == {200, 400}
    late = [answer.json()["access_token"] for answer in answers if answer.status_code == 200]
    for each in (*found[::10], *late):
        assert (await sides[1].post("/introspect", token=each)).json() == {"active": False}


async def test_a_nonce_of_one_is_good_at_the_other(carrier: Carrier, other_land: Country) -> None:
    for each in (carrier.country, other_land):
        each.app.state.idp = replace(each.idp, dpop_nonce=(ClientProfile.FAPI2,))
    nonce = (await carrier.push(carrier.request(scope="openid"))).headers["dpop-nonce"]
    assert (await own(other_land, carrier.assertion(), carrier.proof("POST", "/token", nonce=nonce))).status_code == 200


async def test_a_flood_of_proofs_pushes_none_out_of_the_memory_that_time_alone_empties(carrier: Carrier) -> None:
    land = carrier.country
    # As long as a proof can be good: a minute before its time and a minute after.
    proof = carrier.proof("POST", "/token", iat=carrier.now + 60)
    assert (await own(land, carrier.assertion(), proof)).status_code == 200

    async def flood(unit: Unit) -> None:
        for number in range(300):
            once = clients.proof_once(f"thumbprint {number % 7}", f"junk {number}", unit.now + MINUTE)
            assert not await clients.use_up(unit, carrier.client_id, once)

    await land.idp.db.transact(flood)
    land.watch.advance(2 * MINUTE - SECOND)
    await land.idp.db.transact(clients.forget_assertions)
    again = (await own(land, carrier.assertion(), proof)).json()
    assert (again["error"], "used before" in again["error_description"]) == ("invalid_dpop_proof", True)
    land.watch.advance(90 * MINUTE)
    await land.idp.db.transact(clients.forget_assertions)
    async with land.idp.db.reading() as unit:
        row = await unit.fetch_one(COUNT)
    assert row is not None
    assert row["rows"] == 0
