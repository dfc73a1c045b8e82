"""Pushed authorization requests (RFC 9126, FAPI 2.0 Security Profile §5.3.2.2)."""

from typing import Any

import pytest

from tests.support.carrier import new_key
from tests.support.certification import MESSAGE_SIGNING, VARIANTS, Certified, check_refused
from tests.support.country import REDIRECT_URI
from vneid_idp.kernel.clock import SECOND

pytestmark = pytest.mark.asyncio(loop_scope="session")
every_variant = pytest.mark.parametrize("variant", VARIANTS, ids=str)
every_dpop_variant = pytest.mark.parametrize("variant", [each for each in VARIANTS if each.by_dpop], ids=str)

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no PKCE": ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    "plain PKCE": ({"code_challenge_method": "plain"}, "invalid_request"),
    "a challenge without its method": ({"code_challenge_method": None}, "invalid_request"),
    "response_type=token": ({"response_type": "token"}, "unsupported_response_type"),
    "response_type=code id_token": ({"response_type": "code id_token"}, "unsupported_response_type"),
    "no response_type": ({"response_type": None}, "invalid_request"),
    "no redirect_uri": ({"redirect_uri": None}, "invalid_request"),
    "an unregistered redirect_uri": ({"redirect_uri": f"{REDIRECT_URI}/other"}, "invalid_request"),
    "a query added to the redirect_uri": ({"redirect_uri": f"{REDIRECT_URI}?more=1"}, "invalid_request"),
    "a dpop_jkt that is none": ({"dpop_jkt": "short"}, "invalid_request"),
}


@every_variant
async def test_ensure_response_has_request_uri_and_expires_in(client: Certified) -> None:
    answers = [await client.push(client.request()) for _ in range(2)]
    for answer in answers:
        assert answer.status_code == 201, answer.text
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        assert set(answer.json()) == {"request_uri", "expires_in"}
        assert type(answer.json()["expires_in"]) is int
        assert 5 <= answer.json()["expires_in"] <= 600
    first, other = (answer.json()["request_uri"].rpartition(":") for answer in answers)
    assert first[0] == other[0] == "urn:ietf:params:oauth:request_uri"
    assert first[2] != other[2]
    assert min(len(first[2]), len(other[2])) >= 22  # 128 bits in base64url


@every_variant
@pytest.mark.parametrize(("changes", "code"), REFUSED.values(), ids=REFUSED)
async def test_ensure_invalid_request_fails(client: Certified, changes: dict[str, Any], code: str) -> None:
    check_refused(await client.push(client.request(**changes)), code)


@every_variant
async def test_ensure_request_uri_as_form_parameter_fails(client: Certified) -> None:
    form = client.pushable(client.request()) | {"request_uri": "urn:ietf:params:oauth:request_uri:abc"}
    check_refused(await client.push_form(form), "invalid_request")


@pytest.mark.parametrize("variant", MESSAGE_SIGNING, ids=str)
async def test_ensure_unsigned_request_fails(client: Certified) -> None:
    check_refused(await client.push_form(client.request().params), "invalid_request")


@every_variant
async def test_ensure_client_authentication_is_required(client: Certified) -> None:
    form = client.pushable(client.request()) | {"client_id": client.client_id}
    check_refused(await client.call("POST", "/par", data=form), "invalid_client")


@pytest.mark.parametrize("variant", VARIANTS[:1], ids=str)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_ensure_other_methods_are_rejected(client: Certified, method: str) -> None:
    assert (await client.call(method, "/par")).status_code == 405


@every_variant
async def test_ensure_parameters_outside_are_ignored_and_those_pushed_count(client: Certified) -> None:
    request = client.request()
    more = {
        "state": "other", "nonce": "other", "redirect_uri": "https://evil.example/", "response_mode": "form_post",
        "scope": "openid phone", "prompt": "login", "code_challenge": "x", "request": "a.b.c", "max_age": "x",
        "unknown": "x",
    }  # fmt: skip
    answer = await client.visit(await client.pushed(request), **more)
    found = await client.read(request, answer.headers["location"])
    tokens = (await client.redeem(request, found["code"])).json()
    assert (await client.claims(tokens["id_token"]))["nonce"] == request.params["nonce"]


@every_variant
async def test_ensure_request_uri_is_bound_to_client(client: Certified, second: Certified) -> None:
    answer = await second.visit(await client.pushed(client.request()))
    assert answer.status_code == 400
    assert "location" not in answer.headers


@every_variant
async def test_ensure_request_uri_may_be_shown_twice_and_is_good_for_one_answer(client: Certified) -> None:
    request = client.request(prompt="consent")
    uri = await client.pushed(request)
    for _ in range(2):
        assert (await client.visit(uri)).headers["location"].startswith("/consent/")
    person = client.someone.person
    page = await person.open("/authorize", client_id=client.client_id, request_uri=uri)
    assert not isinstance(page, str)
    away = await person.submit(page, answer="agree", **page.choices)
    assert (await client.read(request, str(away)))["code"]
    again = await client.visit(uri)
    assert again.status_code == 400
    assert "location" not in again.headers


@every_variant
async def test_ensure_expired_request_uri_fails(client: Certified) -> None:
    uri = await client.pushed(client.request())
    client.country.watch.advance(90 * SECOND)
    answer = await client.visit(uri)
    assert answer.status_code == 400
    assert "location" not in answer.headers


@every_variant
async def test_ensure_request_without_state_and_nonce_succeeds(client: Certified) -> None:
    request = client.request(state=None, nonce=None)
    found = await client.answered(request)
    assert "state" not in found
    tokens = (await client.redeem(request, found["code"])).json()
    assert "nonce" not in await client.claims(tokens["id_token"])


@every_variant
async def test_ensure_long_state_and_nonce_come_back_unchanged(client: Certified) -> None:
    request = client.request(state="s" * 1000, nonce="n" * 384)
    tokens = (await client.redeem(request, await client.code(request))).json()
    assert (await client.claims(tokens["id_token"]))["nonce"] == "n" * 384


@every_variant
async def test_ensure_other_scope_order_succeeds(client: Certified) -> None:
    ordered = client.request().params["scope"].split()
    assert await client.code(client.request(scope=" ".join(reversed(ordered))))


# Binding of the code to a key (RFC 9449 §10)


@every_dpop_variant
@pytest.mark.parametrize("late", [-10, 10])
async def test_ensure_dpop_proof_binds_the_code_with_iat_10_seconds_off(client: Certified, late: int) -> None:
    request = client.request()
    code = await client.code(request, DPoP=client.proof("POST", "/par", iat=client.now + late))
    assert (await client.redeem(request, code)).status_code == 200


@every_dpop_variant
async def test_ensure_dpop_jkt_with_its_proof_succeeds(client: Certified) -> None:
    request = client.request(dpop_jkt=client.key.thumbprint())
    code = await client.code(request, DPoP=client.proof("POST", "/par"))
    assert (await client.redeem(request, code)).status_code == 200


@every_dpop_variant
async def test_ensure_mismatched_dpop_jkt_fails(client: Certified) -> None:
    request = client.request(dpop_jkt=new_key().thumbprint())
    check_refused(await client.push(request, DPoP=client.proof("POST", "/par")), "invalid_dpop_proof")


@every_dpop_variant
@pytest.mark.parametrize("by_name", [True, False], ids=["dpop_jkt", "proof"])
async def test_ensure_token_endpoint_fails_with_another_key(client: Certified, by_name: bool) -> None:
    other = new_key()
    request = client.request(**({"dpop_jkt": other.thumbprint()} if by_name else {}))
    ahead = {} if by_name else {"DPoP": client.proof("POST", "/par", key=other)}
    check_refused(await client.redeem(request, await client.code(request, **ahead)), "invalid_grant")
