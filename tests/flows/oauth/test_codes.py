"""An authorization code: for its client, with its verifier and address, within a minute, once."""

from typing import Any

import httpx

from tests.support.country import Country
from tests.support.events import kinds_of
from tests.support.grants import grants_of, refused
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import agreed
from tests.support.tokens import own_token
from vneid_idp.kernel.clock import MINUTE, SECOND


async def test_a_code_lives_for_a_minute(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    request = party.request()
    code = await someone.code(request)
    land.watch.advance(60 * SECOND - 1)
    assert (await party.redeem(request, code)).status_code == 200
    request = party.request()
    code = await someone.code(request)
    land.watch.advance(60 * SECOND)
    assert refused(await party.redeem(request, code))
    assert len(await grants_of(land)) == 1


async def test_a_wrong_redemption_opens_nothing_and_the_right_one_still_works(
    land: Country, party: RelyingParty
) -> None:
    someone = await agreed(land, party)
    request = party.request()
    code = await someone.code(request)
    uri = request.params["redirect_uri"]
    spoiled: tuple[dict[str, Any], ...] = (
        {"code_verifier": None},
        {"code_verifier": ""},
        {"code_verifier": "a" * 43},
        {"code_verifier": request.params["code_challenge"]},
        {"redirect_uri": f"{uri}/"},
        {"redirect_uri": f"{uri}?a=1"},
        {"code": code[:-2]},
        {"code": "junk"},
    )
    for changes in spoiled:
        assert refused(await party.redeem(request, **{"code": code} | changes)), changes
    left_out: tuple[dict[str, Any], ...] = ({"redirect_uri": None}, {"redirect_uri": ""}, {"code": None}, {"code": ""})
    for changes in left_out:
        assert refused(await party.redeem(request, **{"code": code} | changes), "invalid_request"), changes
    assert await grants_of(land) == []
    assert (await party.redeem(request, code)).status_code == 200


async def test_a_verifier_without_a_challenge_shows_that_one_was_stripped(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    request = party.request(code_challenge=None, code_challenge_method=None)
    code = await someone.code(request)
    assert refused(await party.redeem(request, code))
    assert (await party.redeem(request, code, code_verifier=None)).status_code == 200


async def test_another_client_gets_nothing_and_ends_nothing(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    thief = RelyingParty(land, await land.register())
    request = party.request(scope="openid age offline_access")
    code = await someone.code(request)
    assert refused(await thief.redeem(request, code))
    tokens = (await party.redeem(request, code)).json()
    assert refused(await thief.redeem(request, code))
    assert refused(await thief.refresh(tokens["refresh_token"]))
    assert (await party.userinfo(tokens["access_token"])).status_code == 200
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200


async def test_a_code_that_comes_twice_ends_what_the_first_got(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    request = party.request(scope="openid age offline_access")
    code = await someone.code(request)
    tokens = (await party.redeem(request, code)).json()
    assert (await party.userinfo(tokens["access_token"])).status_code == 200
    land.watch.advance(30 * SECOND)
    assert refused(await party.redeem(request, code))
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert refused(await party.refresh(tokens["refresh_token"]))
    assert refused(await party.redeem(request, code))
    assert len(await grants_of(land)) == 1
    assert (await kinds_of(land)).count("code.replayed") == 1


async def test_a_public_client_redeems_with_its_verifier_alone(land: Country) -> None:
    registered = await land.register(
        token_endpoint_auth_method="none", grant_types=["authorization_code", "refresh_token"]
    )
    public = RelyingParty(land, registered)
    someone = await agreed(land, public)
    request = public.request(scope="openid age offline_access")
    code = await someone.code(request)
    form = {
        "grant_type": "authorization_code", "code": code, "client_id": public.client_id,
        "redirect_uri": request.params["redirect_uri"],
    }  # fmt: skip
    async with land.browser() as browser:
        assert refused(await browser.post("/token", data=form))
        tokens = (await browser.post("/token", data={**form, "code_verifier": request.verifier})).json()
        fresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        assert (await browser.post("/token", data=fresh)).status_code in (400, 401)
        assert (await browser.post("/token", data={**fresh, "client_id": public.client_id})).status_code == 200


async def test_an_application_redeems_at_the_port_that_it_asked_from_and_at_no_other(land: Country) -> None:
    members = {"redirect_uris": ["http://127.0.0.1/cb"], "application_type": "native"}
    party = RelyingParty(land, await land.register(**members))
    someone = await agreed(land, party)
    request = party.request(redirect_uri="http://127.0.0.1:51004/cb")
    code = await someone.code(request)
    for other in ("http://127.0.0.1/cb", "http://127.0.0.1:51005/cb"):
        assert refused(await party.redeem(request, code, redirect_uri=other))
    assert (await party.redeem(request, code)).status_code == 200


async def test_without_offline_access_the_grant_ends_with_the_access_token(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    tokens = await someone.tokens(party)
    assert "refresh_token" not in tokens
    assert tokens["expires_in"] == 600
    land.watch.advance(10 * MINUTE - 1)
    assert (await party.userinfo(tokens["access_token"])).status_code == 200
    land.watch.advance(1)
    assert (await party.userinfo(tokens["access_token"])).status_code == 401


async def test_who_registered_no_refresh_and_asks_for_offline_access_gets_the_rest(land: Country) -> None:
    plain = RelyingParty(land, await land.register(grant_types=["authorization_code"], scope="openid identity age"))
    tokens = await (await agreed(land, plain)).tokens(plain, scope="openid identity age offline_access")
    assert tokens["scope"] == "openid identity age"
    assert "refresh_token" not in tokens


async def test_an_access_token_ends_after_ten_minutes_whatever_its_grant_does(
    land: Country, party: RelyingParty
) -> None:
    lasting = (await (await agreed(land, party)).tokens(party, scope="openid age offline_access"))["access_token"]
    own = {"Authorization": f"Bearer {own_token(land, party.registered)}"}

    async def answers() -> list[int]:
        async with land.browser() as browser:
            listed = await browser.get("/bindings/v1/social-accounts", headers=own)
        return [(await party.userinfo(lasting)).status_code, listed.status_code]

    land.watch.advance(10 * MINUTE - 1)
    assert await answers() == [200, 200]
    land.watch.advance(1)
    assert await answers() == [401, 401]
    assert (await party.post("/introspect", token=lasting)).json() == {"active": False}


async def test_the_grant_is_committed_before_the_answer_leaves(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    request = party.request()
    code = await someone.code(request)
    seen: list[int] = []

    async def watching(scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                seen.append(len(await grants_of(land)))
            await send(message)

        await land.app(scope, receive, sending)

    transport = httpx.ASGITransport(watching)
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": request.params["redirect_uri"],
        "code_verifier": request.verifier,
    }  # fmt: skip
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as browser:
        assert (await browser.post("/token", data=form, auth=party.auth)).status_code == 200
    assert seen == [1]
