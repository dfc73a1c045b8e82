"""A carrier's back end, by the rules of FAPI 2.0. Start the sandbox (`make sandbox`), then, in the same folder:

    pip install httpx pyjwt[crypto] starlette uvicorn
    python examples/carrier_backend.py     and open http://localhost:3000

The operator registers it with its key. It pushes its request, signs a person in, and has tokens that nobody else can
use: each request proves the key that they are bound to (DPoP). One key signs assertions, another one proofs. It has
what the person gave it and their face compared with the population register, binds the number that they confirmed, and
lists the numbers of the carrier.
"""

import asyncio
import base64
import hashlib
import html
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import httpx
import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

ISSUER = os.environ.get("ISSUER", "http://localhost:8000")
SANDBOX = os.environ.get("SANDBOX", ".")
"""The folder where `make sandbox` runs: a client of a carrier is registered by the operator, with the command there."""
FAMILY = f"carrier-{secrets.token_hex(4)}"
"""The carrier, to which its numbers belong. A new one each time this is tried; a real one has one id for good."""
NUMBERS = f"{ISSUER}/numbers/v1/numbers"
LEVEL_2 = "urn:vneid:level:2"
NUMBER = {
    "type": "subscriber_number",
    "actions": ["bind"],
    "phone_number": "+84951234567",
    "channel": "carrier_app",
    "contract": "prepaid",
    "sequence": 1,
}
"""What the person is to confirm (RFC 9396): that this number is registered in their name."""
MATCH = {
    "type": "identity_match",
    "fields": ["id_number", "full_name", "birthdate", "face"],
    "purpose": "subscriber_authentication",
}
"""And that what the carrier has of them is compared (Circular 08/2026/TT-BKHCN Art. 4)."""
WHY = {
    "id": "subscriber",
    "title": {"vi": "Đăng ký thuê bao", "en": "Subscription"},
    "text": {"vi": "Để đăng ký số thuê bao cho bạn.", "en": "To register a number for you."},
    "legal_ground": {"vi": "Sự đồng ý của bạn", "en": "Your consent"},
    "kept_until": {"vi": "Khi hết hợp đồng", "en": "Until the contract ends"},
    "required": ["identity_level", "id_number", "full_name", "birthdate"],
    "required_in_full": ["id_number", "full_name", "birthdate"],
    "optional": [],
}
"""What the person reads beside what the scopes ask."""

listener = socket.create_server(("127.0.0.1", int(os.environ.get("PORT", "3000"))))
HOME = f"http://localhost:{listener.getsockname()[1]}"
SIGNING, PROVING = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
provider = httpx.get(f"{ISSUER}/.well-known/oauth-authorization-server").json()
waiting: dict[str, dict[str, str]] = {}
"""What belongs to each browser that was sent away, by `state`. Keep it where your sessions are."""
nonces: list[str] = []
"""What the provider wants to find in proofs, if anything: its answers bring the next one (RFC 9449 §8)."""


def public(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """The public half as a JWK (RFC 7517)."""
    return dict(ECAlgorithm.to_jwk(key.public_key(), as_dict=True))


def s256(text: str) -> str:
    """SHA-256 in unpadded base64url."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def register() -> str:
    """1. The operator registers it, under the profile `fapi2` and as one of the carrier's family."""
    wanted = {
        "client_name": "My carrier",
        "profile": "fapi2",
        "family": FAMILY,
        "redirect_uris": [f"{HOME}/callback"],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "scope": "openid identity id_number full_name profile offline_access binding:subscriber_number",
        "token_endpoint_auth_method": "private_key_jwt",
        "dpop_bound_access_tokens": True,
        "authorization_details_types": ["subscriber_number", "identity_match"],
        "purposes": [WHY],
        "jwks": {"keys": [public(SIGNING) | {"kid": "1", "use": "sig", "alg": "ES256"}]},
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(wanted, file)
        file.flush()
        command = [
            ".venv/bin/vneid-idp",
            "--sandbox",
            "clients",
            "register",
            file.name,
            "--by",
            "me",
            "--reason",
            "Try",
        ]
        ran = subprocess.run(command, cwd=SANDBOX, stdout=subprocess.PIPE, text=True)
    return str(json.loads(ran.stdout)["client_id"]) if ran.returncode == 0 else sys.exit(ran.returncode)


CLIENT_ID = register()


def assertion() -> dict[str, str]:
    """Who we are (RFC 7523): signed for the issuer alone, good for a minute and once."""
    now = int(time.time())
    claims = {"iss": CLIENT_ID, "sub": CLIENT_ID, "aud": ISSUER, "jti": secrets.token_urlsafe(), "iat": now}
    text = jwt.encode(claims | {"exp": now + 60}, SIGNING, "ES256", headers={"kid": "1"})
    return {
        "client_id": CLIENT_ID,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": text,
    }


def proof(method: str, address: str, token: str | None = None) -> dict[str, str]:
    """That we hold the key (RFC 9449 §4.2): for this request, and at an API for this token."""
    claims: dict[str, object] = {"htm": method, "htu": address, "iat": int(time.time()), "jti": secrets.token_urlsafe()}
    claims |= {"nonce": nonces[-1]} if nonces else {}
    claims |= {} if token is None else {"ath": s256(token)}
    return {"DPoP": jwt.encode(claims, PROVING, "ES256", headers={"typ": "dpop+jwt", "jwk": public(PROVING)})}


async def post(client: httpx.AsyncClient, address: str, **form: str) -> httpx.Response:
    """Post a form as this client, with a proof."""
    return await send(lambda: client.post(address, data=form | assertion(), headers=proof("POST", address)))


async def call(client: httpx.AsyncClient, method: str, address: str, token: str, body: object = None) -> httpx.Response:
    """Ask an API with a token and a proof for it."""
    bound = {"Authorization": f"DPoP {token}"}
    return await send(lambda: client.request(method, address, json=body, headers=bound | proof(method, address, token)))


async def send(request: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """Send it; once more, made anew, where the proof lacked a nonce of the provider's."""
    answer = await request()
    nonces[:] = answer.headers.get_list("DPoP-Nonce") or nonces
    if not answer.is_success and answer.json().get("error") == "use_dpop_nonce":
        answer = await request()
    return answer


async def login(_: Request) -> Response:
    """2. Push the request (RFC 9126): what the person is asked passes through no browser."""
    state, verifier = secrets.token_urlsafe(), secrets.token_urlsafe()
    asked = {
        "response_type": "code",
        "redirect_uri": f"{HOME}/callback",
        "scope": "openid identity id_number full_name offline_access",
        "claims": json.dumps({"userinfo": {"birthdate": {"essential": True}}}),  # the scope profile asks for more
        "acr_values": LEVEL_2,
        "authorization_details": json.dumps([NUMBER, MATCH]),
        "state": state,
        "nonce": secrets.token_urlsafe(),
        "code_challenge": s256(verifier),
        "code_challenge_method": "S256",
    }
    async with httpx.AsyncClient() as client:
        pushed = await post(client, provider["pushed_authorization_request_endpoint"], **asked)
    if not pushed.is_success:
        return page("That did not work", pushed.json())
    waiting[state] = {"verifier": verifier, "nonce": asked["nonce"]}
    away = {"client_id": CLIENT_ID, "request_uri": pushed.json()["request_uri"]}
    return RedirectResponse(f"{provider['authorization_endpoint']}?{urlencode(away)}")


async def callback(request: Request) -> Response:
    """3. The browser is back: redeem the code with the key, look at the ID token, ask for userinfo."""
    answer = request.query_params
    begun = waiting.pop(answer.get("state", ""), None)
    if begun is None or answer.get("iss") != ISSUER:  # RFC 9207
        return page("That did not work", {"error": "this answer belongs to no request of ours"})
    if "error" in answer:
        return page("That did not work", {"error": answer["error"], "message": answer.get("error_description", "")})
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": f"{HOME}/callback"}
    async with httpx.AsyncClient() as client:
        redeemed = await post(client, provider["token_endpoint"], **form, code_verifier=begun["verifier"])
        if not redeemed.is_success:
            return page("That did not work", redeemed.json())
        tokens = redeemed.json()
        assert tokens["token_type"] == "DPoP", "a bearer's token is worth nothing here"
        assert tokens["authorization_details"] == [NUMBER, MATCH], "it may be less than was asked for"
        claims = await asyncio.to_thread(verified, tokens["id_token"], begun["nonce"])
        address, token = provider["userinfo_endpoint"], tokens["access_token"]
        told = await call(client, "GET", address, token)
        stolen = await client.get(address, headers={"Authorization": f"Bearer {token}"})
        matched = await match(client, token, told.json())
        bound = await bind(client, token, matched["match_id"])
        form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        refreshed = (await post(client, provider["token_endpoint"], **form)).json()
    shown = {
        "claims": claims,
        "confirmed": tokens["authorization_details"],
        "userinfo": told.json(),
        "without the key": stolen.json(),
        "matched": {name: matched[name] for name in ("verdict", "fields")},
        "bound": bound,
        "numbers": await numbers(),
        "refreshed": {name: refreshed[name] for name in ("token_type", "expires_in", "scope")},
    }
    return page("Welcome", shown)


async def match(client: httpx.AsyncClient, token: str, person: dict[str, str]) -> dict[str, str]:
    """4. Have it compared what the person gave us and what a device of ours took; keep the receipt.

    The sandbox's camera stands in for the device. With a seed it takes the same capture each time.
    """
    shows = {"client_id": CLIENT_ID, "id_number": person["id_number"], "shows": "genuine", "seed": 1}
    taken = (await client.post(f"{ISSUER}/sandbox/captures", json=shows)).raise_for_status().json()
    asked: dict[str, object] = {name: person[name] for name in ("id_number", "full_name", "birthdate")}
    asked |= {"face": {"evidence": taken["evidence"], "route": "national"}}
    asked |= {name: NUMBER[name] for name in ("phone_number", "channel")}
    return dict((await call(client, "POST", f"{ISSUER}/matches/v1/four-fields", token, asked)).json())


async def bind(client: httpx.AsyncClient, token: str, match_id: str) -> dict[str, object]:
    """5. Bind the number with the token of the request in which it was confirmed: just that one, once. Keep its id."""
    confirmed = {name: value for name, value in NUMBER.items() if name not in ("type", "actions")}
    answer = await call(client, "POST", NUMBERS, token, confirmed | {"match_id": match_id})
    return dict(answer.json())


async def numbers() -> dict[str, object]:
    """6. What the carrier has, with a token of its own: how each number stands, and nobody behind it."""
    async with httpx.AsyncClient() as client:
        form = {"grant_type": "client_credentials", "scope": "binding:subscriber_number"}
        own = (await post(client, provider["token_endpoint"], **form)).json()
        return dict((await call(client, "GET", NUMBERS, own["access_token"])).json())


def verified(id_token: str, nonce: str) -> dict[str, object]:
    """The claims of an ID token of the provider's, for us, about this request."""
    key = jwt.PyJWKClient(provider["jwks_uri"]).get_signing_key_from_jwt(id_token)
    claims = jwt.decode(id_token, key, algorithms=["ES256"], audience=CLIENT_ID, issuer=ISSUER)
    if claims.get("nonce") != nonce or claims.get("acr") != LEVEL_2:
        raise ValueError("the ID token answers another request, or not at level 2")
    return dict(claims)


async def home(_: Request) -> Response:
    """Where it starts."""
    return page("My carrier", {}, '<p><a href="/login">Sign in</a>')


def page(title: str, facts: dict[str, object], links: str = "") -> Response:
    """A page that shows facts."""
    text = html.escape(json.dumps(facts, indent=2, ensure_ascii=False))
    return HTMLResponse(f"<!doctype html><title>{title}</title><h1>{title}</h1><pre>{text}</pre>{links}")


app = Starlette(routes=[Route("/", home), Route("/login", login), Route("/callback", callback)])

if __name__ == "__main__":
    print(f"Open {HOME}", flush=True)
    asyncio.run(uvicorn.Server(uvicorn.Config(app, log_level="warning")).serve(sockets=[listener]))
