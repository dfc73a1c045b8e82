"""A financial-grade relying party: it signs its assertions and proves a key, in the specifications' own words."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from tests.support.country import ISSUER, Country
from tests.support.relying_party import RelyingParty, Request
from vneid_idp.kernel.clock import SECOND
from vneid_idp.kernel.secrets import base64url, digest, new_secret
from vneid_idp.protocol.client_auth import JWT_BEARER

Key = ECKey | RSAKey | OKPKey


def new_key(kid: str | None = None) -> ECKey:
    """A fresh P-256 key."""
    return ECKey.generate_key("P-256", {"kid": kid} if kid else None, private=True)


def signed(header: dict[str, Any], claims: dict[str, Any], key: Key) -> str:
    """A compact JWS of exactly these, right or wrong."""
    start = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    algorithm = JWSRegistry.algorithms.get(header.get("alg", "none"))
    signature = b"" if algorithm is None or header.get("alg", "none") == "none" else algorithm.sign(start.encode(), key)
    return f"{start}.{base64url(signature)}"


def public(key: Key) -> dict[str, Any]:
    """The members that make a public key, and no others."""
    return {
        name: value for name, value in key.as_dict(private=False).items() if name in ("kty", "crv", "x", "y", "n", "e")
    }


def proof_of(
    *,
    key: Key,
    method: str,
    url: str,
    at: int,
    token: str | None = None,
    header: dict[str, Any] | None = None,
    without: tuple[str, ...] = (),
    **changes: Any,
) -> str:
    """A DPoP proof (RFC 9449 §4.2); `changes` go over the claims, `header` over the header, and what is named `without`
    is left out of both."""
    claims = {"jti": new_secret(), "htm": method, "htu": url, "iat": at}
    if token is not None:
        claims["ath"] = digest(token)
    head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": public(key)} | (header or {})
    kept = {name: value for name, value in (claims | changes).items() if name not in without}
    return signed({name: value for name, value in head.items() if name not in without}, kept, key)


SIGNING = new_key("k1")
REGISTRATION: dict[str, Any] = {
    "profile": "fapi2",
    "token_endpoint_auth_method": "private_key_jwt",
    "jwks": {"keys": [SIGNING.as_dict(private=False) | {"use": "sig"}]},
}


@dataclass
class Carrier(RelyingParty):
    """A client that authenticates with a key, and holds another one that its tokens are bound to."""

    key: ECKey = field(default_factory=new_key)

    @classmethod
    async def of(cls, country: Country, **members: Any) -> "Carrier":
        """One that the operator registers; `members` go over those of a client of the profile `fapi2`."""
        return cls(country, await country.register(**(REGISTRATION | members)))

    @property
    def now(self) -> int:
        """The second that it is."""
        return self.country.watch.now() // SECOND

    def assertion(self, **changes: Any) -> dict[str, str]:
        """The parameters of client authentication (RFC 7523 §2.2); `changes` go over the claims."""
        claims = {"iss": self.client_id, "sub": self.client_id, "aud": ISSUER, "jti": new_secret()}
        times = {"iat": self.now, "exp": self.now + 60}
        text = signed({"alg": "ES256", "kid": "k1"}, claims | times | changes, SIGNING)
        return {"client_assertion_type": JWT_BEARER, "client_assertion": text}

    def proof(self, method: str, path: str, *, key: Key | None = None, **how: Any) -> dict[str, str]:
        """The header of a DPoP proof for this request; see `proof_of`."""
        return {"DPoP": proof_of(key=key or self.key, method=method, url=ISSUER + path, at=self.now, **how)}

    async def post(self, path: str, **form: str) -> httpx.Response:
        """Post a form with an assertion and a proof of its key."""
        return await self.send(path, form, self.proof("POST", path))

    async def send(self, path: str, form: dict[str, str], headers: dict[str, str]) -> httpx.Response:
        """Post a form with an assertion, and just these headers."""
        async with self.country.browser() as browser:
            return await browser.post(path, data=form | self.assertion(), headers=headers)

    async def push(self, request: Request, **headers: str) -> httpx.Response:
        """Push a request (RFC 9126 §2.1)."""
        return await self.send("/par", request.params, headers)

    async def code(self, browser: httpx.AsyncClient, request: Request, **headers: str) -> str:
        """Push a request, and have a browser in which everything is agreed to go there; the code."""
        pushed = await self.push(request, **headers)
        assert pushed.status_code == 201, pushed.text
        known = {"client_id": self.client_id, "request_uri": pushed.json()["request_uri"]}
        answer = await browser.get("/authorize", params=known)
        return request.read_answer(answer.headers["location"])["code"]

    async def tokens(self, browser: httpx.AsyncClient, **params: Any) -> dict[str, Any]:
        """What a request that is agreed to comes to, bound to its key."""
        request = self.request(**params)
        answer = await self.redeem(request, await self.code(browser, request))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def call(self, method: str, path: str, token: str, **more: Any) -> httpx.Response:
        """Call a JSON API with a token that is bound to its key."""
        known = {"Authorization": f"DPoP {token}"} | self.proof(method, path.partition("?")[0], token=token)
        async with self.country.browser() as browser:
            return await browser.request(method, path, headers=known | more.pop("headers", {}), **more)

    async def get(self, path: str, token: str, **headers: str) -> httpx.Response:
        """Ask a resource with a token that is bound to its key."""
        known = {"Authorization": f"DPoP {token}"} | self.proof("GET", path, token=token)
        async with self.country.browser() as browser:
            return await browser.get(path, headers=known | headers)
