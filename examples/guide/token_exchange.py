"""A back end and a point of sale act by what a person agreed to with the app of their organisation (RFC 8693)."""

import secrets

from carrier import Client, Operated, as_operator, provider, s256, shown

HOME = "http://localhost:3000/callback"
TOKEN = "urn:ietf:params:oauth:token-type:access_token"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
# An organisation of its own for each run; a real one has one id for good.
FAMILY = f"carrier-{secrets.token_hex(4)}"
WHY = {
    "id": "sale",
    "title": {"vi": "Bán hàng", "en": "Sale"},
    "text": {"vi": "Để phục vụ bạn tại điểm giao dịch.", "en": "To serve you at a point of sale."},
    "legal_ground": {"vi": "Sự đồng ý của bạn", "en": "Your consent"},
    "kept_until": {"vi": "Khi hết hợp đồng", "en": "Until the contract ends"},
    "required": ["full_name"],
    "optional": ["phone_number"],
}

# %% Register
as_operator("families", "create", FAMILY, "Nhà mạng Thử")
acting = {"family": FAMILY, "profile": "fapi2", "dpop_bound_access_tokens": True, "response_types": []}
acting |= {"grant_types": ["client_credentials", EXCHANGE], "purposes": [WHY]}
back_end = Operated(client_name="Back end", scope="openid full_name", **acting)
point = Operated(client_name="Point of sale", scope="openid full_name phone binding:social_account", **acting)
app = Operated(
    client_name="App of a carrier",
    family=FAMILY,
    may_act=[point.client_id],
    token_endpoint_auth_method="none",
    dpop_bound_access_tokens=True,
    redirect_uris=[HOME],
    scope="openid full_name phone",
    purposes=[WHY],
)

# %% Sign in at the app
verifier = secrets.token_urlsafe(32)
asked = {"response_type": "code", "redirect_uri": HOME, "state": "s", "nonce": "n"}
asked |= {"scope": "openid full_name phone", "code_challenge": s256(verifier), "code_challenge_method": "S256"}
code = app.send(**asked)["code"]
redeemed = app.post(
    "token_endpoint", grant_type="authorization_code", code=code, redirect_uri=HOME, code_verifier=verifier
)
subject = redeemed.json()["access_token"]


# %% Narrow
def exchange(client: Client, **form: str) -> str:
    """Another token for `client`, by the app's one."""
    by = {"grant_type": EXCHANGE, "subject_token": subject, "subject_token_type": TOKEN}
    return str(shown(client.post("token_endpoint", **by, **form))["access_token"])


narrower = exchange(back_end, scope="openid full_name")
shown(back_end.get(provider["userinfo_endpoint"], narrower))

# %% Delegate
own = point.post("token_endpoint", grant_type="client_credentials", scope="binding:social_account").json()
delegated = exchange(point, actor_token=own["access_token"], actor_token_type=TOKEN)
shown(point.post("introspection_endpoint", token=delegated))

# %% Widen
print(
    back_end.post(
        "token_endpoint", grant_type=EXCHANGE, subject_token=subject, subject_token_type=TOKEN, scope="openid phone"
    ).text
)
