"""The policy of token requests: every rule at every grant type for every profile, so that none is a way around one.

A fault is tried at the door on top of a request that is refused for what it would redeem, and for nothing else. What
the profiles refuse of other requests: `tests/unit/protocol/test_profiles.py`, and by which row of the table of checks:
`tests/unit/protocol/test_checks_table.py`. Who refuses is read from the table of profiles everywhere.
"""

from typing import Any

import httpx
import pytest

from tests.support.certification import OWN_SCOPE, RSA, VARIANTS, Certified, Clients
from tests.support.country import ISSUER
from tests.support.policy import refused_by
from vneid_idp.protocol.client import ClientProfile
from vneid_idp.protocol.grant_types.table import GRANT_TYPES
from vneid_idp.protocol.profiled import grant_types_of_profile

pytestmark = pytest.mark.asyncio(loop_scope="session")
FAULTS = {
    "no client authentication": ("invalid_client", None),
    "an assertion that was used before": ("invalid_client", None),
    "an assertion signed with RS256": ("invalid_client", "signing_algorithms"),
    "an assertion to the token endpoint": ("invalid_client", "issuer_audience"),
    "a secret beside the assertion": ("invalid_request", None),
    "a bearer's token": ("invalid_request", "sender_constrained"),
    "a proof that was used before": ("invalid_dpop_proof", None),
    "a proof of another address": ("invalid_dpop_proof", None),
    "two proofs": ("invalid_dpop_proof", None),
    "a parameter twice": ("invalid_request", None),
}
"""What may be wrong with a token request, how it is refused, and the rule of the profiles that do; all where there is
none."""
REDEEMED = dict.fromkeys(("code", "redirect_uri", "refresh_token", "device_code", "auth_req_id"), "junk")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
Answer = tuple[int, Any, Any]
"""Its status, `error` and `error_description`."""


async def of(clients: Clients, profile: ClientProfile, grant_types: list[str]) -> Certified:
    """A client of this profile that may show a proof, and need not where its profile does not ask for one."""
    members: dict[str, Any] = {"profile": profile.value, "grant_types": grant_types, "dpop_bound_access_tokens": None}
    members |= {"backchannel_token_delivery_mode": "poll", "family": "carrier"}
    name = f"{profile}-{len(grant_types)}-{grant_types[0]}"
    return await clients.of(VARIANTS[0], name, **members, assertion_audience="endpoint")


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


@pytest.mark.parametrize("profile", ClientProfile)
@pytest.mark.parametrize("grant_type", GRANT_TYPES)
async def test_every_fault_is_refused_by_the_profiles_whose_rules_say_so(
    clients: Clients, grant_type: str, profile: ClientProfile
) -> None:
    client = await of(clients, profile, list(grant_types_of_profile(profile, GRANT_TYPES)))
    usual = await sent(client, grant_type)
    if grant_type not in client.registered.client.grant_types:
        assert usual[1] == "unauthorized_client"
        return
    assert usual[1] != "unauthorized_client"
    for fault, (code, rule) in FAULTS.items():
        answer = await sent(client, grant_type, fault)
        if rule is None or refused_by(profile, rule):
            assert answer[:2] == (401 if code == "invalid_client" else 400, code), fault
            assert answer != usual, fault
        else:
            assert answer == usual, fault


@pytest.mark.parametrize("profile", ClientProfile)
@pytest.mark.parametrize("grant_type", GRANT_TYPES)
async def test_a_client_uses_the_grant_types_that_it_registered(
    clients: Clients, grant_type: str, profile: ClientProfile
) -> None:
    other = "authorization_code" if grant_type != "authorization_code" else "client_credentials"
    client = await of(clients, profile, [other])
    assert (await sent(client, grant_type))[1] == "unauthorized_client"
    assert (await sent(client, other))[1] != "unauthorized_client"
