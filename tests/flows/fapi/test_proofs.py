"""DPoP proofs (RFC 9449): what is refused at each door and what is not, that each counts once, and nonces."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from tests.support.carrier import Carrier, new_key
from tests.support.country import ISSUER, Country
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import agreed
from vneid_idp.clients.tables import used_assertions
from vneid_idp.kernel.clock import MINUTE
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


async def test_junk_two_proofs_and_none_are_refused(carrier: Carrier) -> None:
    async with carrier.country.browser() as browser:
        form = OWN | carrier.assertion()
        two = [("dpop", carrier.proof("POST", "/token")["DPoP"]) for _ in range(2)]
        assert (await browser.post("/token", data=form, headers=two)).json()["error"] == "invalid_dpop_proof"
    for headers in ({"DPoP": "junk"}, {"DPoP": "a.b.c"}):
        answer = await carrier.send("/token", OWN, headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
    assert (await carrier.send("/token", OWN, {})).json()["error"] == "invalid_request"


async def test_at_a_resource_a_proof_is_of_this_token_too(carrier: Carrier) -> None:
    someone = await agreed(carrier.country, carrier)
    token = (await carrier.tokens(someone.person.browser, scope="openid identity"))["access_token"]
    wrong: list[dict[str, Any]] = [
        {"without": ("ath",)}, {"ath": "x"}, {"ath": 7}, {"token": "another"}, {"htm": "POST"}, {"iat": 1},
        {"htu": f"{ISSUER}/token"},
    ]  # fmt: skip
    for how in wrong:
        proof = carrier.proof("GET", "/userinfo", **({"token": token} | how))
        answer = await carrier.get("/userinfo", token, **proof)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_dpop_proof"), how
        challenge = answer.headers["www-authenticate"]
        assert challenge.startswith('DPoP algs="ES256 PS256 EdDSA", error="invalid_dpop_proof"')
    assert (await carrier.get("/userinfo", token)).status_code == 200


async def test_a_bound_token_is_no_bearers_and_a_bearers_is_not_bound(carrier: Carrier, party: RelyingParty) -> None:
    bound = (await carrier.post("/token", **OWN)).json()["access_token"]
    someone = await agreed(carrier.country, carrier)
    token = (await carrier.tokens(someone.person.browser, scope="openid"))["access_token"]
    async with carrier.country.browser() as browser:
        proof = carrier.proof("GET", "/userinfo", token=token)
        for headers in ({}, proof):
            answer = await browser.get("/userinfo", headers={"Authorization": f"Bearer {token}"} | headers)
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
            assert "by the scheme DPoP" in answer.json()["error_description"]
        posted = await browser.post("/userinfo", data={"access_token": token})
        assert posted.status_code == 401
        answer = await browser.get("/bindings/v1/social-accounts", headers={"Authorization": f"Bearer {bound}"})
        assert answer.status_code == 401
        assert (await browser.get("/userinfo", headers={"Authorization": f"DPoP {token}"})).status_code == 401
    plain = (await party.post("/token", **OWN)).json()["access_token"]
    answer = await replace(carrier, registered=party.registered).get("/bindings/v1/social-accounts", plain)
    assert answer.status_code == 401


async def test_of_50_uses_of_one_proof_one_wins(carrier: Carrier) -> None:
    proof = carrier.proof("POST", "/token")
    answers = await asyncio.gather(*(carrier.send("/token", OWN, proof) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 49
    assert {answer.json()["error"] for answer in answers if answer.status_code == 400} == {"invalid_dpop_proof"}


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


async def test_a_code_is_bound_to_the_key_that_was_named_or_proven_ahead(carrier: Carrier) -> None:
    someone = await agreed(carrier.country, carrier)
    thief = new_key()
    for by_name in (True, False):
        request = carrier.request(
            scope="openid identity", **({"dpop_jkt": carrier.key.thumbprint()} if by_name else {})
        )
        ahead = {} if by_name else carrier.proof("POST", "/par")
        form = {
            "grant_type": "authorization_code", "code_verifier": request.verifier,
            "redirect_uri": request.params["redirect_uri"],
        }  # fmt: skip
        code = await carrier.code(someone.person.browser, request, **ahead)
        stolen = await carrier.send("/token", form | {"code": code}, carrier.proof("POST", "/token", key=thief))
        assert stolen.json()["error"] == "invalid_grant"
        assert (await carrier.redeem(request, code)).status_code == 200
    request = carrier.request(scope="openid", dpop_jkt=thief.thumbprint())
    answer = await carrier.push(request, **carrier.proof("POST", "/par"))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
    answer = await carrier.push(carrier.request(scope="openid", dpop_jkt="short"))
    assert answer.json()["error"] == "invalid_request"


async def test_with_nonces_the_pushed_request_brings_the_first_and_clocks_do_not_count(carrier: Carrier) -> None:
    carrier.country.app.state.idp = idp = replace(carrier.country.idp, dpop_nonce=True)
    someone = await agreed(carrier.country, carrier)
    request = carrier.request(scope="openid identity")
    pushed = await carrier.push(request)
    nonce = pushed.headers["dpop-nonce"]
    code = await carrier.code(someone.person.browser, request)
    form = {
        "grant_type": "authorization_code", "code": code, "code_verifier": request.verifier,
        "redirect_uri": request.params["redirect_uri"],
    }  # fmt: skip
    for proof in (carrier.proof("POST", "/token"), carrier.proof("POST", "/token", nonce=nonce[:-4] + "AAAA")):
        answer = await carrier.send("/token", form, proof)
        assert (answer.status_code, answer.json()["error"]) == (400, "use_dpop_nonce")
        assert answer.headers["dpop-nonce"]
    proof = carrier.proof("POST", "/token", nonce=nonce, iat=carrier.now - 3600)
    answer = await carrier.send("/token", form, proof)
    assert answer.status_code == 200, answer.text
    nonce, token = answer.headers["dpop-nonce"], answer.json()["access_token"]
    assert (await carrier.send("/token", OWN, proof)).json()["error"] == "invalid_dpop_proof"
    told = await carrier.get("/userinfo", token)
    assert (told.status_code, told.json()["error"]) == (401, "use_dpop_nonce")
    assert told.headers["www-authenticate"].startswith('DPoP algs="ES256 PS256 EdDSA", error="use_dpop_nonce"')
    proven = carrier.proof("GET", "/userinfo", token=token, nonce=told.headers["dpop-nonce"])
    assert (await carrier.get("/userinfo", token, **proven)).status_code == 200
    carrier.country.watch.advance(5 * MINUTE)
    late = await carrier.send("/token", OWN, carrier.proof("POST", "/token", nonce=nonce))
    assert late.json()["error"] == "use_dpop_nonce"
    assert idp.dpop_nonce


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
