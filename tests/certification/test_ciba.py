"""Backchannel authentication (CIBA Core, FAPI-CIBA): the request, the polls, and the ping.

Who is asked, and how, is tried in `tests/flows/cross_device`; here a make-believe person answers.
"""

import json
import re
from typing import Any

import httpx
import pytest

from tests.support.back_channel import listening
from tests.support.carrier import new_key
from tests.support.certification import MTLS, RSA, Certified, Clients, Variant, check_refused
from tests.support.ciba import REGISTERED, SCOPE
from tests.support.country import ISSUER, Country
from tests.support.relying_party import Request
from vneid_idp.kernel.clock import SECOND
from vneid_idp.kernel.secrets import new_secret
from vneid_idp.protocol.grant_types.names import CIBA
from vneid_idp.protocol.levels import LEVEL_2

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.parametrize("variant", MTLS, ids=str)]
MINUTE = 60
REFUSED: dict[str, dict[str, Any]] = {
    **{f"no {name}": {"without": (name,)} for name in ("aud", "iss", "exp", "iat", "nbf", "jti")},
    "an aud of another server": {"aud": "https://other.example"},
    "an iss of another client": {"iss": "cli_other"},
    "an exp in the past": {"nbf": -10 * MINUTE, "exp": -5 * MINUTE},
    "an exp 70 minutes ahead": {"exp": 70 * MINUTE},
    "an nbf 70 minutes ago": {"nbf": -70 * MINUTE},
    "an nbf 10 minutes ahead": {"nbf": 10 * MINUTE, "exp": 15 * MINUTE},
    "RS256": {"head": {"alg": "RS256", "kid": "rsa"}, "key": RSA},
    "none": {"head": {"alg": "none"}},
    "a key that nobody registered": {"key": new_key()},
    "a request inside": {"request": "a.b.c"},
    "two hints": {"id_token_hint": "a.b.c"},
    "no hint": {"without": ("login_hint",)},
}
ACCEPTED: dict[str, dict[str, Any]] = {
    "PS256": {"head": {"alg": "PS256", "kid": "rsa"}, "key": RSA},
    "an nbf 8 seconds ahead": {"nbf": 8},
    "requested_expiry as a number": {"requested_expiry": 300},
    "requested_expiry as a text": {"requested_expiry": "300"},
    "no binding message": {"without": ("binding_message",)},
    "scopes in another order": {"scope": " ".join(reversed(SCOPE.split()))},
}


@pytest.fixture
async def client(clients: Clients, variant: Variant) -> Certified:
    """A client of the variant that asks people in the app."""
    return await clients.of(variant, "ciba", **REGISTERED, assertion_audience="endpoint")


async def ask(client: Certified, **how: Any) -> httpx.Response:
    """A signed request that asks somebody; times are seconds from now."""
    times = {name: client.now + how[name] for name in ("exp", "nbf", "iat") if name in how}
    hint = f"tel:{client.country.people['complete'].record.phone}"
    params = {"scope": SCOPE, "login_hint": hint, "binding_message": "Counter 7", "acr_values": LEVEL_2}
    changes: dict[str, Any] = {"iat": client.now, "jti": new_secret()} | how | times
    text = client.request_object(Request(client, params, ""), changes.pop("head", None), **changes)
    data = {"request": text} | client.credential
    return await client.call("POST", "/backchannel-authentication", data=data, headers=client.connection)


async def asked(client: Certified, **how: Any) -> str:
    """The `auth_req_id` of a good one."""
    answer = await ask(client, **how)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["auth_req_id"])


async def poll(client: Certified, auth_req_id: str, after: int = 2) -> httpx.Response:
    client.country.watch.advance(after * SECOND)
    return await client.post("/token", grant_type=CIBA, auth_req_id=auth_req_id)


async def answered(client: Certified, auth_req_id: str, how: str = "allow") -> None:
    assert (await client.call("POST", f"/sandbox/ciba/{auth_req_id}/{how}")).status_code == 200


@pytest.mark.parametrize("how", REFUSED.values(), ids=REFUSED)
async def test_ensure_request_fails_with(client: Certified, how: dict[str, Any]) -> None:
    check_refused(await ask(client, **how), "invalid_request")


@pytest.mark.parametrize("how", ACCEPTED.values(), ids=ACCEPTED)
async def test_ensure_request_succeeds_with(client: Certified, how: dict[str, Any]) -> None:
    found = (await ask(client, **how)).json()
    assert re.fullmatch(r"[A-Za-z0-9._-]{27,}", found["auth_req_id"])  # 160 bits in base64url
    assert type(found["expires_in"]) is type(found["interval"]) is int
    assert found["expires_in"] == (300 if "requested_expiry" in how else 120)


async def test_ensure_bad_binding_message_fails(client: Certified) -> None:
    check_refused(await ask(client, binding_message="1234 👍🏿 品川 \u202e"), "invalid_binding_message")


async def test_ensure_request_without_request_object_fails(client: Certified) -> None:
    data = {"scope": SCOPE, "login_hint": "tel:+84950000000"} | client.credential
    answer = await client.call("POST", "/backchannel-authentication", data=data, headers=client.connection)
    check_refused(answer, "invalid_request")


async def test_ensure_request_object_is_signed_by_its_client(client: Certified, second: Certified) -> None:
    check_refused(await ask(client, head={"kid": second.signing.kid}, key=second.signing), "invalid_request")


async def test_ensure_client_authentication_is_required(client: Certified) -> None:
    form = {"grant_type": CIBA, "auth_req_id": await asked(client), "client_id": client.client_id}
    for path in ("/token", "/backchannel-authentication"):
        check_refused(await client.call("POST", path, data=form), "invalid_client")


async def test_happy_flow(client: Certified) -> None:
    auth_req_id = await asked(client)
    check_refused(await poll(client, auth_req_id), "authorization_pending")
    await answered(client, auth_req_id)
    answer = await poll(client, auth_req_id)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert {"access_token", "token_type", "expires_in", "id_token", "refresh_token"} <= set(tokens)
    claims = await client.claims(tokens["id_token"])
    assert (claims["iss"], claims["aud"], claims["acr"]) == (ISSUER, client.client_id, LEVEL_2)
    assert not {"c_hash", "s_hash", "nonce", "at_hash"} & set(claims)
    told = await client.userinfo_with(tokens["access_token"])
    assert told.status_code == 200
    assert told.headers["x-fapi-interaction-id"]
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await client.call("GET", "/userinfo", headers=headers)).status_code == 401
    assert (await client.refresh(tokens["refresh_token"])).status_code == 200
    check_refused(await poll(client, auth_req_id), "invalid_grant")


async def test_ensure_polling_too_fast_is_slowed_down(client: Certified) -> None:
    auth_req_id = await asked(client)
    check_refused(await poll(client, auth_req_id), "authorization_pending")
    check_refused(await poll(client, auth_req_id, after=0), "slow_down")


async def test_user_rejects_authentication(client: Certified) -> None:
    auth_req_id = await asked(client)
    await answered(client, auth_req_id, "deny")
    check_refused(await poll(client, auth_req_id), "access_denied")


async def test_ensure_expired_request_fails(client: Certified) -> None:
    auth_req_id = await asked(client, requested_expiry="30")
    check_refused(await poll(client, auth_req_id, after=31), "expired_token")


async def test_ensure_auth_req_id_is_bound_to_client(client: Certified, clients: Clients, variant: Variant) -> None:
    other = await clients.of(variant, "another", **REGISTERED, assertion_audience="endpoint")
    auth_req_id = await asked(client)
    await answered(client, auth_req_id)
    check_refused(await poll(other, auth_req_id), "invalid_grant")
    check_refused(await poll(client, auth_req_id[:-4] + "AAAA"), "invalid_grant")
    assert (await poll(client, auth_req_id)).status_code == 200


async def test_ensure_holder_of_key_is_required(client: Certified) -> None:
    auth_req_id = await asked(client)
    await answered(client, auth_req_id)
    client.country.watch.advance(2 * SECOND)
    form = {"grant_type": CIBA, "auth_req_id": auth_req_id} | client.credential
    check_refused(await client.call("POST", "/token", data=form), "invalid_request", "invalid_client")
    assert (await poll(client, auth_req_id)).status_code == 200


@pytest.mark.parametrize("aud", [ISSUER, f"{ISSUER}/token"], ids=["the issuer", "the token endpoint"])
async def test_ensure_assertion_may_be_for_the_issuer_or_the_token_endpoint(client: Certified, aud: str) -> None:
    if client.variant.authentication != "private_key_jwt":
        return
    auth_req_id = await asked(client)
    form = {"grant_type": CIBA, "auth_req_id": auth_req_id} | client.assertion(aud=aud)
    answer = await client.call("POST", "/token", data=form, headers=client.connection)
    check_refused(answer, "authorization_pending")
    form |= client.assertion({"alg": "RS256", "kid": "rsa"}, key=RSA, aud=aud)
    check_refused(await client.call("POST", "/token", data=form, headers=client.connection), "invalid_client")


# Ping (CIBA Core §10.2)


@pytest.mark.parametrize("status", [200, 302, 401, 403])
async def test_ensure_ping_is_sent_once_whatever_is_answered(land: Country, variant: Variant, status: int) -> None:
    async with listening() as service:
        service.status, service.redirects_to = status, service.uri if status == 302 else None
        members = {"backchannel_token_delivery_mode": "ping", "backchannel_client_notification_endpoint": service.uri}
        client = await Certified.of(land, variant, f"ping-{status}", **(REGISTERED | members))
        auth_req_id = await asked(client, client_notification_token="t" * 1024)
        await answered(client, auth_req_id)
        for _ in range(2):
            await land.deliver()
            land.watch.advance(10 * SECOND)
    assert [json.loads(body) for _, body in service.raw] == [{"auth_req_id": auth_req_id}]
    assert (await poll(client, auth_req_id)).status_code == 200
