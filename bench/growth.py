"""`python -m bench.growth`: what a provider that is used keeps, table by table.

Requests follow each other in process, on a clock that is turned between them, with the background work of that time: so
days pass, and whatever is to be swept after a retention is. Rows are counted when the first retention is over, in the
middle, and at the end. What counts facts grows (`events` and what is made of them); everything else has to stay.
"""

import argparse
import asyncio
import sys
import tempfile
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from sqlalchemy import func, select

from vneid_idp.app import create_app
from vneid_idp.clients import service as clients
from vneid_idp.consent.service import Shown, give
from vneid_idp.identity.factors import sessions
from vneid_idp.kernel.clock import DAY, MINUTE, SECOND, Instant, SystemClock
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.rules import Threshold
from vneid_idp.protocol import registration
from vneid_idp.protocol.claims import Decision
from vneid_idp.protocol.levels import SignInMethod
from vneid_idp.protocol.members import Registrar
from vneid_idp.protocol.purposes import DEFAULT_PURPOSE
from vneid_idp.sandbox.country.persona_list import personas
from vneid_idp.sandbox.people import settle
from vneid_idp.settings import Environment, Settings, new_root_secret
from vneid_idp.storage import migration
from vneid_idp.storage.metadata import metadata
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database
from vneid_idp.web.context import Idp
from vneid_idp.web.cookies import Cookie, cookie_name
from vneid_idp.workers.tasks import tasks

ISSUER = "http://localhost:8000"
REDIRECT_URI = "http://localhost:9999/callback"
SCOPE = "openid offline_access"
FACTS = frozenset({"events", "event_batches", "event_counts"})
RETENTION_DAYS = 1
_VERIFIER = "v" * 43
_CHALLENGE = urlsafe_b64encode(sha256(_VERIFIER.encode()).digest()).rstrip(b"=").decode()


class TurnedClock:
    """The present, which passes when it is told to."""

    def __init__(self) -> None:
        self._now = SystemClock().now()

    def now(self) -> Instant:
        """See `Clock`."""
        return self._now

    def turn(self, by: Instant) -> None:
        """Let time pass."""
        self._now += by


class Load:
    """Who uses the provider: people who sign in at a service and out again, and strangers who leave things lying."""

    def __init__(
        self, idp: Idp, http: httpx.AsyncClient, registered: clients.Registered, people: Sequence[str]
    ) -> None:
        self._idp, self._http, self._people = idp, http, people
        self._client_id = registered.client.client_id
        credential = f"{self._client_id}:{registered.secret}".encode()
        self._basic = {"Authorization": f"Basic {b64encode(credential).decode()}"}
        self.requests = 0

    async def once(self, number: int) -> None:
        """One person's visit, and one stranger's."""
        cookie = await self._session(self._people[number % len(self._people)])
        answer = await self._get("/authorize", self._query(), cookie)
        code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
        tokens = await self._post("/token", {**form, "code_verifier": _VERIFIER})
        renewed = await self._post("/token", {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
        await self._get("/userinfo", {}, bearer=renewed["access_token"])
        await self._post("/revoke", {"token": renewed["refresh_token"]})
        await self._post("/token", {"grant_type": "client_credentials", "scope": "binding:social_account"})
        await self._post("/par", self._query())
        await self._get("/authorize", self._query())

    async def _session(self, person_id: str) -> str:
        methods = (SignInMethod("pwd", self._idp.clock.now()), SignInMethod("sms", self._idp.clock.now()))
        async with self._idp.db.writing() as unit:
            session = await sessions.open_session(unit, person_id, methods)
        sealed = self._idp.keys.sealer.seal_json(SealPurpose.SESSION, [person_id, session.session_id])
        return f"{cookie_name(Cookie.SESSION, secure=False)}={sealed}"

    def _query(self) -> dict[str, str]:
        return {
            "client_id": self._client_id, "redirect_uri": REDIRECT_URI, "response_type": "code", "scope": SCOPE,
            "nonce": "n", "code_challenge": _CHALLENGE, "code_challenge_method": "S256",
        }  # fmt: skip

    async def _get(self, path: str, query: Mapping[str, str], cookie: str = "", bearer: str = "") -> httpx.Response:
        self.requests += 1
        headers = {"Cookie": cookie} if cookie else {"Authorization": f"Bearer {bearer}"} if bearer else {}
        answer = await self._http.get(path, params=query, headers=headers)
        if answer.status_code not in (200, 302, 303):
            raise SystemExit(f"{path}: {answer.status_code} {answer.text}")
        return answer

    async def _post(self, path: str, form: Mapping[str, str]) -> dict[str, str]:
        self.requests += 1
        answer = await self._http.post(path, data=dict(form), headers=self._basic)
        if answer.status_code not in (200, 201):
            raise SystemExit(f"{path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else {}


async def _rows(db: Database) -> dict[str, int]:
    found = {}
    async with db.reading() as unit:
        for name, table in metadata.tables.items():
            row = await unit.fetch_one(Statement(select(func.count().label("rows")).select_from(table)))
            found[name] = 0 if row is None else row["rows"]
    return found


async def _prepare(idp: Idp) -> tuple[clients.Registered, list[str]]:
    """A service that its people have agreed to, and they."""
    await settle(idp.db, idp.vault, idp.keys.blind)
    members = {
        "client_name": "Growth", "redirect_uris": [REDIRECT_URI], "purposes": [DEFAULT_PURPOSE],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "scope": f"{SCOPE} binding:social_account",
    }  # fmt: skip
    wanted = registration.read_registration(members, Registrar(by_operator=True, sandbox=True))
    slugs = ("complete", "guardian", "plain", "khmer", "hmong", "letter-d")
    people = [each.record.person_id for each in personas(idp.clock.now()) if each.slug in slugs]
    async with idp.db.writing() as unit:
        registered = await clients.register(unit, wanted)
        alone_from = shipped().at(unit.now)[Threshold.CONSENT_ALONE_FROM_AGE]
        agreed = {"offline_access": Decision(DEFAULT_PURPOSE["id"], 1, given=True)}
        for person_id in people:
            client_id = registered.client.client_id
            await give(unit, person_id, client_id, agreed, Shown("", "vi"), alone_from=alone_from)
    return registered, people


async def _use(folder: Path, days: int, step: Instant) -> bool:
    clock, url = TurnedClock(), f"sqlite:///{folder / 'growth.sqlite3'}"
    migration.upgrade(url)
    values: dict[str, Any] = {
        "environment": Environment.SANDBOX, "issuer": ISSUER, "database_url": url, "secret": new_root_secret(),
        "registry": "synthetic", "allow_synthetic_registry": True, "retention_days": RETENTION_DAYS,
    }  # fmt: skip
    settings = Settings(**values)
    app = create_app(settings, clock)
    async with app.lifespan(app):
        idp: Idp = app.state.idp
        registered, people = await _prepare(idp)
        beats = [(each, clock.now()) for each in tasks(idp, settings.root_secret, RETENTION_DAYS * DAY)]
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER) as http:
            load, counted = Load(idp, http, registered, people), []
            steps = days * DAY // step
            for number in range(steps):
                await load.once(number)
                clock.turn(step)
                for index, (task, last) in enumerate(beats):
                    if clock.now() - last >= task.seconds * SECOND:
                        await task.work()
                        beats[index] = task, clock.now()
                if number + 1 in (steps // 2, steps * 3 // 4, steps):
                    counted.append(await _rows(idp.db))
    return _report(counted, load.requests, days)


def _report(counted: Sequence[Mapping[str, int]], requests: int, days: int) -> bool:
    print(f"{requests:,} requests in {days} days; retention {RETENTION_DAYS} day. Rows at 1/2, 3/4 and the end:\n")
    print(f"| {'Table':28} | {'1/2':>8} | {'3/4':>8} | {'end':>8} |\n|---|--:|--:|--:|")
    grown = []
    for name in sorted(counted[0]):
        first, middle, last = (rows[name] for rows in counted)
        if last:
            print(f"| {name:28} | {first:>8,} | {middle:>8,} | {last:>8,} |")
        # A twentieth is what a beat of the sweeper makes at one moment and not at another.
        if name not in FACTS and last > first * 1.05 + 5:
            grown.append(name)
    print(f"\nGrows, and holds no facts: {', '.join(grown)}" if grown else "\nFlat, apart from facts.")
    return not grown


def main() -> None:
    """Run it; exit code 1 when something grows that holds no facts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=4, help="how long, on the clock that is turned (default: 4)")
    parser.add_argument("--minutes", type=int, default=10, help="between two visits (default: 10)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vneid-idp-growth-") as folder:
        flat = asyncio.run(_use(Path(folder), chosen.days, chosen.minutes * MINUTE))
    sys.exit(0 if flat else 1)


if __name__ == "__main__":
    main()
