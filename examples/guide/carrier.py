"""What every script of the developer's guide begins with: a client that signs. Keep it beside them.

One key says who the client is (`private_key_jwt`, RFC 7523), another one is what its tokens are bound to (DPoP,
RFC 9449). It needs httpx and PyJWT, and the sandbox (`make sandbox`).
"""

import base64
import hashlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

ISSUER = os.environ.get("ISSUER", "http://localhost:8000")
SANDBOX = os.environ.get("SANDBOX", ".")
"""The folder where `make sandbox` runs: what only the operator registers is registered by the command there."""
http = httpx.Client(timeout=30)
try:
    provider = http.get(f"{ISSUER}/.well-known/oauth-authorization-server").raise_for_status().json()
except httpx.HTTPError as error:
    sys.exit(f"No provider answers at {ISSUER} ({error}): start the sandbox (make sandbox), or name it in ISSUER.")


def public(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """The public half as a JWK (RFC 7517)."""
    return dict(ECAlgorithm.to_jwk(key.public_key(), as_dict=True))


def s256(text: str) -> str:
    """SHA-256 in unpadded base64url."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def told(answer: httpx.Response) -> dict[str, Any]:
    """The JSON of an answer; an error ends the script, and names the page that explains it (`error_uri`)."""
    return dict(answer.json()) if answer.is_success else sys.exit(answer.text)


def shown(answer: httpx.Response) -> dict[str, Any]:
    """The same, printed."""
    print(answer.text, flush=True)
    return told(answer)


class Client:
    """A client of the provider's, with keys of its own."""

    def __init__(self, **wanted: object) -> None:
        """Register with these members and a new key. Outside the sandbox the operator registers a client."""
        self.signing, self.proving = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        key = public(self.signing) | {"kid": "1", "use": "sig", "alg": "ES256"}
        known = {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [key]}, **wanted}
        self.is_public = known["token_endpoint_auth_method"] == "none"
        self.client_id = self.register(known)
        self._nonce: str | None = None

    def register(self, wanted: dict[str, object]) -> str:
        """Have it registered (RFC 7591); the `client_id`."""
        return str(told(http.post(provider["registration_endpoint"], json=wanted))["client_id"])

    def signed(self, **claims: object) -> str:
        """What it says to the issuer alone, good for a minute and once."""
        now = int(time.time())
        known = {"iss": self.client_id, "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 60}
        known |= {"jti": secrets.token_urlsafe()}
        return jwt.encode(known | claims, self.signing, "ES256", headers={"kid": "1"})

    def assertion(self) -> dict[str, str]:
        """Who it is (RFC 7523)."""
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        return {"client_assertion_type": kind, "client_assertion": self.signed(sub=self.client_id)}

    def proof(self, method: str, address: str, token: str | None = None) -> dict[str, str]:
        """That it holds the key, for this request, and at an API for this token (RFC 9449 §4.2)."""
        claims: dict[str, object] = {"htm": method, "htu": address}
        claims |= {"iat": int(time.time()), "jti": secrets.token_urlsafe()}
        claims |= {} if self._nonce is None else {"nonce": self._nonce}
        claims |= {} if token is None else {"ath": s256(token)}
        headers = {"typ": "dpop+jwt", "jwk": public(self.proving)}
        return {"DPoP": jwt.encode(claims, self.proving, "ES256", headers=headers)}

    def post(self, endpoint: str, **form: str) -> httpx.Response:
        """Post a form to an endpoint of discovery's, with who it is and with the proof of its key."""
        address = str(provider[endpoint])
        who = {"client_id": self.client_id} | ({} if self.is_public else self.assertion())
        answer = http.post(address, data=form | who, headers=self.proof("POST", address))
        return self.post(endpoint, **form) if self._wants_nonce(answer) else answer

    def get(self, address: str, token: str) -> httpx.Response:
        """Ask an API with a token that is bound to the key."""
        headers = {"Authorization": f"DPoP {token}"} | self.proof("GET", address, token)
        answer = http.get(address, headers=headers)
        return self.get(address, token) if self._wants_nonce(answer) else answer

    def send(self, **request: str) -> dict[str, str]:
        """Send a person with a request, whether it was pushed or stands in the address; the answer that they bring."""
        away = urlencode({"client_id": self.client_id} | request)
        print(f"Open {provider['authorization_endpoint']}?{away}", flush=True)
        return dict(parse_qsl(urlsplit(input("Where the browser ended: ")).query))

    def _wants_nonce(self, answer: httpx.Response) -> bool:
        """Whether it has to be sent once more, with what the provider wants in proofs (RFC 9449 §8)."""
        self._nonce = answer.headers.get("DPoP-Nonce", self._nonce)
        return "use_dpop_nonce" in (answer.headers.get("WWW-Authenticate", "") + answer.text)


class Operated(Client):
    """A client with members that only the operator registers."""

    def register(self, wanted: dict[str, object]) -> str:
        """See `Client`."""
        return str(json.loads(as_operator("clients", "register", file=wanted))["client_id"])


def as_operator(*command: str, file: object = None) -> str:
    """What a command of the operator's prints, for the sandbox; `file` is its last argument, written as JSON. A refusal
    ends the script."""
    if not os.access(f"{SANDBOX}/.venv/bin/vneid-idp", os.X_OK):
        sys.exit("Start this script in the folder where `make sandbox` runs, or name that folder in SANDBOX.")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as written:
        json.dump(file, written)
        written.flush()
        named = [] if file is None else [written.name]
        line = [".venv/bin/vneid-idp", "--sandbox", *command, *named, "--by", "guide", "--reason", "To try it out"]
        ran = subprocess.run(line, cwd=SANDBOX, stdout=subprocess.PIPE, text=True)
    return ran.stdout if ran.returncode == 0 else sys.exit(ran.returncode)
