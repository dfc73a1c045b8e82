"""Refresh tokens: rotated, forgiven once for a lost answer, and a replay ends the grant, also after a restart."""

import asyncio

import pytest

from tests.support.country import Country, country
from tests.support.events import kinds_of
from tests.support.grants import generation, refused
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import agreed
from vneid_idp.kernel.clock import DAY, SECOND
from vneid_idp.protocol.levels import LEVEL_2

SCOPE = "openid age email offline_access"


@pytest.fixture
async def token(land: Country, party: RelyingParty) -> str:
    """A refresh token that was never used."""
    return str((await (await agreed(land, party)).tokens(party, scope=SCOPE))["refresh_token"])


async def test_each_use_gives_the_next_generation(land: Country, party: RelyingParty, token: str) -> None:
    for expected in (2, 3, 4):
        land.watch.advance(DAY)
        answer = await party.refresh(token)
        assert answer.status_code == 200
        token = answer.json()["refresh_token"]
        assert generation(land, token) == expected
        assert (await party.userinfo(answer.json()["access_token"])).status_code == 200
    assert (await kinds_of(land)).count("refresh.used") == 3


async def test_the_new_id_token_speaks_of_the_same_sign_in(land: Country) -> None:
    party = RelyingParty(land, await land.register(backchannel_logout_uri="http://localhost:9999/back"))
    someone = await agreed(land, party)
    first = await someone.tokens(party, scope=SCOPE, acr_values=LEVEL_2)
    land.watch.advance(5 * SECOND)
    before = await party.claims(first["id_token"])
    after = await party.claims((await party.refresh(first["refresh_token"])).json()["id_token"])
    for name in ("iss", "sub", "aud", "auth_time", "acr", "amr", "sid"):
        assert after[name] == before[name]
    assert after["iat"] == before["iat"] + 5
    assert "nonce" in before
    assert "nonce" not in after


async def test_a_client_without_a_credential_is_forgiven_no_repeat(land: Country) -> None:
    party = RelyingParty(
        land,
        await land.register(token_endpoint_auth_method="none", grant_types=["authorization_code", "refresh_token"]),
    )
    token = str((await (await agreed(land, party)).tokens(party, scope=SCOPE))["refresh_token"])
    successor = (await party.refresh(token)).json()["refresh_token"]
    assert refused(await party.refresh(token))
    assert refused(await party.refresh(successor)), "the grant has ended: somebody else had the token"


async def test_of_many_public_repeats_at_once_one_is_answered_and_the_grant_ends(land: Country) -> None:
    party = RelyingParty(
        land,
        await land.register(token_endpoint_auth_method="none", grant_types=["authorization_code", "refresh_token"]),
    )
    token = str((await (await agreed(land, party)).tokens(party, scope=SCOPE))["refresh_token"])
    answers = await asyncio.gather(*(party.refresh(token) for _ in range(20)))
    (answered,) = [answer for answer in answers if answer.status_code == 200]
    assert refused(await party.refresh(answered.json()["refresh_token"]))


async def test_a_lost_answer_is_forgiven_and_a_replay_is_not(land: Country, party: RelyingParty, token: str) -> None:
    first = (await party.refresh(token)).json()
    land.watch.advance(30 * SECOND - 1)
    again = (await party.refresh(token)).json()
    assert generation(land, first["refresh_token"]) == generation(land, again["refresh_token"]) == 2
    land.watch.advance(1)
    assert refused(await party.refresh(token))
    for each in (first, again):
        assert refused(await party.refresh(each["refresh_token"]))
        assert (await party.userinfo(each["access_token"])).status_code == 401
    kinds = await kinds_of(land)
    assert kinds.count("refresh.replayed") == 1
    assert kinds.count("refresh.used") == 1


async def test_an_old_generation_is_a_replay_at_once(land: Country, party: RelyingParty, token: str) -> None:
    second = (await party.refresh(token)).json()["refresh_token"]
    third = (await party.refresh(second)).json()["refresh_token"]
    assert refused(await party.refresh(token))
    assert refused(await party.refresh(third))


async def test_another_client_is_refused_and_ends_nothing(land: Country, party: RelyingParty, token: str) -> None:
    thief = RelyingParty(land, await land.register())
    assert refused(await thief.refresh(token))
    answer = await party.refresh(token)
    assert answer.status_code == 200
    land.watch.advance(31 * SECOND)
    assert refused(await thief.refresh(token))
    assert (await party.refresh(answer.json()["refresh_token"])).status_code == 200


async def test_less_may_be_asked_and_more_costs_nothing(land: Country, party: RelyingParty, token: str) -> None:
    for scope in ("openid unknown", " ", "unknown", "registry.people"):
        assert refused(await party.refresh(token, scope=scope), "invalid_scope")
    land.watch.advance(31 * SECOND)
    narrow = (await party.refresh(token, scope="openid age phone")).json()
    assert narrow["scope"] == "openid age", "which the answer says, also where more is named"
    assert set((await party.userinfo(narrow["access_token"])).json()) == {
        "sub", "age_over_13", "age_over_16", "age_over_18", "age_band"
    }  # fmt: skip
    wide = (await party.refresh(narrow["refresh_token"])).json()
    assert wide["scope"] == SCOPE
    assert "email" in (await party.userinfo(wide["access_token"])).json()
    without = (await party.refresh(wide["refresh_token"], scope="age")).json()
    assert (await party.userinfo(without["access_token"])).status_code == 403


async def test_a_restart_forgets_nothing(land: Country, party: RelyingParty, token: str, database_url: str) -> None:
    second = (await party.refresh(token)).json()["refresh_token"]
    land.watch.advance(31 * SECOND)
    async with country(database_url, land.watch) as restarted:
        same = RelyingParty(restarted, party.registered)
        assert refused(await same.refresh(token))
        assert refused(await same.refresh(second))
    assert refused(await party.refresh(second))


async def test_half_a_year_is_the_longest(land: Country, party: RelyingParty, token: str) -> None:
    land.watch.advance(179 * DAY)
    token = (await party.refresh(token)).json()["refresh_token"]
    land.watch.advance(DAY)
    assert refused(await party.refresh(token))


async def test_a_client_that_may_not_refresh_any_more_cannot(land: Country) -> None:
    party = RelyingParty(land, await land.register(grant_types=["authorization_code"]))
    someone = await agreed(land, party)
    tokens = await someone.tokens(party, scope="openid age offline_access")
    assert "refresh_token" not in tokens
    assert "offline_access" not in tokens["scope"]
    answer = await party.refresh("x")
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


async def test_a_refresh_that_narrows_openid_away_brings_no_id_token(party: RelyingParty, token: str) -> None:
    answer = (await party.refresh(token, scope="age")).json()
    assert "id_token" not in answer
    assert answer["scope"] == "age"
