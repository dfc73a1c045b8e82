"""A caller of the operators' APIs names somebody by their phone number (RFC 7523), who has agreed before."""

import secrets

from carrier import Client, provider, s256, shown

HOME = "http://localhost:3000/callback"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
PHONE, STRANGER = "+84950000001", "+84950000034"

# %% Register
caller = Client(
    client_name="My number check",
    profile="camara",
    redirect_uris=[HOME],
    grant_types=["authorization_code", JWT_BEARER],
    scope="openid phone",
)

# %% Have the person agree
verifier = secrets.token_urlsafe(32)
asked = {"response_type": "code", "redirect_uri": HOME, "scope": "openid phone", "state": "s", "nonce": "n"}
asked |= {"code_challenge": s256(verifier), "code_challenge_method": "S256"}
code = caller.send(**asked)["code"]
shown(
    caller.post("token_endpoint", grant_type="authorization_code", code=code, redirect_uri=HOME, code_verifier=verifier)
)

# %% Ask by the number
assertion = caller.signed(sub=f"tel:{PHONE}", scope="dpv:sandbox openid phone")
tokens = shown(caller.post("token_endpoint", grant_type=JWT_BEARER, assertion=assertion))

# %% Read
shown(caller.get(provider["userinfo_endpoint"], tokens["access_token"]))

# %% Ask of somebody else
assertion = caller.signed(sub=f"tel:{STRANGER}", scope="dpv:sandbox openid phone")
print(caller.post("token_endpoint", grant_type=JWT_BEARER, assertion=assertion).text)
