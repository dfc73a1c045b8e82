"""A resource server of somebody else's: a token that it can verify by itself (RFC 8707, RFC 9068)."""

import secrets

import jwt
from carrier import ISSUER, Operated, as_operator, provider, public, s256, shown

HOME = "http://localhost:3000/callback"
# An organisation and a server of their own for each run; real ones keep their names.
FAMILY = f"tickets-{secrets.token_hex(4)}"
RESOURCE = f"https://tickets.example/{FAMILY}"
PURPOSE = {
    "id": "tickets",
    "title": {"vi": "Bán vé", "en": "Tickets"},
    "text": {"vi": "Để bán vé cho bạn.", "en": "To sell you tickets."},
    "legal_ground": {"vi": "Sự đồng ý của bạn", "en": "Your consent"},
    "kept_until": {"vi": "Sau chuyến đi", "en": "After the journey"},
    "required": ["identity_level"],
}

# %% Register
as_operator("families", "create", FAMILY, "Vé Việt")
client = Operated(
    client_name="Ticket shop",
    profile="fapi2",
    redirect_uris=[HOME],
    dpop_bound_access_tokens=True,
    scope="openid identity",
    family=FAMILY,
    purposes=[PURPOSE],
)
server = {
    "resource": RESOURCE,
    "resource_name": "Vé Việt",
    "family": FAMILY,
    "clients": [client.client_id],
    "scopes": [{"scope": "tickets:buy", "title": {"vi": "Mua vé", "en": "Buy tickets"}}],
    "introspection_client": client.client_id,
}
as_operator("resource-servers", "register", file=server)

# %% Push
verifier = secrets.token_urlsafe(32)
pushed = shown(
    client.post(
        "pushed_authorization_request_endpoint",
        response_type="code",
        redirect_uri=HOME,
        scope="openid identity tickets:buy",
        resource=RESOURCE,
        code_challenge=s256(verifier),
        code_challenge_method="S256",
    )
)

# %% Send the person
code = client.send(request_uri=pushed["request_uri"])["code"]

# %% Redeem
tokens = shown(
    client.post(
        "token_endpoint",
        grant_type="authorization_code",
        code=code,
        redirect_uri=HOME,
        code_verifier=verifier,
        resource=RESOURCE,
    )
)

# %% Verify
token = tokens["access_token"]
key = jwt.PyJWKClient(provider["jwks_uri"]).get_signing_key_from_jwt(token)
claims = jwt.decode(token, key, algorithms=["ES256"], audience=RESOURCE, issuer=ISSUER)
assert jwt.get_unverified_header(token)["typ"] == "at+jwt", "it is another kind of token"
member = public(client.proving)
thumbprint = s256(f'{{"crv":"{member["crv"]}","kty":"{member["kty"]}","x":"{member["x"]}","y":"{member["y"]}"}}')
assert claims["cnf"]["jkt"] == thumbprint, "the proof beside it is of another key"

# %% Ask back
shown(client.post("introspection_endpoint", token=token))
