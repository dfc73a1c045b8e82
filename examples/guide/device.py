"""A device without a browser shows a code (RFC 8628); the person types it on a phone or computer."""

import time

from carrier import http, provider, shown, told

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"

# %% Register
wanted = {"client_name": "My television", "grant_types": [DEVICE], "response_types": []}
made = told(http.post(provider["registration_endpoint"], json=wanted | {"token_endpoint_auth_method": "none"}))
me = {"client_id": made["client_id"]}

# %% Ask
asked = shown(http.post(provider["device_authorization_endpoint"], data=me | {"scope": "openid identity"}))
print(f"Open {asked['verification_uri']} and type {asked['user_code']}", flush=True)

# %% Poll
interval = asked["interval"]
while True:
    time.sleep(interval)
    form = {"grant_type": DEVICE, "device_code": asked["device_code"]}
    answer = http.post(provider["token_endpoint"], data=me | form)
    error = None if answer.is_success else answer.json()["error"]
    if error not in ("authorization_pending", "slow_down"):
        break
    interval += 5 * (error == "slow_down")
tokens = shown(answer)
