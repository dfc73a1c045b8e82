"""FAPI 2.0 by requests_oauth2client, in Python: run in the venv of what strangers wrote.

An application signs somebody in, a point of sale acts for it, and a counter has them asked on their phone.
"""

import json
import sys
from typing import Any

from jwskate import Jwk
from requests_oauth2client import BearerToken, DPoPKey, InvalidGrant, OAuth2Client, PrivateKeyJwt

MATCH = {"type": "identity_match", "fields": ["birthdate"], "purpose": "subscriber_authentication"}
task = json.loads(sys.argv[1])


def visit(url: str) -> str:
    """Let the person visit `url`; the URL that the provider sent the browser back to."""
    print(json.dumps({"visit": url}), flush=True)
    return input()


def client_of(known: dict[str, Any]) -> OAuth2Client:
    """A client that the operator registered."""
    # Without `aud` an assertion is for the endpoint, which FAPI 2.0 refuses.
    proof = PrivateKeyJwt(known["client_id"], Jwk(known["jwk"]), aud=task["issuer"])
    return OAuth2Client.from_discovery_endpoint(
        issuer=task["issuer"],
        auth=proof,
        redirect_uri="http://localhost:9999/callback",
        id_token_signed_response_alg="ES256",
        dpop_bound_access_tokens=True,
    )


def is_over(client: OAuth2Client, tokens: BearerToken) -> bool:
    """Whether its refresh token has ended."""
    try:
        client.refresh_token(tokens, dpop_key=DPoPKey.generate())
    except InvalidGrant:
        return True
    return False


app, point = client_of(task["app"]), client_of(task["point"])
key, other = DPoPKey.generate(), DPoPKey.generate()
request = app.authorization_request(
    scope="openid offline_access identity full_name",
    acr_values="urn:vneid:level:2",
    authorization_details=json.dumps([MATCH]),
    dpop_key=key,
)
pushed = app.pushed_authorization_request(request)
answer = request.validate_callback(visit(str(pushed)))
tokens = app.authorization_code(answer, validate=False)
# 1.8 validates ID tokens beside a bearer's token alone (it makes the object anew, without its key).
checked = BearerToken(tokens.access_token, id_token=tokens.id_token).validate_id_token(app, answer).id_token
refreshed = app.refresh_token(tokens, dpop_key=key)
learnt = {
    "claims": {"acr": checked.acr, "sub": checked.sub},
    "userinfo": app.userinfo(tokens),
    "key": key.dpop_jkt,
    "introspected": app.introspect_token(tokens),
    "types": [tokens.token_type, refreshed.token_type],
}

own = point.client_credentials(scope="binding:social_account", dpop_key=other)
acting = point.token_exchange(
    subject_token=tokens, actor_token=own, scope="openid full_name", dpop=True, dpop_key=other
)
learnt["acting"] = {
    "userinfo": point.userinfo(acting),
    "introspected": point.introspect_token(acting),
    "key": other.dpop_jkt,
}
app.revoke_refresh_token(tokens)
learnt["over"] = [is_over(app, tokens), not point.introspect_token(acting)["active"]]
print(json.dumps({"learnt": learnt}))
