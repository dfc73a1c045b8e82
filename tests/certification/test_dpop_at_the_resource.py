"""DPoP proofs at a protected resource, case by case (RFC 9449 §4.2, §4.3, §7)."""

from typing import Any

import pytest

from tests.support.carrier import new_key, public
from tests.support.certification import DPOP, RSA, Certified
from tests.support.country import ISSUER

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.parametrize("variant", DPOP, ids=str)]
PRIVATE = new_key()
REFUSED: dict[str, dict[str, Any]] = {
    "no typ": {"without": ("typ",)},
    "no alg": {"without": ("alg",)},
    "no jwk": {"without": ("jwk",)},
    "no jti": {"without": ("jti",)},
    "no htm": {"without": ("htm",)},
    "no htu": {"without": ("htu",)},
    "no iat": {"without": ("iat",)},
    "no ath": {"without": ("ath",)},
    "an invalid typ": {"header": {"typ": "JWT"}},
    "RS256": {"header": {"alg": "RS256", "jwk": public(RSA)}, "key": RSA},
    "none": {"header": {"alg": "none"}},
    "a private key as jwk": {"header": {"jwk": PRIVATE.as_dict(private=True)}, "key": PRIVATE},
    "the jwk of another key": {"header": {"jwk": public(new_key())}},
    "an incorrect htm": {"htm": "PUT"},
    "the htu of another address": {"htu": f"{ISSUER}/token"},
    "the htu of another server": {"htu": "https://other.example/userinfo"},
    "an incorrect ath": {"ath": "x" * 43},
    "an iat one hour ahead": {"iat": 3600},
    "an iat one hour ago": {"iat": -3600},
}
ACCEPTED: dict[str, dict[str, Any]] = {
    "a query and a fragment in htu": {"htu": f"{ISSUER}/userinfo?a=b#c"},
    "scheme and host of htu in upper case": {
        "htu": f"{ISSUER}/userinfo".replace("http://localhost", "HTTP://LOCALHOST")
    },
    "the default port in htu": {"htu": "https://mtls.id.example:443/userinfo"},
    "extra claims": {"unknown": {"x": 1}, "header": {"unknown": "x"}},
    "nbf and exp": {"nbf": 1, "exp": 2**33},
    "an iat 10 seconds ahead": {"iat": 10},
    "an iat 10 seconds ago": {"iat": -10},
}


def timed(client: Certified, how: dict[str, Any]) -> dict[str, Any]:
    """The changes, with `iat` as seconds from now."""
    return how | ({"iat": client.now + how["iat"]} if "iat" in how else {})


@pytest.mark.parametrize("how", REFUSED.values(), ids=REFUSED)
async def test_ensure_dpop_proof_fails_with(client: Certified, how: dict[str, Any]) -> None:
    answer = await client.call("GET", "/userinfo", headers=client.bearing(await client.token(), **timed(client, how)))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_dpop_proof"), answer.text
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith('DPoP algs="ES256 PS256 EdDSA", error="invalid_dpop_proof"')


@pytest.mark.parametrize("how", ACCEPTED.values(), ids=ACCEPTED)
async def test_ensure_dpop_proof_succeeds_with(client: Certified, how: dict[str, Any]) -> None:
    answer = await client.call("GET", "/userinfo", headers=client.bearing(await client.token(), **timed(client, how)))
    assert answer.status_code == 200, answer.text


async def test_ensure_dpop_proof_is_good_once(client: Certified) -> None:
    headers = client.bearing(await client.token(), jti="fixed")
    assert (await client.call("GET", "/userinfo", headers=headers)).status_code == 200
    assert (await client.call("GET", "/userinfo", headers=headers)).status_code == 401
    # Another proof with the same jti neither.
    again = client.bearing(await client.token(), jti="fixed", iat=client.now + 1)
    assert (await client.call("GET", "/userinfo", headers=again)).status_code == 401


async def test_ensure_name_of_the_header_is_case_insensitive(client: Certified) -> None:
    headers = client.bearing(await client.token())
    headers["DPOP"] = headers.pop("DPoP")
    assert (await client.call("GET", "/userinfo", headers=headers)).status_code == 200


async def test_ensure_several_proofs_fail(client: Certified) -> None:
    token = await client.token()
    headers = [*client.bearing(token).items(), ("DPoP", client.proof("GET", "/userinfo", token=token))]
    answer = await client.call("GET", "/userinfo", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_dpop_proof")


@pytest.mark.parametrize("proof", ["junk", "a.b.c", ""])
async def test_ensure_malformed_proof_fails(client: Certified, proof: str) -> None:
    answer = await client.userinfo_with(await client.token(), DPoP=proof)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_dpop_proof")


async def test_ensure_proof_with_invalid_signature_fails(client: Certified) -> None:
    token = await client.token()
    head, claims, signature = client.proof("GET", "/userinfo", token=token).split(".")
    changed = ("A" if signature[0] != "A" else "B") + signature[1:]
    answer = await client.userinfo_with(token, DPoP=f"{head}.{claims}.{changed}")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_dpop_proof")


async def test_ensure_proof_with_another_key_fails(client: Certified) -> None:
    answer = await client.call("GET", "/userinfo", headers=client.bearing(await client.token(), key=new_key()))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


async def test_ensure_request_without_proof_fails(client: Certified) -> None:
    headers = {"Authorization": f"DPoP {await client.token()}"}
    assert (await client.call("GET", "/userinfo", headers=headers)).status_code == 401


@pytest.mark.parametrize("with_proof", [False, True])
async def test_ensure_bound_token_is_no_bearer_token(client: Certified, with_proof: bool) -> None:
    token = await client.token()
    proof = {"DPoP": client.proof("GET", "/userinfo", token=token)} if with_proof else {}
    answer = await client.call("GET", "/userinfo", headers={"Authorization": f"Bearer {token}"} | proof)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert "by the scheme DPoP" in answer.json()["error_description"]


async def test_ensure_bound_token_in_a_form_is_no_bearer_token(client: Certified) -> None:
    answer = await client.call("POST", "/userinfo", data={"access_token": await client.token()})
    assert answer.status_code == 401


async def test_ensure_a_correct_proof_still_works(client: Certified) -> None:
    assert (await client.userinfo_with(await client.token())).status_code == 200
