"""A request that says exactly what for (`authorization_details`, RFC 9396): one number, in one person's name."""

import json
import secrets

from carrier import Client, s256, shown

HOME = "http://localhost:3000/callback"
NUMBER = {
    "type": "subscriber_number",
    "actions": ["bind"],
    "phone_number": "+84951234567",
    "channel": "carrier_app",
    "contract": "prepaid",
    "sequence": 2,
}
MATCH = {"type": "identity_match", "fields": ["id_number", "full_name"], "purpose": "subscriber_authentication"}

# %% Register
carrier = Client(
    client_name="My carrier",
    profile="fapi2",
    redirect_uris=[HOME],
    grant_types=["authorization_code", "refresh_token"],
    dpop_bound_access_tokens=True,
    authorization_details_types=["subscriber_number", "identity_match"],
    scope="openid identity offline_access",
)

# %% Push
verifier = secrets.token_urlsafe(32)
pushed = shown(
    carrier.post(
        "pushed_authorization_request_endpoint",
        response_type="code",
        redirect_uri=HOME,
        scope="openid identity offline_access",
        authorization_details=json.dumps([NUMBER, MATCH]),
        code_challenge=s256(verifier),
        code_challenge_method="S256",
    )
)

# %% Send the person
code = carrier.send(request_uri=pushed["request_uri"])["code"]

# %% Redeem
tokens = shown(
    carrier.post(
        "token_endpoint", grant_type="authorization_code", code=code, redirect_uri=HOME, code_verifier=verifier
    )
)

# %% Look
shown(carrier.post("introspection_endpoint", token=tokens["access_token"]))

# %% Refresh
fewer = json.dumps([MATCH | {"fields": ["full_name"]}])
shown(
    carrier.post(
        "token_endpoint",
        grant_type="refresh_token",
        refresh_token=tokens["refresh_token"],
        authorization_details=fewer,
    )
)
