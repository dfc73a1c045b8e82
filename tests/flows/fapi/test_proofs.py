"""DPoP proofs (RFC 9449): what is refused at each door and what is not, that each counts once, and nonces."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from tests.support.carrier import Carrier, new_key
from tests.support.country import Country
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import agreed
from vneid_idp.clients.tables import used_assertions
from vneid_idp.storage.statement import Statement

OWN = {"grant_type": "client_credentials", "scope": "binding:social_account"}


@pytest.fixture
async def carrier(land: Country) -> Carrier:
    return await Carrier.of(land, scope="openid identity offline_access binding:social_account")


async def own(carrier: Carrier, **how: Any) -> httpx.Response:
    return await carrier.send("/token", OWN, carrier.proof("POST", "/token", **how))


async def test_a_proof_that_does_not_hold_is_refused_and_costs_nothing(carrier: Carrier) -> None:
    for wrong in ({"htm": "GET"}, {"iat": carrier.now - 61}, {"iat": carrier.now + 61}):
        answer = await own(carrier, **wrong)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof"), answer.text
        assert "www-authenticate" not in answer.headers
    for late in (-60, 60):
        assert (await own(carrier, iat=carrier.now + late)).status_code == 200


async def test_a_bound_token_is_no_bearers_and_a_bearers_is_not_bound(carrier: Carrier, party: RelyingParty) -> None:
    path = "/bindings/v1/social-accounts"
    bound = (await carrier.post("/token", **OWN)).json()["access_token"]
    assert (await carrier.get(path, bound)).status_code == 200
    async with carrier.country.browser() as browser:
        assert (await browser.get(path, headers={"Authorization": f"Bearer {bound}"})).status_code == 401
    plain = (await party.post("/token", **OWN)).json()["access_token"]
    assert (await replace(carrier, registered=party.registered).get(path, plain)).status_code == 401


async def test_a_client_that_registers_it_gets_no_tokens_without_a_key(land: Country) -> None:
    bound = RelyingParty(land, await land.register(dpop_bound_access_tokens=True))
    assert (await bound.post("/token", **OWN)).json()["error"] == "invalid_request"
    proven = replace(await Carrier.of(land), registered=bound.registered)
    async with land.browser() as browser:
        answer = await browser.post("/token", data=OWN, auth=bound.auth, headers=proven.proof("POST", "/token"))
    assert answer.json()["token_type"] == "DPoP"


async def test_a_public_client_refreshes_with_the_key_of_its_token_alone(land: Country) -> None:
    registered = await land.register(
        token_endpoint_auth_method="none", grant_types=["authorization_code", "refresh_token"]
    )
    party = RelyingParty(land, registered)
    someone = await agreed(land, party)
    key = replace(await Carrier.of(land), registered=registered)
    request = party.request(scope="openid identity offline_access")
    code = request.read_answer(str(await someone.person.start(request)))["code"]
    form = {
        "grant_type": "authorization_code", "code": code, "code_verifier": request.verifier,
        "redirect_uri": request.params["redirect_uri"], "client_id": party.client_id,
    }  # fmt: skip
    async with land.browser() as browser:
        tokens = (await browser.post("/token", data=form, headers=key.proof("POST", "/token"))).json()
        assert tokens["token_type"] == "DPoP"
        refresh = {
            "grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": party.client_id,
        }  # fmt: skip
        for proof in ({}, key.proof("POST", "/token", key=new_key())):
            answer = await browser.post("/token", data=refresh, headers=proof)
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
        assert (await browser.post("/token", data=refresh, headers=key.proof("POST", "/token"))).status_code == 200


async def test_what_strangers_prove_in_the_name_of_a_public_client_leaves_no_row(land: Country) -> None:
    registered = await land.register(
        token_endpoint_auth_method="none", grant_types=["authorization_code", "refresh_token"]
    )
    key, named = replace(await Carrier.of(land), registered=registered), {"client_id": registered.client.client_id}
    count = Statement(select(func.count().label("rows")).select_from(used_assertions))
    async with land.browser() as browser:
        for form in (
            {"grant_type": "authorization_code", "code": "junk"},
            {"grant_type": "refresh_token", "refresh_token": "junk"},
            {"grant_type": "client_credentials"},
        ):
            assert (
                await browser.post("/token", data=named | form, headers=key.proof("POST", "/token"))
            ).status_code == 400
        junk = await browser.post("/par", data=named | {"scope": "x"}, headers=key.proof("POST", "/par"))
        assert junk.status_code == 400
    async with land.idp.db.reading() as unit:
        row = await unit.fetch_one(count)
    assert row is not None
    assert row["rows"] == 0
