"""Somebody at a carrier's counter is asked on their phone (CIBA), and picks there the number that is shown here."""

import sys
import time

import jwt
from carrier import ISSUER, Client, provider, shown

CIBA = "urn:openid:params:grant-type:ciba"
PHONE = sys.argv[1] if len(sys.argv) > 1 else "+84950000001"

# %% Register
counter = Client(
    client_name="My carrier's counter",
    profile="ciba",
    grant_types=[CIBA],
    response_types=[],
    backchannel_token_delivery_mode="poll",
    backchannel_authentication_request_signing_alg="ES256",
    dpop_bound_access_tokens=True,
)

# %% Ask
request = counter.signed(
    scope="openid identity",
    acr_values="urn:vneid:level:2",
    login_hint=f"tel:{PHONE}",
    binding_message="Counter 7",
)
asked = shown(counter.post("backchannel_authentication_endpoint", request=request))
print(f"Show {asked['number_to_show']} to the person, who picks it at {ISSUER}/phone.")
print(f"Or: curl -X POST {ISSUER}/sandbox/ciba/{asked['auth_req_id']}/allow", flush=True)

# %% Poll
interval = asked["interval"]
while True:
    time.sleep(interval)
    answer = counter.post("token_endpoint", grant_type=CIBA, auth_req_id=asked["auth_req_id"])
    error = None if answer.is_success else answer.json()["error"]
    if error not in ("authorization_pending", "slow_down"):
        break
    interval += 5 * (error == "slow_down")
tokens = shown(answer)

# %% Read the answer
signing = jwt.PyJWKClient(provider["jwks_uri"]).get_signing_key_from_jwt(tokens["id_token"])
claims = jwt.decode(tokens["id_token"], signing, algorithms=["ES256"], audience=counter.client_id, issuer=ISSUER)
assert claims["urn:openid:params:jwt:claim:auth_req_id"] == asked["auth_req_id"], "it answers another request"
assert claims["acr"] == "urn:vneid:level:2", "it is not the level that was asked"
shown(counter.get(provider["userinfo_endpoint"], tokens["access_token"]))
