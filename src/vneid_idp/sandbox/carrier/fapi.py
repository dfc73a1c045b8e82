"""What a client of FAPI 2.0 sends: forms with an assertion, calls with a bound token, each with a proof (DPoP)."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from .config import Config
from .keys import ALG, ClientKeys

Json = dict[str, Any]
PATIENCE_SECONDS = 600.0
"""How long the sandbox may take over something large: a register, or days that pass for a million numbers."""
EVENT_TYPE = "secevent+jwt"
"""`typ` of a Security Event Token (RFC 8417 §2.3)."""


class ProviderUnreachable(Exception):
    """The provider did not answer, or not in its own language. Nothing was learnt; it can be tried again."""


class Refused(Exception):
    """The provider said no. `code` is an OAuth error code or the `code` of an RFC 9457 problem."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class Issuer:
    """One provider, found through its metadata (RFC 8414), which are read when they are first needed."""

    def __init__(self, config: Config, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.url = config.issuer
        # The provider is named in our own configuration: an ambient proxy has no business on the way to it.
        self._options: dict[str, Any] = {"timeout": 10.0, "trust_env": False}
        if config.ca_bundle:
            self._options["verify"] = ssl.create_default_context(cafile=config.ca_bundle)
        if transport is not None:
            self._options["transport"] = transport
        self._metadata: Json | None = None
        self._keys: KeySet | None = None

    async def endpoint(self, name: str) -> str:
        """The address of an endpoint, by its name in the metadata."""
        if self._metadata is None:
            found = await self.send("GET", f"{self.url}/.well-known/oauth-authorization-server")
            if not found.is_success or found.json().get("issuer") != self.url:
                raise ProviderUnreachable
            self._metadata = dict(found.json())
        return str(self._metadata[name])

    async def send(self, method: str, address: str, **more: Any) -> httpx.Response:
        """One request and a JSON answer, whatever it says. Raises `ProviderUnreachable`."""
        answer = await self.fetch(method, address, **more)
        try:
            if not isinstance(answer.json(), dict):
                raise ProviderUnreachable
        except ValueError as problem:
            raise ProviderUnreachable from problem
        return answer

    async def fetch(self, method: str, address: str, **more: Any) -> httpx.Response:
        """One request and its answer. Raises `ProviderUnreachable`."""
        try:
            async with httpx.AsyncClient(**self._options) as client:
                answer = await client.request(method, address, **more)
        except httpx.HTTPError as problem:
            raise ProviderUnreachable from problem
        if answer.status_code >= 500:
            raise ProviderUnreachable
        return answer

    async def stream(self, address: str, asked: Json) -> AsyncIterator[bytes]:
        """What comes of posting JSON, piece by piece. Raises `Refused`, `ProviderUnreachable`."""
        try:
            async with (
                httpx.AsyncClient(**self._options | {"timeout": PATIENCE_SECONDS}) as client,
                client.stream("POST", address, json=asked) as answer,
            ):
                if not answer.is_success:
                    raise Refused("refused")
                async for piece in answer.aiter_bytes():
                    yield piece
        except httpx.HTTPError as problem:
            raise ProviderUnreachable from problem

    async def read_event(self, text: str, audience: str) -> Json:
        """The claims of a Security Event Token (RFC 8417), signed by this provider for this client. Raises
        `Refused("invalid_response")`."""
        try:
            token = await self._verified(text)
        except (JoseError, ValueError) as problem:
            raise Refused("invalid_response", str(problem)) from problem
        known = {"iss": self.url, "aud": audience}
        if token.header.get("typ") != EVENT_TYPE or any(token.claims.get(name) != known[name] for name in known):
            raise Refused("invalid_response", "it is no event for us")
        return dict(token.claims)

    async def read_id_token(self, text: str, audience: str, nonce: str | None) -> Json:
        """The claims of an ID token (OpenID Connect Core §3.1.3.7). Raises `Refused("invalid_response")`."""
        try:
            claims = (await self._verified(text)).claims
            needed: dict[str, Any] = {"iss": self.url, "aud": audience} | ({} if nonce is None else {"nonce": nonce})
            rules = {name: {"essential": True, "value": value} for name, value in needed.items()}
            jwt.JWTClaimsRegistry(leeway=30, **rules, sub={"essential": True}, exp={"essential": True}).validate(claims)  # type: ignore[arg-type]
        except (JoseError, ValueError) as problem:
            raise Refused("invalid_response", str(problem)) from problem
        return dict(claims)

    async def _verified(self, text: str) -> jwt.Token:
        try:
            return jwt.decode(text, await self._key_set(), algorithms=[ALG])
        except InvalidKeyIdError:  # the provider rotated its keys
            self._keys = None
            return jwt.decode(text, await self._key_set(), algorithms=[ALG])

    async def _key_set(self) -> KeySet:
        if self._keys is None:
            found = await self.send("GET", await self.endpoint("jwks_uri"))
            self._keys = KeySet.import_key_set(found.json())
        return self._keys


class Party:
    """One client of ours in front of the provider."""

    def __init__(self, issuer: Issuer, keys: ClientKeys) -> None:
        self.issuer = issuer
        self.keys = keys
        self._nonce: str | None = None
        self._own: dict[str, tuple[str, float]] = {}

    @property
    def client_id(self) -> str:
        """As it was registered."""
        return self.keys.client_id

    async def post(self, endpoint: str, **form: str) -> Json:
        """Post a form to an endpoint as this client. Raises `Refused`, `ProviderUnreachable`."""
        address = await self.issuer.endpoint(endpoint)
        return await self._send("POST", address, None, form=form)

    async def call(self, method: str, path: str, token: str, body: Json | None = None, **headers: str) -> Json:
        """Call an API of the provider's with a token that is bound to the key. Raises `Refused`,
        `ProviderUnreachable`."""
        return await self._send(method, f"{self.issuer.url}{path}", token, body=body, headers=headers)

    async def put(self, path: str, token: str, content: bytes) -> Json:
        """Put bytes to an API of the provider's. Raises as `call`."""
        kind = {"Content-Type": "application/octet-stream"}
        return await self._send("PUT", f"{self.issuer.url}{path}", token, content=content, headers=kind)

    async def download(self, path: str, token: str) -> bytes:
        """A file of an API of the provider's. Raises `ProviderUnreachable`."""
        address = f"{self.issuer.url}{path}"
        for _ in range(2):  # once more where the proof lacked a nonce of the provider's
            bound = {"DPoP": self.keys.proof("GET", address, token, self._nonce), "Authorization": f"DPoP {token}"}
            answer = await self.issuer.fetch("GET", address, headers=bound)
            self._nonce = answer.headers.get("DPoP-Nonce", self._nonce)
            if answer.is_success:
                return answer.content
        raise ProviderUnreachable

    async def push(self, **asked: str) -> str:
        """Push an authorization request (RFC 9126); the address to which the browser is sent."""
        pushed = await self.post("pushed_authorization_request_endpoint", **asked)
        away = {"client_id": self.client_id, "request_uri": pushed["request_uri"]}
        return f"{await self.issuer.endpoint('authorization_endpoint')}?{urlencode(away)}"

    async def own_token(self, scope: str) -> str:
        """The client's own access token (`client_credentials`), kept until shortly before it expires."""
        now = asyncio.get_running_loop().time()
        token, until = self._own.get(scope, ("", 0.0))
        if until <= now:
            made = await self.post("token_endpoint", grant_type="client_credentials", scope=scope)
            token, until = str(made["access_token"]), now + int(made.get("expires_in", 60)) - 10
            self._own[scope] = token, until
        return token

    async def _send(
        self,
        method: str,
        address: str,
        token: str | None,
        *,
        form: Mapping[str, str] | None = None,
        body: Json | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        htu = address.partition("?")[0]
        for _ in range(2):  # once more where the proof lacked a nonce of the provider's (RFC 9449 §8)
            bound = {"DPoP": self.keys.proof(method, htu, token, self._nonce)} | dict(headers or {})
            bound |= {} if token is None else {"Authorization": f"DPoP {token}"}
            data = None if form is None else {**form, **self.keys.assertion(self.issuer.url)}
            answer = await self.issuer.send(method, address, headers=bound, data=data, json=body, content=content)
            self._nonce = answer.headers.get("DPoP-Nonce", self._nonce)
            if "use_dpop_nonce" not in answer.headers.get("WWW-Authenticate", "") + answer.text:
                break
        found = dict(answer.json())
        if answer.is_success:
            return found
        code = found.get("error") or found.get("code") or ("invalid_token" if answer.status_code == 401 else "refused")
        raise Refused(str(code), str(found.get("error_description") or found.get("detail") or ""))
