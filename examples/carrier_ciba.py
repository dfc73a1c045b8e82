"""A carrier's counter: somebody is asked on their phone (CIBA, poll mode), by the rules of FAPI-CIBA. Start the sandbox
(`make sandbox`), then:

    pip install httpx pyjwt[crypto]
    python carrier_ciba.py +84951234567

The number is that of somebody whom the sandbox lists. They answer at /phone, where they pick the number that is shown
here; or the address that is printed answers for them. Who is asked learns of it on their phone alone: no browser is
sent anywhere, and for a number that nobody has the answer looks the same.
"""

import base64
import hashlib
import os
import secrets
import sys
import time

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

ISSUER = os.environ.get("ISSUER", "http://localhost:8000")
CIBA = "urn:openid:params:grant-type:ciba"
SIGNING, PROVING = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
http = httpx.Client()
provider = http.get(f"{ISSUER}/.well-known/openid-configuration").json()
nonces: list[str] = []
"""What the provider wants to find in proofs, if anything: its answers bring the next one (RFC 9449 §8)."""


def public(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """The public half as a JWK (RFC 7517)."""
    return dict(ECAlgorithm.to_jwk(key.public_key(), as_dict=True))


def register() -> str:
    """1. Register under the profile `ciba`. Outside the sandbox the operator does it for you."""
    wanted = {
        "client_name": "My carrier's counter",
        "profile": "ciba",
        "grant_types": [CIBA],
        "response_types": [],
        "token_endpoint_auth_method": "private_key_jwt",
        "backchannel_token_delivery_mode": "poll",
        "backchannel_authentication_request_signing_alg": "ES256",
        "dpop_bound_access_tokens": True,
        "jwks": {"keys": [public(SIGNING) | {"kid": "1", "use": "sig", "alg": "ES256"}]},
    }
    return str(http.post(provider["registration_endpoint"], json=wanted).raise_for_status().json()["client_id"])


CLIENT_ID = register()


def signed(**claims: str) -> str:
    """What we say to the issuer alone, good for a minute and once."""
    now = int(time.time())
    known = {"iss": CLIENT_ID, "aud": ISSUER, "jti": secrets.token_urlsafe(), "iat": now, "nbf": now, "exp": now + 60}
    return jwt.encode(known | claims, SIGNING, "ES256", headers={"kid": "1"})


def assertion() -> dict[str, str]:
    """Who we are (RFC 7523)."""
    return {
        "client_id": CLIENT_ID,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signed(sub=CLIENT_ID),
    }


def proof(method: str, address: str, token: str | None = None) -> dict[str, str]:
    """That we hold the key (RFC 9449 §4.2): for this request, and at an API for this token."""
    claims: dict[str, object] = {"htm": method, "htu": address, "iat": int(time.time()), "jti": secrets.token_urlsafe()}
    claims |= {"nonce": nonces[-1]} if nonces else {}
    if token is not None:
        digest = hashlib.sha256(token.encode()).digest()
        claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return {"DPoP": jwt.encode(claims, PROVING, "ES256", headers={"typ": "dpop+jwt", "jwk": public(PROVING)})}


def ask(phone: str) -> dict[str, object]:
    """2. Have the person asked, in a request that is signed: for what, by whom, and what stands on both screens."""
    request = signed(
        scope="openid identity",
        acr_values="urn:vneid:level:2",
        login_hint=f"tel:{phone}",
        binding_message="Counter 7",
    )
    answer = http.post(provider["backchannel_authentication_endpoint"], data=assertion() | {"request": request})
    return dict(answer.raise_for_status().json())


def poll(asked: dict[str, object]) -> dict[str, str]:
    """3. Poll until the person has answered, never faster than `interval`, which grows by five when it was too fast."""
    interval = int(str(asked["interval"]))
    while True:
        time.sleep(interval)
        form = assertion() | {"grant_type": CIBA, "auth_req_id": str(asked["auth_req_id"])}
        address = provider["token_endpoint"]
        answer = http.post(address, data=form, headers=proof("POST", address))
        nonces[:] = answer.headers.get_list("DPoP-Nonce") or nonces
        if answer.is_success:
            return dict(answer.json())
        error = answer.json()["error"]
        interval += 5 * (error == "slow_down")
        if error not in ("authorization_pending", "slow_down", "use_dpop_nonce"):
            sys.exit(f"Nobody agreed: {error}")


def verified(id_token: str, auth_req_id: object) -> dict[str, object]:
    """4. The claims of an ID token of the provider's, for us, and about this request."""
    key = jwt.PyJWKClient(provider["jwks_uri"]).get_signing_key_from_jwt(id_token)
    claims = jwt.decode(id_token, key, algorithms=["ES256"], audience=CLIENT_ID, issuer=ISSUER)
    if claims["urn:openid:params:jwt:claim:auth_req_id"] != auth_req_id or claims["acr"] != "urn:vneid:level:2":
        raise ValueError("the ID token answers another request, or not at level 2")
    return dict(claims)


if __name__ == "__main__":
    asked = ask(sys.argv[1])
    print(f"Show {asked['number_to_show']} to the person, who picks it at {ISSUER}/phone.")
    print(f"Or: curl -X POST {ISSUER}/sandbox/ciba/{asked['auth_req_id']}/allow", flush=True)
    tokens = poll(asked)
    verified(tokens["id_token"], asked["auth_req_id"])
    token, address = tokens["access_token"], provider["userinfo_endpoint"]
    bound = {"Authorization": f"DPoP {token}"} | proof("GET", address, token)
    print(http.get(address, headers=bound).text)
