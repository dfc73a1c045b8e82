"""What a client learns of a token and does to it: its own only."""

from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.support.country import ISSUER, Country
from tests.support.relying_party import RelyingParty
from tests.support.tokens import own_token, person_token
from vneid_idp.consent import service as consent
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.protocol.tokens import AccessToken, RefreshToken
from vneid_idp.storage.unit import StorageUnavailable

INACTIVE = {"active": False}


def person_id(land: Country) -> str:
    return land.people["plain"].record.person_id


def refresh_token(land: Country, access_token: str, generation: int = 1) -> str:
    token = AccessToken.from_json(land.idp.keys.sealer.open_json(SealPurpose.ACCESS_TOKEN, access_token))
    assert token.grant_id is not None
    found = RefreshToken(token.client_id, token.grant_id, generation)
    return land.idp.keys.sealer.seal_json(SealPurpose.REFRESH_TOKEN, found.to_json())


async def introspected(party: RelyingParty, token: str, **more: str) -> dict[str, Any]:
    answer = await party.post("/introspect", token=token, **more)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


async def test_a_clients_own_tokens_are_described(land: Country, party: RelyingParty) -> None:
    token = await person_token(land, party.registered, person_id(land))
    found = await introspected(party, token, token_type_hint="refresh_token")
    now = land.watch.now() // 1000
    assert found["active"] is True
    assert (found["iss"], found["client_id"], found["exp"] - now) == (ISSUER, party.client_id, 600)
    assert found["scope"] == "openid binding:social_account"
    assert found["sub"] == (await party.userinfo(token)).json()["sub"]
    assert person_id(land) not in repr(found)
    own = await introspected(party, own_token(land, party.registered))
    assert (own["active"], own["sub"]) == (True, party.client_id)
    assert await introspected(party, refresh_token(land, token)) == INACTIVE, "no refresh without offline_access"
    lasting = await person_token(land, party.registered, person_id(land), scope=("openid", "offline_access"))
    assert (await introspected(party, refresh_token(land, lasting)))["active"] is True
    assert await introspected(party, refresh_token(land, lasting, 2)) == INACTIVE


async def test_of_other_tokens_nothing_is_said(land: Country, party: RelyingParty) -> None:
    stranger = RelyingParty(land, await land.register())
    token = await person_token(land, party.registered, person_id(land))
    sealer = land.idp.keys.sealer
    others = [
        token,
        refresh_token(land, token),
        own_token(land, party.registered),
        "junk",
        token[:-1],
        sealer.seal_json(SealPurpose.CODE, ["a"]),
        sealer.seal_json(SealPurpose.SESSION, ["a", "b"]),
        land.idp.keys.sign("ES256", {"sub": "a"}, now=land.watch.now()),
    ]
    for other in others:
        assert await introspected(stranger, other) == INACTIVE


async def test_dead_tokens_are_inactive(land: Country, party: RelyingParty) -> None:
    expired = await person_token(land, party.registered, person_id(land))
    land.watch.advance(10 * MINUTE)
    assert await introspected(party, expired) == INACTIVE
    withdrawn = await person_token(land, party.registered, person_id(land))
    assert (await introspected(party, withdrawn))["active"] is True
    async with land.idp.db.writing() as unit:
        (current, *_) = await consent.list_current(unit, person_id(land))
        await consent.withdraw(unit, person_id(land), current.consent_id)
    assert await introspected(party, withdrawn) == INACTIVE


async def test_public_clients_and_strangers_ask_nothing(land: Country, party: RelyingParty) -> None:
    public = await land.register(token_endpoint_auth_method="none", grant_types=["authorization_code"])
    async with land.browser() as browser:
        form = {"token": "x", "client_id": public.client.client_id}
        assert (await browser.post("/introspect", data=form)).status_code == 401
        assert (await browser.post("/introspect", data={"token": "x"})).json()["error"] == "invalid_request"


@pytest.mark.parametrize("path", ["/introspect", "/revoke"])
async def test_a_request_about_no_token_is_told_what_is_missing(party: RelyingParty, path: str) -> None:
    for form in ({}, {"token": ""}):
        answer = await party.post(path, token_type_hint="access_token", **form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
        assert "token" in answer.json()["error_description"]


async def test_introspection_costs_one_statement_at_most(land: Country, party: RelyingParty) -> None:
    token = await person_token(land, party.registered, person_id(land))
    await introspected(party, token)
    before = land.idp.db.statements
    await introspected(party, token)
    assert land.idp.db.statements == before + 1


@pytest.mark.parametrize("kind", ["access", "refresh"])
async def test_revoking_ends_the_grant(land: Country, party: RelyingParty, kind: str) -> None:
    token = await person_token(land, party.registered, person_id(land))
    refresh = refresh_token(land, token)
    answer = await party.post("/revoke", token=token if kind == "access" else refresh, token_type_hint="nonsense")
    assert answer.status_code == 200
    # simple-oauth2 and @fastify/oauth2 read every answer as JSON, and throw where there is none.
    assert (answer.headers["content-type"], answer.json()) == ("application/json", {})
    assert await introspected(party, token) == INACTIVE
    assert await introspected(party, refresh) == INACTIVE
    assert (await party.userinfo(token)).status_code == 401
    refused = await party.refresh(refresh)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert (await party.post("/revoke", token=token)).status_code == 200


async def test_revoking_what_is_anothers_or_nothing_succeeds_and_does_nothing(
    land: Country, party: RelyingParty
) -> None:
    stranger = RelyingParty(land, await land.register())
    token = await person_token(land, party.registered, person_id(land))
    for other in (token, refresh_token(land, token), "junk", own_token(land, stranger.registered)):
        assert (await stranger.post("/revoke", token=other)).status_code == 200
    assert (await introspected(party, token))["active"] is True


async def test_a_public_client_revokes_its_own(land: Country) -> None:
    public = await land.register(token_endpoint_auth_method="none", grant_types=["authorization_code"])
    token = await person_token(land, public, person_id(land))
    async with land.browser() as browser:
        form = {"token": token, "client_id": public.client.client_id}
        assert (await browser.post("/revoke", data=form)).status_code == 200
        headers = {"Authorization": f"Bearer {token}"}
        assert (await browser.get("/userinfo", headers=headers)).status_code == 401


async def test_when_the_database_fails_revocation_does_not_say_success(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await person_token(land, party.registered, person_id(land))

    @asynccontextmanager
    async def broken(**_: Any) -> Any:
        raise StorageUnavailable
        yield

    monkeypatch.setattr(type(land.idp.db), "writing", lambda self, **more: broken(**more))
    answer = await party.post("/revoke", token=token)
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
