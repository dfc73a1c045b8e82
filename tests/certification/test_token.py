"""Token endpoint (RFC 6749 §3.2, FAPI 2.0 Security Profile §5.3.2)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.support.certification import (
    DPOP,
    OWN_SCOPE,
    SECURITY_PROFILE,
    VARIANTS,
    WITH_QUERY,
    Certified,
    Clients,
    check_refused,
)
from tests.support.country import Country
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.protocol.client import ClientProfile

pytestmark = pytest.mark.asyncio(loop_scope="session")
every_variant = pytest.mark.parametrize("variant", VARIANTS, ids=str)
# Whether requests and answers were signed makes no difference here any more.
of_each_constraint = pytest.mark.parametrize("variant", SECURITY_PROFILE, ids=str)
with_dpop = pytest.mark.parametrize("variant", DPOP, ids=str)


@every_variant
async def test_happy_flow(client: Certified) -> None:
    request = client.request()
    answer = await client.redeem(request, await client.code(request))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    tokens = answer.json()
    assert set(tokens) == {"access_token", "token_type", "expires_in", "scope", "id_token", "refresh_token"}
    assert tokens["token_type"] == ("DPoP" if client.variant.by_dpop else "Bearer")
    assert type(tokens["expires_in"]) is int
    assert 1 <= tokens["expires_in"] <= 31_536_000
    assert min(len(tokens["access_token"]), len(tokens["refresh_token"])) >= 22  # 128 bits in base64url
    assert (await client.userinfo_with(tokens["access_token"])).status_code == 200


@of_each_constraint
async def test_ensure_authorization_code_is_good_once_and_its_tokens_end_with_the_second_use(client: Certified) -> None:
    request = client.request()
    code = await client.code(request)
    tokens = (await client.redeem(request, code)).json()
    client.country.watch.advance(SECOND)
    check_refused(await client.redeem(request, code), "invalid_grant")
    assert (await client.userinfo_with(tokens["access_token"])).status_code == 401
    check_refused(await client.refresh(tokens["refresh_token"]), "invalid_grant")


@of_each_constraint
async def test_ensure_expired_authorization_code_fails(client: Certified) -> None:
    request = client.request()
    code = await client.code(request)
    client.country.watch.advance(60 * SECOND)
    check_refused(await client.redeem(request, code), "invalid_grant")


@of_each_constraint
async def test_ensure_authorization_code_is_bound_to_client(client: Certified, second: Certified) -> None:
    request = client.request()
    code = await client.code(request)
    check_refused(await second.redeem(request, code), "invalid_grant")
    assert (await client.redeem(request, code)).status_code == 200


@of_each_constraint
@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": None},
        {"code_verifier": "v" * 43},
        {"code_verifier": ""},
        {"redirect_uri": WITH_QUERY},
    ],
    ids=["no code_verifier", "another code_verifier", "an empty code_verifier", "another redirect_uri"],
)
async def test_ensure_incorrect_parameter_fails(client: Certified, changes: dict[str, Any]) -> None:
    request = client.request()
    check_refused(await client.redeem(request, await client.code(request), **changes), "invalid_grant")


@of_each_constraint
async def test_ensure_unknown_parameters_are_ignored(client: Certified) -> None:
    request = client.request()
    answer = await client.redeem(request, await client.code(request), unknown="x", audience="", state="s")
    assert answer.status_code == 200


@of_each_constraint
async def test_ensure_client_id_of_second_client_fails(client: Certified, second: Certified) -> None:
    request = client.request()
    form = client.redemption(request, await client.code(request)) | {"client_id": second.client_id}
    if client.variant.authentication == "private_key_jwt":
        form |= second.assertion(key=client.signing)
    answer = await client.call("POST", "/token", data=form, headers=client.shown("POST", "/token"))
    check_refused(answer, "invalid_client")


@of_each_constraint
async def test_ensure_client_authentication_is_required(client: Certified) -> None:
    request = client.request()
    form = client.redemption(request, await client.code(request)) | {"client_id": client.client_id}
    headers = client.shown("POST", "/token")
    if client.variant.authentication != "private_key_jwt":
        headers = {name: value for name, value in headers.items() if name == "DPoP"}
    check_refused(await client.call("POST", "/token", data=form, headers=headers), "invalid_client")


@of_each_constraint
async def test_ensure_holder_of_key_is_required(client: Certified) -> None:
    request = client.request()
    form = client.redemption(request, await client.code(request)) | client.credential
    shown = client.connection if client.variant.by_dpop else {}
    answer = await client.call("POST", "/token", data=form, headers=shown)
    same = client.variant.authentication == client.variant.constraint  # its certificate is both
    check_refused(answer, "invalid_client" if same else "invalid_request")


@of_each_constraint
async def test_ensure_client_credentials_give_no_refresh_token(client: Certified) -> None:
    answer = await client.post("/token", grant_type="client_credentials", scope=OWN_SCOPE)
    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "token_type", "expires_in", "scope"}


@of_each_constraint
async def test_ensure_unknown_grant_type_fails(client: Certified) -> None:
    check_refused(await client.post("/token", grant_type="password"), "unsupported_grant_type")
    check_refused(await client.post("/token"), "invalid_request")


# DPoP at the token endpoint (RFC 9449 §5, §8)


@with_dpop
@pytest.mark.parametrize(("late", "good"), [(-10, True), (10, True), (-3600, False), (3600, False)])
async def test_ensure_dpop_proof_is_of_this_time(client: Certified, late: int, good: bool) -> None:
    form = {"grant_type": "client_credentials"} | client.credential
    headers = client.shown("POST", "/token", iat=client.now + late)
    answer = await client.call("POST", "/token", data=form, headers=headers)
    if good:
        assert answer.status_code == 200
    else:
        check_refused(answer, "invalid_dpop_proof")


@with_dpop
@pytest.mark.parametrize("proofs", [["junk"], ["a.b.c"], ["", ""], 2], ids=["junk", "no JWT", "two empty", "two"])
async def test_ensure_one_well_formed_dpop_proof_is_sent(client: Certified, proofs: Any) -> None:
    sent = [client.proof("POST", "/token") for _ in range(2)] if proofs == 2 else proofs
    headers = [*client.connection.items(), *(("DPoP", proof) for proof in sent)]
    form = {"grant_type": "client_credentials"} | client.credential
    check_refused(await client.call("POST", "/token", data=form, headers=headers), "invalid_dpop_proof")


@pytest.fixture
def asks_for_nonces(land: Country) -> Iterator[None]:
    """The setting under which every proof of these clients must hold a nonce."""
    before = land.app.state.idp
    land.app.state.idp = replace(before, dpop_nonce=(ClientProfile.FAPI2,))
    yield
    land.app.state.idp = before


@with_dpop
async def test_ensure_one_retry_with_the_nonce_succeeds(client: Certified, asks_for_nonces: None) -> None:
    request = client.request()
    pushed = await client.push(request)
    assert pushed.headers["dpop-nonce"]  # so that no sign-in pays a round trip to learn it
    found = await client.visit(pushed.json()["request_uri"])
    form = client.redemption(request, (await client.read(request, found.headers["location"]))["code"])
    for nonce in ({}, {"nonce": pushed.headers["dpop-nonce"][:-4] + "AAAA"}):
        headers = client.shown("POST", "/token", **nonce)
        answer = await client.call("POST", "/token", data=form | client.credential, headers=headers)
        check_refused(answer, "use_dpop_nonce")
    # With a nonce the clock of the client does not count.
    headers = client.shown("POST", "/token", nonce=answer.headers["dpop-nonce"], iat=client.now - 3600)
    answer = await client.call("POST", "/token", data=form | client.credential, headers=headers)
    assert answer.status_code == 200, answer.text
    token, first = answer.json()["access_token"], answer.headers["dpop-nonce"]
    again = await client.call("POST", "/token", data=form | client.credential, headers=headers)
    check_refused(again, "invalid_dpop_proof")
    told = await client.userinfo_with(token)
    assert (told.status_code, told.json()["error"]) == (401, "use_dpop_nonce")
    assert told.headers["www-authenticate"].startswith('DPoP algs="ES256 PS256 EdDSA", error="use_dpop_nonce"')
    headers = client.bearing(token, nonce=told.headers["dpop-nonce"])
    assert (await client.call("GET", "/userinfo", headers=headers)).status_code == 200
    client.country.watch.advance(5 * MINUTE)
    form = {"grant_type": "client_credentials"} | client.credential
    late = await client.call("POST", "/token", data=form, headers=client.shown("POST", "/token", nonce=first))
    check_refused(late, "use_dpop_nonce")


@with_dpop
async def test_ensure_a_profile_that_asks_for_no_nonce_needs_none(
    client: Certified, asks_for_nonces: None, clients: Clients
) -> None:
    other = await clients.of(client.variant, "without nonces", profile="ciba")
    form = {"grant_type": "client_credentials", "scope": OWN_SCOPE}
    answer = await other.call("POST", "/token", data=form | other.credential, headers=other.shown("POST", "/token"))
    assert (answer.status_code, "dpop-nonce" in answer.headers) == (200, False), answer.text
    asked = await client.call("POST", "/token", data=form | client.credential, headers=client.shown("POST", "/token"))
    check_refused(asked, "use_dpop_nonce")
