"""The token endpoint's manners: status, headers, codes; and an honest answer when the database is away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.support.country import Country
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import agreed
from vneid_idp.storage.postgresql import PostgresqlDatabase
from vneid_idp.storage.unit import StorageUnavailable

FORM = {"content-type": "application/x-www-form-urlencoded"}


def well_mannered(answer: httpx.Response) -> bool:
    return (
        answer.headers["content-type"] == "application/json"
        and answer.headers["cache-control"] == "no-store"
        and answer.headers["pragma"] == "no-cache"
    )


async def test_success_has_its_headers_and_members(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    request = party.request(scope="openid age offline_access", unknown="x")
    answer = await party.redeem(request, await someone.code(request), foo="bar", client_name="x")
    assert answer.status_code == 200
    assert well_mannered(answer)
    assert set(answer.json()) == {"access_token", "token_type", "expires_in", "scope", "id_token", "refresh_token"}
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 600)
    claims = await party.claims(answer.json()["id_token"])
    assert set(claims) == {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce"}
    assert claims["aud"] == party.client_id


async def test_refusals_have_theirs(land: Country, party: RelyingParty) -> None:
    async with land.browser() as browser:
        cases: list[tuple[bytes, int, str]] = [
            (b"", 400, "invalid_request"),
            (b"grant_type=", 400, "invalid_request"),
            (b"grant_type=password&username=a&password=b", 400, "unsupported_grant_type"),
            (b"grant_type=urn:ietf:params:oauth:grant-type:token-exchange", 400, "unauthorized_client"),
            (b"grant_type=urn:ietf:params:oauth:grant-type:saml2-bearer", 400, "unsupported_grant_type"),
            (b"grant_type=implicit", 400, "unsupported_grant_type"),
            (b"grant_type=authorization_code&grant_type=authorization_code", 400, "invalid_request"),
            (b"grant_type=authorization_code&code=a&code=b", 400, "invalid_request"),
            (b"grant_type=authorization_code&code=%ff", 400, "invalid_request"),
            (b"grant_type=refresh_token", 400, "invalid_request"),
            (b"grant_type=refresh_token&refresh_token=%00", 400, "invalid_grant"),
            (b"grant_type=client_credentials&scope=openid", 400, "invalid_scope"),
            (b"x" * 70_000, 400, "invalid_request"),
        ]
        for body, status, code in cases:
            answer = await browser.post("/token", content=body, auth=party.auth, headers=FORM)
            assert (answer.status_code, answer.json()["error"]) == (status, code), body[:60]
            assert well_mannered(answer)
        for kind in ("application/json", "text/plain", ""):
            answer = await browser.post("/token", content=b"grant_type=client_credentials", auth=party.auth,
                                        headers={"content-type": kind})  # fmt: skip
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
        answer = await browser.post("/token", data={"grant_type": "client_credentials"}, auth=("cli_x", "y"))
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer.headers["www-authenticate"].startswith("Basic")
        for method in ("GET", "PUT", "DELETE"):
            assert (await browser.request(method, "/token")).status_code == 405
        query = "/token?grant_type=client_credentials"
        answer = await browser.post(query, content=b"", auth=party.auth, headers=FORM)
        assert answer.status_code == 400


async def test_a_client_uses_the_grants_that_it_registered(land: Country) -> None:
    party = RelyingParty(land, await land.register(grant_types=["authorization_code"]))
    for grant_type in ("refresh_token", "client_credentials"):
        answer = await party.post("/token", grant_type=grant_type)
        assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    own = RelyingParty(land, await land.register(grant_types=["client_credentials"], redirect_uris=None,
                                                 response_types=[]))  # fmt: skip
    answer = await own.post("/token", grant_type="authorization_code", code="x")
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    answer = await own.post("/token", grant_type="client_credentials")
    assert answer.json()["scope"] == "binding:social_account"
    assert "refresh_token" not in answer.json()
    assert "id_token" not in answer.json()


@pytest.mark.parametrize("broken", ["single", "writing", "glance"])
async def test_when_the_database_is_away_nobody_says_success(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    someone = await agreed(land, party)
    request = party.request(scope="openid age offline_access")
    code = await someone.code(request)
    tokens = await someone.tokens(party, scope="openid age offline_access")
    again = await party.redeem(request, code)
    assert again.status_code == 200

    @asynccontextmanager
    async def away(*_: Any, **__: Any) -> AsyncIterator[None]:
        raise StorageUnavailable
        yield

    with monkeypatch.context() as patch:
        patch.setattr(type(land.idp.db), broken, away)
        refresh = await party.refresh(tokens["refresh_token"])
        replay = await party.redeem(request, code)
        revoke = await party.post("/revoke", token=tokens["refresh_token"])
        userinfo = await party.userinfo(tokens["access_token"])
        introspected = await party.post("/introspect", token=tokens["access_token"])
        page = await someone.person.browser.get("/authorize", params=request.params)
    unavailable = {
        "single": [refresh, replay],
        "writing": [replay, revoke],
        "glance": [userinfo, introspected, page],
    }[broken]
    for answer in unavailable:
        assert answer.status_code == 503
        if answer is not page:
            assert answer.json()["error"] == "temporarily_unavailable"
    # Where the revocation was said to have worked, it has.
    gone = revoke.status_code == 200
    assert gone == (broken != "writing")
    assert (await party.userinfo(tokens["access_token"])).status_code == (401 if gone else 200)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_stopped_postgresql_is_unavailable_and_comes_back(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = await agreed(land, party)
    tokens = await someone.tokens(party, scope="openid age offline_access")
    database: Any = land.idp.db
    held = database.connections
    away = PostgresqlDatabase("postgresql://nobody@/nothing?host=/nonexistent", land.watch, connections=1)
    database.connections = away.connections
    for answer in (
        await party.refresh(tokens["refresh_token"]),
        await party.post("/revoke", token=tokens["refresh_token"]),
        await party.userinfo(tokens["access_token"]),
    ):
        assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    database.connections = held
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200
