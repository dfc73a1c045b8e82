"""Clients as certification brings them: one of each variant of FAPI 2.0, which does what its variant says."""

import itertools
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import httpx
from cryptography import x509
from joserfc.jwk import ECKey, RSAKey

from tests.support.carrier import Key, new_key, proof_of, signed
from tests.support.certificates import Authority, header
from tests.support.country import ISSUER, REDIRECT_URI, Country
from tests.support.relying_party import RelyingParty, Request
from tests.support.shortcuts import Known, agreed
from vneid_idp.kernel.clock import SECOND, Instant
from vneid_idp.kernel.secrets import new_secret
from vneid_idp.protocol.client_auth import JWT_BEARER

MTLS_ORIGIN = "https://mtls.id.example"
AUTHORITY = Authority()
WITH_QUERY = f"{REDIRECT_URI}?dummy1=lorem&dummy2=ipsum"
"""The redirect URI of the second client."""
SCOPE = "openid profile identity offline_access"
OWN_SCOPE = "binding:social_account"
"""What a client may do in its own name."""

RSA = RSAKey.generate_key(2048, {"kid": "rsa"}, private=True)
"""A further registered key of every client: with it only the algorithm of what is signed with RS256 is wrong."""

# Each call comes from somewhere else: what is counted for an address is not what these rows are about.
_addresses = (f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in itertools.count(1))


class Variant(NamedTuple):
    """How a client authenticates, what its tokens are bound to, and whether requests and answers are signed."""

    authentication: str
    constraint: str
    message_signing: bool

    def __str__(self) -> str:
        return f"{self.authentication}-{self.constraint}{'-signed' if self.message_signing else ''}"

    @property
    def by_dpop(self) -> bool:
        """Whether tokens are bound to a DPoP key."""
        return self.constraint == "dpop"

    @property
    def shows_certificate(self) -> bool:
        """Whether the client calls the addresses for clients with certificates."""
        return "tls_client_auth" in (self.authentication, self.constraint)


VARIANTS = tuple(
    Variant(*each)
    for each in itertools.product(("private_key_jwt", "tls_client_auth"), ("dpop", "tls_client_auth"), (False, True))
)
"""Security Profile and Message Signing, with each client authentication and each sender constraint."""
SECURITY_PROFILE = tuple(each for each in VARIANTS if not each.message_signing)
MESSAGE_SIGNING = tuple(each for each in VARIANTS if each.message_signing)
DPOP = tuple(each for each in SECURITY_PROFILE if each.by_dpop)
MTLS = tuple(each for each in SECURITY_PROFILE if not each.by_dpop)
ASSERTING = tuple(each for each in SECURITY_PROFILE if each.authentication == "private_key_jwt")


def check_refused(answer: httpx.Response, *codes: str) -> None:
    """An error as RFC 6749 §5.2 has it, with one of these codes."""
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert found["error"] in codes, answer.text
    assert answer.status_code == (401 if found["error"] == "invalid_client" else 400), answer.text
    assert all(" " <= letter <= "~" and letter not in '"\\' for letter in found["error_description"])


@dataclass
class Certified(RelyingParty):
    """A client of one variant, its keys, and somebody who agreed to all that it asks."""

    variant: Variant
    signing: ECKey
    key: ECKey
    certificate: x509.Certificate
    someone: Known
    _token: tuple[Instant, str] | None = None

    @classmethod
    async def of(cls, land: Country, variant: Variant, name: str, **members: Any) -> "Certified":
        """One that the operator registers under `name`; `members` go over those of its variant."""
        signing, subject = new_key(f"{name}-1"), f"CN={name},O=Carrier,C=VN"
        wanted: dict[str, Any] = {
            "profile": "fapi2",
            "scope": f"{SCOPE} {OWN_SCOPE}",
            "redirect_uris": [REDIRECT_URI, WITH_QUERY],
            "token_endpoint_auth_method": variant.authentication,
            "jwks": {"keys": [key.as_dict(private=False) | {"use": "sig"} for key in (signing, RSA)]},
        }
        if variant.authentication == "tls_client_auth":
            wanted["tls_client_auth_subject_dn"] = subject
        bound = "dpop_bound" if variant.by_dpop else "tls_client_certificate_bound"
        wanted[f"{bound}_access_tokens"] = True
        if variant.message_signing:
            wanted |= {"require_signed_request_object": True, "authorization_signed_response_alg": "PS256"}
        registered = await land.register(**(wanted | members))
        someone = await agreed(land, RelyingParty(land, registered))
        land.watch.advance(SECOND)  # what was agreed to lies before whatever is asked
        return cls(land, registered, variant, signing, new_key(), AUTHORITY.issue(subject)[0], someone)

    @property
    def now(self) -> int:
        """The second that it is."""
        return self.country.watch.now() // SECOND

    @property
    def origin(self) -> str:
        """Where it calls: clients that show a certificate use the aliases (RFC 8705 §5)."""
        return MTLS_ORIGIN if self.variant.shows_certificate else ISSUER

    def assertion(
        self,
        head: dict[str, Any] | None = None,
        *,
        key: Key | None = None,
        without: tuple[str, ...] = (),
        **changes: Any,
    ) -> dict[str, str]:
        """The parameters of client authentication (RFC 7523 §2.2); `changes` go over the claims, `head` over the
        header, and the claims that are named `without` are left out."""
        claims = {"iss": self.client_id, "sub": self.client_id, "aud": ISSUER, "jti": new_secret()}
        claims |= {"iat": self.now, "exp": self.now + 60} | changes
        kept = {name: value for name, value in claims.items() if name not in without}
        text = signed({"alg": "ES256", "kid": self.signing.kid} | (head or {}), kept, key or self.signing)
        return {"client_assertion_type": JWT_BEARER, "client_assertion": text}

    @property
    def credential(self) -> dict[str, str]:
        """The parameters by which it authenticates; of a certificate only its name is one."""
        named = {"client_id": self.client_id}
        return named | self.assertion() if self.variant.authentication == "private_key_jwt" else named

    def proof(self, method: str, path: str, *, key: Key | None = None, **how: Any) -> str:
        """A DPoP proof for this request; see `proof_of`."""
        known: dict[str, Any] = {"method": method, "url": self.origin + path, "at": self.now}
        return proof_of(key=key or self.key, **(known | how))

    @property
    def connection(self) -> dict[str, str]:
        """What its connection shows, as the proxy tells it."""
        return header(self.certificate) if self.variant.shows_certificate else {}

    def shown(self, method: str, path: str, token: str | None = None, **how: Any) -> dict[str, str]:
        """The headers that show what its tokens are bound to, and its certificate."""
        if not self.variant.by_dpop:
            return self.connection
        return self.connection | {"DPoP": self.proof(method, path, token=token, **how)}

    async def call(self, method: str, path: str, **how: Any) -> httpx.Response:
        """One request, with just what is said, from an address of its own."""
        sent: dict[str, str] | list[tuple[str, str]] = how.pop("headers", {})
        pairs = sent.items() if isinstance(sent, dict) else sent
        headers = [("X-Forwarded-For", next(_addresses)), *pairs]
        async with self.country.browser() as browser:
            return await browser.request(method, path, headers=headers, **how)

    async def post(self, path: str, **form: str) -> httpx.Response:
        """Post a form as a good client does."""
        return await self.call("POST", path, data=form | self.credential, headers=self.shown("POST", path))

    def request(self, **params: Any) -> Request:
        """A request with PKCE, `state` and `nonce`, whose answer is one JWT where the variant has it so."""
        mode = {"response_mode": "jwt"} if self.variant.message_signing else {}
        return super().request(**({"scope": SCOPE} | mode | params))

    def request_object(
        self,
        request: Request,
        head: dict[str, Any] | None = None,
        /,
        *,
        key: Key | None = None,
        without: tuple[str, ...] = (),
        **changes: Any,
    ) -> str:
        """The request as a signed object (RFC 9101 §4); the changes as of `assertion`."""
        claims = {**request.params, "iss": self.client_id, "aud": ISSUER}
        claims |= {"nbf": self.now, "exp": self.now + 300} | changes
        kept = {name: value for name, value in claims.items() if name not in without}
        return signed({"alg": "ES256", "kid": self.signing.kid} | (head or {}), kept, key or self.signing)

    def pushable(self, request: Request) -> dict[str, str]:
        """What it pushes: the parameters, or the object that holds them."""
        return {"request": self.request_object(request)} if self.variant.message_signing else request.params

    async def push(self, request: Request, **headers: str) -> httpx.Response:
        """Push a request (RFC 9126 §2.1)."""
        return await self.push_form(self.pushable(request), **headers)

    async def push_form(self, form: dict[str, str], **headers: str) -> httpx.Response:
        """Push just these parameters."""
        return await self.call("POST", "/par", data=form | self.credential, headers=self.connection | headers)

    async def pushed(self, request: Request, **headers: str) -> str:
        """The `request_uri` of a request that is pushed."""
        answer = await self.push(request, **headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["request_uri"])

    async def visit(self, request_uri: str, **more: str) -> httpx.Response:
        """Have the browser of whoever agreed go to the authorization endpoint."""
        params = {"client_id": self.client_id, "request_uri": request_uri, **more}
        return await self.someone.person.browser.get("/authorize", params=params)

    async def read(self, request: Request, location: str) -> dict[str, Any]:
        """The members of an authorization response, out of the JWT where the variant has one; `state` and `iss` were
        checked (RFC 9207, JARM §2.4)."""
        assert location.startswith(request.params["redirect_uri"]), location
        found: dict[str, Any] = {n: v[0] for n, v in parse_qs(urlsplit(location).query, strict_parsing=True).items()}
        for name in parse_qs(urlsplit(request.params["redirect_uri"]).query):
            del found[name]
        if self.variant.message_signing:
            assert set(found) == {"response"}
            found = await self.claims(found["response"])
            assert found["aud"] == self.client_id
        assert found["iss"] == ISSUER
        assert found.get("state") == request.params.get("state")
        return found

    async def answered(self, request: Request, **headers: str) -> dict[str, Any]:
        """The members of the answer to a request that was pushed and is agreed to."""
        answer = await self.visit(await self.pushed(request, **headers))
        return await self.read(request, answer.headers["location"])

    async def code(self, request: Request, **headers: str) -> str:
        """The code that a request ends in."""
        return str((await self.answered(request, **headers))["code"])

    async def tokens(self, **params: Any) -> dict[str, Any]:
        """What a request that is agreed to comes to."""
        request = self.request(**params)
        answer = await self.redeem(request, await self.code(request))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def bearing(self, token: str, method: str = "GET", path: str = "/userinfo", **how: Any) -> dict[str, str]:
        """The headers with which a token is good at a resource."""
        scheme = "DPoP" if self.variant.by_dpop else "Bearer"
        return {"Authorization": f"{scheme} {token}"} | self.shown(method, path, token, **how)

    async def userinfo_with(self, token: str, **headers: str) -> httpx.Response:
        """Ask the resource; `headers` go over those that are right."""
        return await self.call("GET", "/userinfo", headers=self.bearing(token) | headers)

    def redemption(self, request: Request, code: str) -> dict[str, str]:
        """The parameters that redeem a code, without those by which the client authenticates."""
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": request.params["redirect_uri"],
            "code_verifier": request.verifier,
        }

    async def token(self) -> str:
        """An access token for the resource: the same one for as long as no time passes."""
        if self._token is None or self._token[0] != self.country.watch.now():
            self._token = self.country.watch.now(), str((await self.tokens())["access_token"])
        return self._token[1]


class Clients:
    """The clients that were needed so far."""

    def __init__(self, land: Country) -> None:
        self._land = land
        self._made: dict[tuple[Variant, str], Certified] = {}

    async def of(self, variant: Variant, name: str, **members: Any) -> Certified:
        """The client of this variant and name, which is made at its first use with these `members`."""
        if (variant, name) not in self._made:
            self._made[variant, name] = await Certified.of(self._land, variant, name, **members)
        return self._made[variant, name]
