"""Introspection and revocation (RFC 7662, RFC 7009) of bound tokens."""

import pytest

from tests.support.certification import SECURITY_PROFILE, Certified, check_refused

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.parametrize("variant", SECURITY_PROFILE, ids=str)]


async def test_ensure_token_of_another_client_is_inactive_and_no_more(client: Certified, second: Certified) -> None:
    tokens = await client.tokens()
    for token in (tokens["access_token"], tokens["refresh_token"], "junk"):
        answer = await second.post("/introspect", token=token)
        assert (answer.status_code, answer.json()) == (200, {"active": False})
        assert (await second.post("/revoke", token=token)).status_code == 200
    told = (await client.post("/introspect", token=tokens["access_token"])).json()
    assert told["active"] is True
    assert told["token_type"] == tokens["token_type"]
    method = "jkt" if client.variant.by_dpop else "x5t#S256"
    assert told["cnf"].keys() == {method}


async def test_ensure_revoked_token_is_inactive(client: Certified) -> None:
    tokens = await client.tokens()
    assert (await client.post("/revoke", token=tokens["access_token"])).status_code == 200
    assert (await client.post("/introspect", token=tokens["access_token"])).json() == {"active": False}


@pytest.mark.parametrize("path", ["/introspect", "/revoke"])
async def test_ensure_client_authentication_is_required(client: Certified, path: str) -> None:
    answer = await client.call("POST", path, data={"client_id": client.client_id, "token": await client.token()})
    check_refused(answer, "invalid_client")
