"""One kind of token is never taken for another, at any door."""

from typing import Any

import pytest

from tests.support.country import Country
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import agreed
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.protocol.logout import LOGOUT_TOKEN_TYPE, logout_token_claims


@pytest.fixture
async def tokens(land: Country, party: RelyingParty) -> dict[str, str]:
    """One of each kind that this provider makes, all good."""
    someone = await agreed(land, party)
    issued = await someone.tokens(party, scope="openid age offline_access")
    own = (await party.post("/token", grant_type="client_credentials")).json()
    pushed = (await party.post("/par", **party.request().params)).json()
    sub = (await party.claims(issued["id_token"]))["sub"]
    keys, now = land.idp.keys, land.watch.now()
    notice = logout_token_claims(land.idp.issuer, party.client_id, sub, someone.session_id, "not_a", now)
    return {
        "code": await someone.code(party.request()),
        "access": issued["access_token"],
        "refresh": issued["refresh_token"],
        "id": issued["id_token"],
        "own": own["access_token"],
        "registration": party.registered.registration_access_token,
        "secret": party.registered.secret or "",
        "request_uri": pushed["request_uri"],
        "session": someone.person.browser.cookies["vneid_idp_session"],
        "log-out": keys.sign("ES256", notice, typ=LOGOUT_TOKEN_TYPE, now=now),
        "signed userinfo": keys.sign("ES256", {"iss": land.idp.issuer, "aud": party.client_id, "sub": sub}, now=now),
        "signed access": keys.sign(
            "ES256",
            {
                "iss": land.idp.issuer,
                "aud": party.client_id,
                "sub": sub,
                "client_id": party.client_id,
                "jti": "j",
                "iat": now // 1000,
                "exp": now // 1000 + 300,
                "auth_time": now // 1000,
                "scope": "tickets:buy",
            },
            typ="at+jwt",
            now=now,
        ),
        "signed answer": keys.sign(
            "ES256",
            {"iss": land.idp.issuer, "aud": party.client_id, "exp": now // 1000 + 300, "code": "x", "state": "s"},
            now=now,
        ),
        "nonce": keys.sealer.seal_json(SealPurpose.DPOP_NONCE, now),
        "csrf": keys.sealer.seal(SealPurpose.CSRF, b"browser"),
        "empty seal": keys.sealer.seal(SealPurpose.CURSOR, b"[]"),
    }


def but(tokens: dict[str, str], *good: str) -> dict[str, str]:
    return {kind: token for kind, token in tokens.items() if kind not in good}


async def test_at_the_token_endpoint(party: RelyingParty, tokens: dict[str, str]) -> None:
    for kind, token in but(tokens, "code").items():
        answer = await party.redeem(party.request(), token)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), kind
    for kind, token in but(tokens, "refresh").items():
        answer = await party.refresh(token)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), kind
    for kind, token in but(tokens, "secret").items():
        form = {"grant_type": "client_credentials", "client_id": party.client_id, "client_secret": token}
        async with party.country.browser() as browser:
            assert (await browser.post("/token", data=form)).status_code == 401, kind


async def test_at_the_apis(party: RelyingParty, tokens: dict[str, str]) -> None:
    assert (await party.userinfo(tokens["access"])).status_code == 200
    assert (await party.userinfo(tokens["own"])).status_code == 403
    async with party.country.browser() as browser:
        for kind, token in but(tokens, "access", "own").items():
            assert (await party.userinfo(token)).status_code == 401, kind
            bearer = {"Authorization": f"Bearer {token}"}
            answer = await browser.get("/bindings/v1/social-accounts", headers=bearer)
            assert answer.status_code == 401, kind
        for kind, token in but(tokens, "registration").items():
            bearer = {"Authorization": f"Bearer {token}"}
            assert (await browser.get(f"/register/{party.client_id}", headers=bearer)).status_code == 401, kind


async def test_at_introspection_and_revocation(party: RelyingParty, tokens: dict[str, str]) -> None:
    for kind, token in but(tokens, "access", "refresh", "own").items():
        assert (await party.post("/introspect", token=token)).json() == {"active": False}, kind
        assert (await party.post("/revoke", token=token)).status_code == 200
    assert (await party.userinfo(tokens["access"])).status_code == 200


async def test_as_a_session_or_a_hint(land: Country, party: RelyingParty, tokens: dict[str, str]) -> None:
    async def answer(session: str, **params: Any) -> str:
        async with land.browser() as browser:
            browser.cookies.set("vneid_idp_session", session)
            asked = party.request(prompt="none", **params).params
            return str((await browser.get("/authorize", params=asked)).headers["location"])

    assert "code=" in await answer(tokens["session"])
    for kind, token in but(tokens, "session").items():
        assert "error=login_required" in await answer(token), kind
    assert "code=" in await answer(tokens["session"], id_token_hint=tokens["id"])
    for kind, token in but(tokens, "id").items():
        assert "error=login_required" in await answer(tokens["session"], id_token_hint=token), kind


async def test_as_a_pushed_request_or_an_interaction(
    land: Country, party: RelyingParty, tokens: dict[str, str]
) -> None:
    prefix = "urn:ietf:params:oauth:request_uri:"
    async with land.browser() as browser:
        for kind, token in but(tokens, "request_uri").items():
            params = {"client_id": party.client_id, "request_uri": f"{prefix}{token}"}
            assert (await browser.get("/authorize", params=params)).status_code == 400, kind
            assert (await browser.get(f"/authorize/{token}")).status_code == 410, kind


async def test_an_interaction_that_cannot_be(land: Country, party: RelyingParty) -> None:
    async with land.browser() as browser:
        for path in ("%00", "a%00" + "b" * 22, "%FF" * 24, "x" * 5000, "é" * 24, "'; --"):
            for door in ("authorize", "signin", "consent", "level", "child"):
                assert (await browser.get(f"/{door}/{path}")).status_code == 410, (door, path)
            uri = f"urn:ietf:params:oauth:request_uri:{path.replace('%00', chr(0))}"
            answer = await browser.get("/authorize", params={"client_id": party.client_id, "request_uri": uri})
            assert answer.status_code == 400, path
