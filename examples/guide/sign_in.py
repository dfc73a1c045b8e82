"""A sign-in by the rules of FAPI 2.0: pushed request, key, DPoP, an answer that is signed."""

import secrets

import jwt
from carrier import ISSUER, Client, http, provider, s256, shown

HOME = "http://localhost:3000/callback"

# %% Register
carrier = Client(
    client_name="My carrier",
    profile="fapi2",
    redirect_uris=[HOME],
    grant_types=["authorization_code", "refresh_token"],
    dpop_bound_access_tokens=True,
    scope="openid identity full_name offline_access",
)

# %% Push
verifier, state, nonce = (secrets.token_urlsafe(32) for _ in range(3))
pushed = shown(
    carrier.post(
        "pushed_authorization_request_endpoint",
        response_type="code",
        response_mode="query.jwt",
        redirect_uri=HOME,
        scope="openid identity full_name offline_access",
        acr_values="urn:vneid:level:2",
        state=state,
        nonce=nonce,
        code_challenge=s256(verifier),
        code_challenge_method="S256",
    )
)

# %% Send the person
back = carrier.send(request_uri=pushed["request_uri"])

# %% Read the answer
keys = jwt.PyJWKClient(provider["jwks_uri"])


def verified(text: str) -> dict[str, str]:
    """The claims of what the provider signed for this client."""
    key = keys.get_signing_key_from_jwt(text)
    return dict(jwt.decode(text, key, algorithms=["ES256"], audience=carrier.client_id, issuer=ISSUER))


answer = verified(back["response"])
assert answer["state"] == state, answer

# %% Redeem
tokens = shown(
    carrier.post(
        "token_endpoint",
        grant_type="authorization_code",
        code=answer["code"],
        redirect_uri=HOME,
        code_verifier=verifier,
    )
)
claims = verified(tokens["id_token"])
assert (claims["nonce"], claims["acr"]) == (nonce, "urn:vneid:level:2"), claims

# %% Ask
shown(carrier.get(provider["userinfo_endpoint"], tokens["access_token"]))

# %% Steal
stolen = http.get(provider["userinfo_endpoint"], headers={"Authorization": f"Bearer {tokens['access_token']}"})
print(stolen.text)

# %% Refresh
shown(carrier.post("token_endpoint", grant_type="refresh_token", refresh_token=tokens["refresh_token"]))
