"""Two hundred people on their way through a network's verification, each remembering what the server acknowledged."""

import asyncio
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.support.country import METADATA, REDIRECT_URI
from tests.support.people import persona
from tests.support.relying_party import challenge_of
from tests.support.server import SECRET, Server
from tests.support.visitor import Page
from vneid_idp.clients import service as clients
from vneid_idp.consent import service as consent
from vneid_idp.identity.factors import sessions
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.kernel.secrets import from_base64url, new_secret
from vneid_idp.keys import service as keys
from vneid_idp.keys.ring import KeyRing
from vneid_idp.protocol import registration
from vneid_idp.protocol.claims import Decision, items_of
from vneid_idp.protocol.levels import LEVEL_2, SignInMethod
from vneid_idp.protocol.members import Registrar
from vneid_idp.storage.unit import Database
from vneid_idp.web.cookies import Cookie, cookie_name

SCOPE = "openid offline_access binding:social_account"
ACCOUNTS = "/bindings/v1/social-accounts"
SLUGS = (
    "complete", "guardian", "grandmother", "merged-province", "one-word-name", "two-word-name", "four-word-name",
    "very-long-name", "clan-last-name", "hmong", "khmer", "letter-d", "passkey", "no-phone", "born-2000", "plain",
)  # fmt: skip

WITHDRAWALS = 4


@dataclass
class Network:
    """The relying party: its credential and its HTTP client."""

    http: httpx.AsyncClient
    client_id: str
    secret: str

    async def token(self, **form: str) -> httpx.Response:
        """Ask the token endpoint."""
        return await self.http.post("/token", data=form, auth=(self.client_id, self.secret))

    async def own(self) -> dict[str, str]:
        """The header with a token of the network's own."""
        answer = await self.token(grant_type="client_credentials", scope="binding:social_account")
        return bearer(answer.json()["access_token"])

    async def refresh(self, token: str) -> httpx.Response:
        """Use a refresh token."""
        return await self.token(grant_type="refresh_token", refresh_token=token)


@dataclass
class Flow:
    """One person's way: authorize, confirm the link, token, bind, refresh, refresh. `sent` is the request that has no
    answer yet."""

    number: int
    cookie: str
    verifier: str = field(default_factory=new_secret)
    sent: str | None = "nothing"
    code: str | None = None
    access_token: str | None = None
    refresh_tokens: list[str] = field(default_factory=list)
    binding: dict[str, Any] | None = None
    withdraws: bool = False
    """Whether this person, who is on no other way, takes the consent back at the end."""
    done: str | None = None
    """`release` or `withdraw`, once it was acknowledged."""

    @property
    def account(self) -> str:
        """The account with the network."""
        return f"account-{self.number}"

    async def run(self, network: Network, bound: asyncio.Semaphore) -> None:
        """Go as far as the server lives."""
        await asyncio.sleep(self.number * 0.01)
        try:
            await self._authorize(network)
            self.sent = "code"
            self._keep(await self.redeem(network))
            self.sent = "bind"
            answer = await self.bind(network)
            assert answer.status_code == 201, answer.text
            self.binding = answer.json()
            bound.release()
            for _ in range(2):
                self.sent = "refresh"
                self._keep(await network.refresh(self.refresh_tokens[-1]))
            if self.takes_back is not None:
                self.sent = self.takes_back
                await (self._release(network) if self.sent == "release" else self._withdraw(network))
                self.done = self.sent
            self.sent = None
        except httpx.TransportError:
            return

    @property
    def takes_back(self) -> str | None:
        """What this person does at the end."""
        return "withdraw" if self.withdraws else "release" if self.number % 5 == 3 else None

    async def _release(self, network: Network) -> None:
        assert self.binding is not None
        assert self.access_token is not None
        path = f"{ACCOUNTS}/{self.binding['binding_id']}"
        answer = await network.http.delete(path, headers=bearer(self.access_token))
        assert answer.status_code == 200, answer.text

    async def _withdraw(self, network: Network) -> None:
        headers = {"Cookie": self.cookie}
        services = Page(await network.http.get("/me/services", headers=headers))
        consent = {"consent": services.hidden["consent"]}
        answer = await network.http.get("/me/services/withdraw", params=consent, headers=headers)
        headers = {"Cookie": "; ".join([self.cookie, *(f"{name}={text}" for name, text in answer.cookies.items())])}
        answer = await network.http.post("/me/services/withdraw", data=Page(answer).hidden, headers=headers)
        assert answer.headers.get("location", "").startswith("/me/services?withdrawn="), answer.text

    async def _authorize(self, network: Network) -> None:
        self.sent = "authorize"
        query = {
            "client_id": network.client_id,
            "redirect_uri": REDIRECT_URI,
            "response_type": "code",
            "scope": SCOPE,
            "acr_values": LEVEL_2,
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
        }
        answer = await network.http.get("/authorize", params=query, headers={"Cookie": self.cookie})
        answer = await self._confirm_link(network, answer)
        found = parse_qs(urlsplit(answer.headers.get("location", "")).query)
        assert "code" in found, answer.text
        self.code = found["code"][0]

    async def _confirm_link(self, network: Network, answer: httpx.Response) -> httpx.Response:
        """Confirm, on the page to which `answer` leads, that the account is linked."""
        headers = {"Cookie": "; ".join([self.cookie, *(f"{name}={text}" for name, text in answer.cookies.items())])}
        page = Page(await network.http.get(answer.headers["location"], headers=headers))
        form = {**page.hidden, "answer": "agree"}
        confirmed = await network.http.post(page.action, data=form, headers=headers)
        assert confirmed.status_code == 303, confirmed.text
        return await network.http.get(confirmed.headers["location"], headers=headers)

    async def redeem(self, network: Network) -> httpx.Response:
        """Redeem the code."""
        assert self.code is not None
        return await network.token(
            grant_type="authorization_code", code=self.code, redirect_uri=REDIRECT_URI, code_verifier=self.verifier
        )

    async def bind(self, network: Network) -> httpx.Response:
        """Bind the account, with the same Idempotency-Key each time."""
        assert self.access_token is not None
        headers = bearer(self.access_token) | {"Idempotency-Key": f"key-{self.number}"}
        return await network.http.post(ACCOUNTS, json={"account_id": self.account}, headers=headers)

    def _keep(self, answer: httpx.Response) -> None:
        assert answer.status_code == 200, answer.text
        tokens = answer.json()
        self.access_token = tokens["access_token"]
        self.refresh_tokens.append(tokens["refresh_token"])


def bearer(token: str) -> dict[str, str]:
    """The header that presents an access token."""
    return {"Authorization": f"Bearer {token}"}


class Unanswered(httpx.TransportError):
    """The server says itself that it cannot tell what became of the request."""


async def _refuse_failures(answer: httpx.Response) -> None:
    if answer.status_code >= 500:
        raise Unanswered(f"{answer.request.url.path}: {answer.status_code}")


def http_client(server: Server) -> httpx.AsyncClient:
    """A client that keeps no cookies: each flow is a browser of its own."""
    # Idle connections are given up well before the server closes them (5 s), so that none is closed under a request.
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64, keepalive_expiry=1)
    hooks = {"response": [_refuse_failures]}
    client = httpx.AsyncClient(base_url=server.issuer, timeout=60, trust_env=False, limits=limits, event_hooks=hooks)
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return client


async def ring_of(database: Database) -> KeyRing:
    """The keys of the server, to mint cookies and to look into tokens."""
    async with database.reading() as unit:
        return await keys.load(unit, from_base64url(SECRET))


async def prepare(database: Database, count: int) -> tuple[str, str, list[Flow]]:
    """A registered network (client_id, secret), and people who signed in with two factors and agreed."""
    ring = await ring_of(database)
    async with database.writing() as unit:
        wanted = registration.read_registration(
            METADATA | {"account_limit": count}, Registrar(by_operator=True, sandbox=True)
        )
        registered = await clients.register(unit, wanted)
        client_id = registered.client.client_id
        asked = items_of(registered.client, tuple(SCOPE.split()), {}, sign_in=True)
        decided = {item.name: Decision("account", 1, True) for item in asked}
        people = [persona(slug, unit.now).record.person_id for slug in SLUGS]
        for person_id in people:
            await consent.give(unit, person_id, client_id, decided, consent.Shown("text", "vi"))
        flows = []
        for number in range(count):
            methods = (SignInMethod("pwd", unit.now), SignInMethod("sms", unit.now))
            withdraws = number < WITHDRAWALS
            person_id = people[number] if withdraws else people[WITHDRAWALS:][number % (len(people) - WITHDRAWALS)]
            session = await sessions.open_session(unit, person_id, methods)
            sealed = ring.sealer.seal_json(SealPurpose.SESSION, [session.person_id, session.session_id])
            cookie = f"{cookie_name(Cookie.SESSION, secure=False)}={sealed}"
            flows.append(Flow(number, cookie, withdraws=withdraws))
    return client_id, registered.secret or "", flows
