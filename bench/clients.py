"""How the client of a side shows who it is: by a secret, or as FAPI 2.0 wants it, by two keys."""

import base64
import time
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from os import urandom
from typing import Any, Protocol
from urllib.parse import quote

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

BACK_END_ID = "bench-back-end"
"""The client that exchanges the tokens of the one that people sign in at."""
WITH_KEYS = ("fapi2", "ciba", "exchange")
"""Profiles whose client has keys and no secret."""
_P256_BYTES = 32
_ECDSA = ec.ECDSA(SHA256())
_ASSERTION_LIFE = 60


class Client(Protocol):
    """The client of a benchmark at either side."""

    @property
    def pushes(self) -> bool:
        """Whether its authorization requests are pushed (RFC 9126)."""
        ...

    @property
    def rotates(self) -> bool:
        """Whether its refresh tokens rotate."""
        ...

    @property
    def token_type(self) -> str:
        """Of its access tokens (RFC 6749 §7.1)."""
        ...

    def shown_in_form(self, issuer: str, client_id: str, path: str) -> tuple[str, dict[str, str]]:
        """Header lines and form parameters that go with a `POST` to `path`."""
        ...

    def shown_at_resource(self, issuer: str, path: str, token: str) -> str:
        """Header lines that go with a `GET` of `path` with an access token."""
        ...


@dataclass(frozen=True, slots=True)
class SecretClient:
    """`client_secret_basic` (RFC 6749 §2.3.1) and bearer tokens."""

    secret: str
    pushes: bool = False
    rotates: bool = True
    token_type: str = "Bearer"

    def shown_in_form(self, issuer: str, client_id: str, path: str) -> tuple[str, dict[str, str]]:
        credentials = f"{quote(client_id, safe='')}:{quote(self.secret, safe='')}"
        return f"Authorization: Basic {base64.b64encode(credentials.encode()).decode()}\r\n", {}

    def shown_at_resource(self, issuer: str, path: str, token: str) -> str:
        return f"Authorization: Bearer {token}\r\n"


@dataclass(frozen=True, slots=True)
class KeyClient:
    """`private_key_jwt` (RFC 7523 §2.2) and tokens bound to a key by DPoP (RFC 9449)."""

    signing: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    proving: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    pushes: bool = True
    rotates: bool = False
    token_type: str = "DPoP"

    @property
    def jwks(self) -> dict[str, Any]:
        """What it registers (RFC 7517 §5)."""
        return {"keys": [_public(self.signing) | {"kid": "1", "use": "sig", "alg": "ES256"}]}

    def shown_in_form(self, issuer: str, client_id: str, path: str) -> tuple[str, dict[str, str]]:
        now = int(time.time())
        claims = {"iss": client_id, "sub": client_id, "aud": issuer, "jti": _fresh(), "iat": now}
        assertion = _signed({"alg": "ES256", "kid": "1"}, claims | {"exp": now + _ASSERTION_LIFE}, self.signing)
        form = {
            "client_id": client_id,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
        }
        return self._proof("POST", issuer + path), form

    def shown_at_resource(self, issuer: str, path: str, token: str, method: str = "GET") -> str:
        bound = base64url(sha256(token.encode()).digest())
        return f"Authorization: DPoP {token}\r\n{self._proof(method, issuer + path, ath=bound)}"

    def signed_request(self, issuer: str, client_id: str, parameters: dict[str, str]) -> str:
        """A request object (RFC 9101, CIBA Core §7.1.1)."""
        now = int(time.time())
        claims = {"iss": client_id, "aud": issuer, "jti": _fresh(), "iat": now, "nbf": now, **parameters}
        return _signed({"alg": "ES256", "kid": "1"}, claims | {"exp": now + _ASSERTION_LIFE}, self.signing)

    def _proof(self, method: str, address: str, **more: str) -> str:
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": _public(self.proving)}
        claims = {"jti": _fresh(), "htm": method, "htu": address, "iat": int(time.time()), **more}
        return f"DPoP: {_signed(header, claims, self.proving)}\r\n"


def base64url(raw: bytes) -> str:
    """Without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _fresh() -> str:
    return base64url(urandom(16))


@cache
def _public(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    point = key.public_key().public_numbers()
    x, y = (base64url(number.to_bytes(_P256_BYTES, "big")) for number in (point.x, point.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _signed(header: dict[str, Any], claims: dict[str, Any], key: ec.EllipticCurvePrivateKey) -> str:
    """A compact JWS with ES256. By hand, and only here: a library's would cost the load more than the flow."""
    start = f"{base64url(orjson.dumps(header))}.{base64url(orjson.dumps(claims))}"
    r, s = decode_dss_signature(key.sign(start.encode(), _ECDSA))
    return f"{start}.{base64url(r.to_bytes(_P256_BYTES, 'big') + s.to_bytes(_P256_BYTES, 'big'))}"
