"""Refresh (RFC 6749 §6, OpenID Connect Core §12.2, FAPI 2.0 Security Profile §5.3.2.1, RFC 9449 §5)."""

from dataclasses import replace

import pytest

from tests.support.carrier import new_key
from tests.support.certification import AUTHORITY, SECURITY_PROFILE, Certified, check_refused
from vneid_idp.kernel.clock import MINUTE, SECOND

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.parametrize("variant", SECURITY_PROFILE, ids=str)]


async def test_ensure_refresh_token_is_not_rotated_and_id_token_speaks_of_the_same_sign_in(client: Certified) -> None:
    tokens = await client.tokens()
    before = await client.claims(tokens["id_token"])
    for _ in range(2):
        client.country.watch.advance(MINUTE)
        answer = await client.refresh(tokens["refresh_token"])
        assert answer.status_code == 200, answer.text
        assert set(answer.json()) == {"access_token", "token_type", "expires_in", "scope", "id_token"}
        assert answer.json()["token_type"] == tokens["token_type"]
        after = await client.claims(answer.json()["id_token"])
        same = ("iss", "sub", "aud", "auth_time")
        assert [after[name] for name in same] == [before[name] for name in same]
        assert after.get("nonce", before["nonce"]) == before["nonce"]
        assert after["iat"] == client.now > before["iat"]
        assert (await client.userinfo_with(answer.json()["access_token"])).status_code == 200


async def test_ensure_refresh_token_has_allowed_characters_only(client: Certified) -> None:
    assert all("\x20" <= letter <= "\x7e" for letter in (await client.tokens())["refresh_token"])


async def test_ensure_scope_may_be_repeated_or_narrowed(client: Certified) -> None:
    tokens = await client.tokens()
    for scope in (tokens["scope"], "openid"):
        answer = await client.refresh(tokens["refresh_token"], scope=scope)
        assert (answer.status_code, answer.json()["scope"]) == (200, scope)


async def test_ensure_refresh_token_is_bound_to_client(client: Certified, second: Certified) -> None:
    token = (await client.tokens())["refresh_token"]
    check_refused(await second.refresh(token), "invalid_grant")
    assert (await client.refresh(token)).status_code == 200


async def test_ensure_client_authentication_is_required(client: Certified) -> None:
    token = (await client.tokens())["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": client.client_id}
    shown = client.shown("POST", "/token")
    if client.variant.authentication != "private_key_jwt":
        shown = {name: value for name, value in shown.items() if name == "DPoP"}
    check_refused(await client.call("POST", "/token", data=form, headers=shown), "invalid_client")


async def test_ensure_proof_of_possession_is_required(client: Certified) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": (await client.tokens())["refresh_token"]}
    shown = client.connection if client.variant.by_dpop else {}
    answer = await client.call("POST", "/token", data=form | client.credential, headers=shown)
    check_refused(answer, "invalid_request", "invalid_client")


async def test_ensure_another_key_of_the_client_is_accepted_and_binds_what_follows(client: Certified) -> None:
    tokens = await client.tokens()
    name = client.certificate.subject.rfc4514_string()
    renewed = replace(client, key=new_key(), certificate=AUTHORITY.issue(name)[0])
    token = (await renewed.refresh(tokens["refresh_token"])).json()["access_token"]
    assert (await renewed.userinfo_with(token)).status_code == 200
    assert (await client.userinfo_with(token)).status_code == 401
    assert (await renewed.userinfo_with(tokens["access_token"])).status_code == 401


async def test_ensure_revoked_refresh_token_fails(client: Certified) -> None:
    tokens = await client.tokens()
    assert (await client.post("/revoke", token=tokens["refresh_token"])).status_code == 200
    client.country.watch.advance(SECOND)
    check_refused(await client.refresh(tokens["refresh_token"]), "invalid_grant")
    assert (await client.userinfo_with(tokens["access_token"])).status_code == 401
