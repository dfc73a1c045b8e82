"""FAPI 2.0 by requests_oauth2client, in Python: run in the venv of what strangers wrote."""

import json
import sys
from typing import Any

from jwskate import Jwk
from requests_oauth2client import ApiClient, BearerToken, DPoPKey, InvalidGrant, OAuth2Client, PrivateKeyJwt

REDIRECT_URI = "http://localhost:9999/callback"
MATCH = {"type": "identity_match", "fields": ["birthdate"], "purpose": "subscriber_authentication"}
task = json.loads(sys.argv[1])
issuer = task["issuer"]


def visit(url: str) -> str:
    """Let the person visit `url`; the URL that the provider sent the browser back to."""
    print(json.dumps({"visit": url}), flush=True)
    return input()


key = Jwk.generate(alg="ES256").with_kid_thumbprint()
wanted: dict[str, Any] = {
    "profile": "fapi2",
    "redirect_uris": [REDIRECT_URI],
    "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
    "token_endpoint_auth_method": "private_key_jwt",
    "dpop_bound_access_tokens": True,
    "authorization_details_types": ["identity_match"],
    "jwks": {"keys": [key.public_jwk().with_usage_parameters().to_dict()]},
}
registered = ApiClient(issuer).post("register", json=wanted).json()
client = OAuth2Client.from_discovery_endpoint(
    issuer=issuer,
    auth=PrivateKeyJwt(registered["client_id"], key, aud=issuer),  # else for the endpoint, which FAPI 2.0 refuses
    redirect_uri=REDIRECT_URI,
    id_token_signed_response_alg=registered["id_token_signed_response_alg"],
    dpop_bound_access_tokens=True,
)
proving = DPoPKey.generate()
request = client.authorization_request(
    scope="openid offline_access identity",
    acr_values="urn:vneid:level:2",
    authorization_details=json.dumps([MATCH]),
    dpop_key=proving,
)
pushed = client.pushed_authorization_request(request)
answer = request.validate_callback(visit(str(pushed)))
tokens = client.authorization_code(answer, validate=False)
# 1.8 validates ID tokens beside a bearer's token alone (it makes the object anew, without its key).
checked = BearerToken(tokens.access_token, id_token=tokens.id_token).validate_id_token(client, answer).id_token
userinfo = client.userinfo(tokens)
own = client.client_credentials(scope="binding:social_account", dpop_key=proving)
introspected = client.introspect_token(tokens)
refreshed = client.refresh_token(tokens, dpop_key=proving)
client.revoke_refresh_token(tokens)
try:
    client.refresh_token(tokens, dpop_key=proving)
    ended = False
except InvalidGrant:
    ended = True
learnt = {
    "acr": checked.acr,
    "sub": checked.sub,
    "userinfo": userinfo,
    "key": proving.dpop_jkt,
    "introspected": introspected,
    "types": [each.token_type for each in (tokens, own, refreshed)],
    "ended": ended,
}
print(json.dumps({"learnt": learnt}))
