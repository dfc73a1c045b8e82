"""A relying party that speaks like the specification, and a person at a browser."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.support.country import ISSUER, REDIRECT_URI, Country
from tests.support.visitor import Page as Page
from tests.support.visitor import Visitor
from vneid_idp.clients.service import Registered
from vneid_idp.kernel.secrets import base64url, new_secret
from vneid_idp.sandbox.country.personas import Persona
from vneid_idp.sandbox.outbox import latest_messages


def challenge_of(verifier: str) -> str:
    """The S256 challenge (RFC 7636 §4.2)."""
    from hashlib import sha256

    return base64url(sha256(verifier.encode()).digest())


@dataclass
class Request:
    """One authorization request, which knows how to check its answer."""

    party: "RelyingParty"
    params: dict[str, str]
    verifier: str

    def read_answer(self, location: str) -> dict[str, str]:
        """The parameters of the answer, after `state` and `iss` were checked (RFC 9207)."""
        assert location.startswith(self.params["redirect_uri"]), location
        found = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert found.get("state") == self.params["state"]
        assert found.get("iss") == ISSUER
        return found


@dataclass
class RelyingParty:
    """A registered client with its secret."""

    country: Country
    registered: Registered

    @property
    def client_id(self) -> str:
        """Its client_id."""
        return self.registered.client.client_id

    @property
    def auth(self) -> tuple[str, str]:
        """Its credential for HTTP Basic."""
        return self.client_id, self.registered.secret or ""

    def request(self, **params: Any) -> Request:
        """A request with PKCE, state and nonce; `params` go over it, `None` leaves one out."""
        verifier = new_secret()
        base = {
            "client_id": self.client_id,
            "redirect_uri": REDIRECT_URI,
            "response_type": "code",
            "scope": "openid identity age",
            "state": new_secret(8),
            "nonce": new_secret(8),
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        merged = {name: str(value) for name, value in {**base, **params}.items() if value is not None}
        return Request(self, merged, verifier)

    async def redeem(self, request: Request, code: str, **changes: Any) -> httpx.Response:
        """Redeem a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": request.params["redirect_uri"],
            "code_verifier": request.verifier,
        } | changes
        return await self.post("/token", **{name: value for name, value in form.items() if value is not None})

    async def refresh(self, token: str, **changes: Any) -> httpx.Response:
        """Refresh."""
        return await self.post("/token", grant_type="refresh_token", refresh_token=token, **changes)

    async def post(self, path: str, **form: str) -> httpx.Response:
        """Post a form with the client's credential, or its `client_id` where it has none."""
        async with self.country.browser() as browser:
            if self.registered.client.is_public:
                return await browser.post(path, data=form | {"client_id": self.client_id})
            return await browser.post(path, data=form, auth=self.auth)

    async def userinfo(self, access_token: str) -> httpx.Response:
        """Ask for userinfo."""
        async with self.country.browser() as browser:
            return await browser.get("/userinfo", headers={"Authorization": f"Bearer {access_token}"})

    async def claims(self, id_token: str) -> dict[str, Any]:
        """The claims of an ID token whose signature was checked against the published keys."""
        async with self.country.browser() as browser:
            keys = KeySet.import_key_set((await browser.get("/jwks.json")).json())
        return dict(jwt.decode(id_token, keys, algorithms=["ES256", "RS256", "PS256", "EdDSA"]).claims)


class Person(Visitor):
    """Somebody at a browser of the provider in process."""

    def __init__(self, country: Country, persona: Persona) -> None:
        super().__init__(ISSUER, country.browser(), persona)
        self.country = country

    async def start(self, request: Request) -> Page | str:
        """Arrive from the relying party."""
        return await self.open("/authorize", **request.params)

    async def one_time_code(self) -> str:
        """See `Visitor`."""
        async with self.country.idp.db.reading() as unit:
            messages = await latest_messages(unit, self.country.idp.keys.sealer)
        return next(message.code for message in messages if message.phone == self.persona.record.phone)


def query_of(location: str) -> dict[str, str]:
    """The parameters of a location."""
    return dict(parse_qsl(urlsplit(location).query))
