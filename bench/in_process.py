"""A provider in this process, on a PostgreSQL of its own, reached without a network: for what is told in CPU time."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import orjson

from bench.clients import KeyClient
from bench.postgres import Cluster
from vneid_idp.app import create_app
from vneid_idp.clients import service as clients
from vneid_idp.identity.factors import sessions
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.protocol import registration
from vneid_idp.protocol.levels import SignInMethod
from vneid_idp.protocol.members import Registrar
from vneid_idp.sandbox.country.persona_list import personas
from vneid_idp.sandbox.country.personas import Persona
from vneid_idp.sandbox.people import settle
from vneid_idp.settings import Environment, Settings, new_root_secret
from vneid_idp.storage import migration
from vneid_idp.web.context import Idp
from vneid_idp.web.cookies import Cookie, cookie_name
from vneid_idp.web.limits import Secret, open_limits

ISSUER = "http://localhost:8000"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Provider:
    """One that runs, with the people of the sandbox."""

    app: Any
    idp: Idp
    people: Mapping[str, Persona]

    async def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """One request. Raises `SystemExit` where it is refused."""
        sent: list[dict[str, Any]] = []
        left = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return left.pop() if left else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        named = {"host": "localhost:8000", "content-length": str(len(body)), **headers}
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
            "client": ("127.0.0.1", 40_000), "server": ("localhost", 8000), "state": {},
        }  # fmt: skip
        await self.app(scope, receive, send)
        answer = Answer(sent[0]["status"], b"".join(each.get("body", b"") for each in sent[1:]))
        if answer.status != 200:
            raise SystemExit(f"{method} {path}: {answer.status} {answer.body.decode()}")
        return answer

    async def cookie(self, person_id: str) -> dict[str, str]:
        """The header of a browser in which somebody signed in with two factors."""
        now = self.idp.clock.now()
        async with self.idp.db.writing() as unit:
            session = await sessions.open_session(unit, person_id, (SignInMethod("pwd", now), SignInMethod("sms", now)))
        sealed = self.idp.keys.sealer.seal_json(SealPurpose.SESSION, [person_id, session.session_id])
        return {"Cookie": f"{cookie_name(Cookie.SESSION, secure=False)}={sealed}"}

    async def carrier(self, scope: str) -> "Caller":
        """A carrier's back end, with a token of its own for a scope."""
        key = KeyClient()
        members = {
            "client_name": "Carrier", "redirect_uris": ["https://carrier.example/cb"], "profile": "fapi2",
            "grant_types": ["authorization_code", "client_credentials"], "scope": f"openid {scope}",
            "token_endpoint_auth_method": "private_key_jwt", "jwks": key.jwks, "family": "song",
        }  # fmt: skip
        read = registration.read_registration(members, Registrar(by_operator=True, sandbox=True))
        registered = await self.idp.db.transact(lambda unit: clients.register(unit, read))
        client_id = registered.client.client_id
        lines, form = key.shown_in_form(ISSUER, client_id, "/token")
        form |= {"grant_type": "client_credentials", "scope": scope}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await self.ask("POST", "/token", {**_headers(lines), **kind}, urlencode(form).encode())
        return Caller(self, key, client_id, orjson.loads(answer.body)["access_token"])


@dataclass(frozen=True, slots=True)
class Caller:
    """A client that calls an API with its token."""

    provider: Provider
    key: KeyClient
    client_id: str
    token: str

    def post(self, path: str, body: Mapping[str, Any]) -> tuple[str, str, dict[str, str], bytes]:
        """A request as `Provider.ask` takes it, with a fresh proof of the key."""
        lines = self.key.shown_at_resource(ISSUER, path, self.token, "POST")
        return "POST", path, {**_headers(lines), "Content-Type": "application/json"}, orjson.dumps(body)


def _headers(lines: str) -> dict[str, str]:
    """Header lines, by name."""
    return dict(line.split(": ", 1) for line in lines.strip().split("\r\n"))


@asynccontextmanager
async def provider(cluster: Cluster, name: str) -> AsyncIterator[Provider]:
    """Start one on a new database; nobody's tries are counted, since the benchmark is one client."""
    cluster.create_database(name)
    migration.upgrade(cluster.url(name))
    values: dict[str, Any] = {
        "environment": Environment.SANDBOX, "issuer": ISSUER, "database_url": cluster.url(name),
        "secret": new_root_secret(), "registry": "synthetic", "allow_synthetic_registry": True,
    }  # fmt: skip
    app = create_app(Settings(**values), SystemClock())
    async with app.lifespan(app):
        idp: Idp = app.state.idp
        await settle(idp.db, idp.vault, idp.keys.blind)
        app.state.idp = idp = replace(idp, limits=open_limits(table={secret: {} for secret in Secret}))
        yield Provider(app, idp, {each.slug: each for each in personas(idp.clock.now())})
