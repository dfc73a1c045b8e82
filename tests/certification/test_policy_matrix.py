"""The policy of token requests: every rule at every grant type for every profile, so that none is a way around one.

A fault is tried at the door on top of a request that is refused for what it would redeem, and for nothing else. What
the profiles refuse of other requests: `tests/unit/protocol/test_profiles.py`.
"""

from typing import Any

import httpx
import pytest

from tests.support.certification import OWN_SCOPE, RSA, VARIANTS, Certified, Clients
from tests.support.country import ISSUER
from vneid_idp.protocol.checks.profiles import PROFILED_GRANT_TYPES, PROFILES
from vneid_idp.protocol.client import ClientProfile
from vneid_idp.protocol.grant_types.table import GRANT_TYPES

pytestmark = pytest.mark.asyncio(loop_scope="session")
MATRIX = """
                                    oidc fapi2 ciba camara
no client authentication            x    x     x    x      invalid_client
an assertion that was used before   x    x     x    x      invalid_client
an assertion signed with RS256      -    x     x    x      invalid_client
an assertion to the token endpoint  -    x     -    x      invalid_client
a secret beside the assertion       x    x     x    x      invalid_request
a bearer's token                    -    x     x    -      invalid_request
a proof that was used before        x    x     x    x      invalid_dpop_proof
a proof of another address          x    x     x    x      invalid_dpop_proof
two proofs                          x    x     x    x      invalid_dpop_proof
a parameter twice                   x    x     x    x      invalid_request
"""
REDEEMED = dict.fromkeys(("code", "redirect_uri", "refresh_token", "device_code", "auth_req_id"), "junk")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
Answer = tuple[int, Any, Any]
"""Its status, `error` and `error_description`."""


async def of(clients: Clients, profile: ClientProfile, grant_types: list[str]) -> Certified:
    """A client of this profile that may show a proof, and need not where its profile does not ask for one."""
    members: dict[str, Any] = {"profile": profile.value, "grant_types": grant_types, "dpop_bound_access_tokens": None}
    members["backchannel_token_delivery_mode"] = "poll"
    name = f"{profile}-{len(grant_types)}-{grant_types[0]}"
    return await clients.of(VARIANTS[0], name, **members, assertion_audience="endpoint")


def may_register(profile: ClientProfile) -> list[str]:
    """The grant types that a client of this profile can have."""
    further = PROFILES[profile].further_grant_types
    return [name for name in GRANT_TYPES if name not in PROFILED_GRANT_TYPES or name in further]


async def sent(client: Certified, grant_type: str, fault: str = "") -> Answer:
    """The answer to a token request with this fault."""
    form = {"grant_type": grant_type, "scope": OWN_SCOPE} | REDEEMED
    proofs, credential = [client.proof("POST", "/token")], client.assertion()
    more: list[tuple[str, str]] = []
    match fault:
        case "no client authentication":
            credential = {"client_id": client.client_id}
        case "an assertion that was used before":
            await client.call("POST", "/introspect", data={"token": "x"} | credential)
        case "an assertion signed with RS256":
            credential = client.assertion({"alg": "RS256", "kid": "rsa"}, key=RSA)
        case "an assertion to the token endpoint":
            credential = client.assertion(aud=f"{ISSUER}/token")
        case "a secret beside the assertion":
            more = [("client_secret", "x")]
        case "a bearer's token":
            proofs = []
        case "a proof that was used before":
            await client.call("POST", "/token", data=form | client.assertion(), headers={"DPoP": proofs[0]})
        case "a proof of another address":
            proofs = [client.proof("POST", "/par")]
        case "two proofs":
            proofs.append(client.proof("POST", "/token"))
        case "a parameter twice":
            more = [("scope", OWN_SCOPE)]
    content = str(httpx.QueryParams([*(form | credential).items(), *more]))
    headers = [FORM, *(("DPoP", proof) for proof in proofs)]
    answer = await client.call("POST", "/token", content=content, headers=headers)
    return answer.status_code, answer.json().get("error"), answer.json().get("error_description")


@pytest.mark.parametrize("grant_type", GRANT_TYPES)
async def test_the_matrix_reads_alike_for_every_grant_type(clients: Clients, grant_type: str) -> None:
    _, *rows = MATRIX.strip("\n").splitlines()
    profiles = [await of(clients, profile, may_register(profile)) for profile in ClientProfile]
    columns = [each for each, profile in enumerate(ClientProfile) if grant_type in may_register(profile)]
    for row in rows:
        fault, code = row[:36].strip(), row.split()[-1]
        marks = []
        for client in (profiles[each] for each in columns):
            usual = await sent(client, grant_type)
            answer = await sent(client, grant_type, fault)
            refused = answer[:2] == (401 if code == "invalid_client" else 400, code)
            assert refused or answer == usual, (fault, client.registered.client.profile, answer)
            marks.append("x" if refused and answer != usual else "-")
        expected = row[36:].split()[:-1]
        assert marks == [expected[each] for each in columns], (fault, code)


@pytest.mark.parametrize("profile", ClientProfile)
@pytest.mark.parametrize("grant_type", GRANT_TYPES)
async def test_a_client_uses_the_grant_types_that_it_registered(
    clients: Clients, grant_type: str, profile: ClientProfile
) -> None:
    other = "authorization_code" if grant_type != "authorization_code" else "client_credentials"
    client = await of(clients, profile, [other])
    assert (await sent(client, grant_type))[1] == "unauthorized_client"
    assert (await sent(client, other))[1] != "unauthorized_client"
