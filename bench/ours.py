"""This provider: one worker of `vneid-idp serve` in production's settings, behind an imagined TLS proxy."""

import os
import subprocess
import sys
from base64 import urlsafe_b64encode
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import orjson

from bench import processes
from bench.clients import BACK_END_ID, WITH_KEYS, KeyClient, SecretClient
from bench.contender import CLIENT_ID, POOL_SIZE, REDIRECT_URI, Running, answering, fetch_keys, first_tokens
from bench.flows import CIBA, CLIENT_SCOPE, DEVICE_CODE, SCOPE, TOKEN_EXCHANGE, Session, Target, authorize, begin
from bench.http import Connection
from bench.postgres import Cluster
from vneid_idp.consent.service import Shown, give
from vneid_idp.identity.account_rules import is_locked
from vneid_idp.identity.accounts import account_for, open_account
from vneid_idp.identity.factors.chosen_secrets import SecretKind, set_hash
from vneid_idp.identity.factors.hashing import SecretHasher
from vneid_idp.identity.factors.sessions import open_session
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import Instant, SystemClock
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.keys import service as keys_service
from vneid_idp.keys.ring import KeyRing
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.rules import Threshold
from vneid_idp.protocol.claims import Decision
from vneid_idp.protocol.levels import SignInMethod
from vneid_idp.protocol.purposes import DEFAULT_PURPOSE
from vneid_idp.sandbox.country.citizens import citizens
from vneid_idp.sandbox.country.population import Population
from vneid_idp.storage.database import open_database
from vneid_idp.storage.unit import Unit
from vneid_idp.web.cookies import Cookie, cookie_name

PASSWORD = "benchmark-2026-quiet-river"
_ISSUER = "https://id.example"
_COMMAND = str(Path(sys.executable).with_name("vneid-idp"))
_CLIENT = {
    "client_name": "Benchmark",
    "redirect_uris": [REDIRECT_URI],
    "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
    "token_endpoint_auth_method": "client_secret_basic",
    "id_token_signed_response_alg": "ES256",
    "subject_type": "pairwise",
    "scope": f"{SCOPE} {CLIENT_SCOPE}",
    "purposes": [{**DEFAULT_PURPOSE, "id": "bench"}],
}
_CHANGES: dict[str, dict[str, object]] = {
    "oidc": {},
    "fapi2": {
        "profile": "fapi2",
        "token_endpoint_auth_method": "private_key_jwt",
        "dpop_bound_access_tokens": True,
    },
    "device": {"grant_types": ["authorization_code", "refresh_token", DEVICE_CODE]},
    "ciba": {
        "profile": "ciba",
        "grant_types": ["authorization_code", "refresh_token", CIBA],
        "token_endpoint_auth_method": "private_key_jwt",
        "dpop_bound_access_tokens": True,
        "backchannel_token_delivery_mode": "poll",
        "backchannel_authentication_request_signing_alg": "ES256",
    },
    "exchange": {
        "profile": "fapi2",
        "token_endpoint_auth_method": "private_key_jwt",
        "dpop_bound_access_tokens": True,
        "family": "bench",
    },
}
_BACK_END = {
    "client_name": "Back end",
    "profile": "fapi2",
    "grant_types": [TOKEN_EXCHANGE],
    "response_types": [],
    "token_endpoint_auth_method": "private_key_jwt",
    "dpop_bound_access_tokens": True,
    "family": "bench",
    "scope": "openid",
}


class Ours:
    """This provider on its own database of the cluster."""

    name = "vneid-idp"

    def __init__(self, profile: str = "oidc", **settings: str) -> None:
        self._profile = profile
        self._secret = os.urandom(32)
        self._database_url = ""
        self._settings = settings

    async def start(self, cluster: Cluster, core: int, log: Path) -> Running:
        """Migrate, register the client by the operator's command, and start the server."""
        database = f"ours_{self._profile}"
        cluster.create_database(database)
        self._database_url = cluster.url(database)
        port = processes.free_port()
        environment = {
            "VNEID_IDP_ENVIRONMENT": "production",
            "VNEID_IDP_REGISTRY": "synthetic",
            "VNEID_IDP_ALLOW_SYNTHETIC_REGISTRY": "true",
            "VNEID_IDP_ISSUER": _ISSUER,
            "VNEID_IDP_PORT": str(port),
            "VNEID_IDP_DATABASE_URL": self._database_url,
            "VNEID_IDP_DATABASE_CONNECTIONS": str(POOL_SIZE),
            "VNEID_IDP_SECRET": urlsafe_b64encode(self._secret).rstrip(b"=").decode(),
            **self._settings,
        }
        _command(environment, "migrate")
        keys = KeyClient() if self._profile in WITH_KEYS else None
        secret = _register(environment, log, CLIENT_ID, _CLIENT | _CHANGES[self._profile], keys)
        back_end = KeyClient() if self._profile == "exchange" else None
        if back_end is not None:
            _register(environment, log, BACK_END_ID, _BACK_END, back_end)
        process = processes.start([_COMMAND, "serve"], environment, log, core)
        target = await answering(process, log, port, _ISSUER, keys or SecretClient(secret))
        target = replace(target, back_end=back_end)
        return Running(target, process, f"vneid-idp {version('vneid-idp')}, Python {sys.version.split()[0]}")

    async def prepare(self, target: Target, count: int) -> list[Session]:
        """Give people accounts, sessions and consents as the pages do, but without Argon2id and rate limits."""
        cookies = await self._seat(count)
        connection = await Connection.open(target.host, target.port)
        try:
            keys = await fetch_keys(connection, target)
            sessions = []
            for cookie in cookies:
                request = await begin(connection, target)
                location = await authorize(connection, target, request, cookie)
                sessions.append(await first_tokens(connection, target, keys, request, location, cookie))
            return sessions
        finally:
            connection.close()

    async def settle(self, count: int) -> list[str]:
        """The ID numbers of `count` people who all have `PASSWORD`."""
        hasher = SecretHasher()
        hashed = hasher.hash_now(PASSWORD)
        hasher.close()
        database = open_database(self._database_url, SystemClock(), connections=1)
        try:
            async with database.writing() as unit:
                ring = await keys_service.load(unit, self._secret)
                vault = Vault(ring.sealer)
                population = Population(vault, ring.blind)
                people = _usable(count, unit.now)
                for record in people:
                    await population.register(unit, record)
                    await open_account(unit, Vault(ring.sealer), ring.blind, record, 2, policy=shipped())
                    await set_hash(unit, vault, record.person_id, SecretKind.PASSWORD, hashed, code_at=0)
                return [record.personal_number for record in people]
        finally:
            await database.close()

    async def _seat(self, count: int) -> list[str]:
        """The cookies of `count` people who signed in with two factors and agreed."""
        database = open_database(self._database_url, SystemClock(), connections=1)
        try:
            async with database.writing() as unit:
                ring = await keys_service.load(unit, self._secret)
                return [await _seat_one(unit, ring, record) for record in _usable(count, unit.now)]
        finally:
            await database.close()


async def _seat_one(unit: Unit, ring: KeyRing, record: RegistryRecord) -> str:
    account = await open_account(unit, Vault(ring.sealer), ring.blind, record, 2, policy=shipped())
    methods = (SignInMethod("pwd", unit.now), SignInMethod("sms", unit.now))
    session = await open_session(unit, account.person_id, methods)
    decided = {"offline_access": Decision("bench", 1, given=True)}
    # As if all had reached the age from which people consent alone: nobody's age is to be looked up.
    alone_from = shipped().at(unit.now)[Threshold.CONSENT_ALONE_FROM_AGE]
    await give(unit, account.person_id, CLIENT_ID, decided, Shown("", "vi"), alone_from=alone_from)
    name = cookie_name(Cookie.SESSION, secure=True)
    return f"{name}={ring.sealer.seal_json(SealPurpose.SESSION, [session.person_id, session.session_id])}"


def _register(
    environment: dict[str, str], log: Path, client_id: str, registration: dict[str, object], keys: KeyClient | None
) -> str:
    """Register a client as the operator does; its secret, where it has no keys."""
    metadata = log.with_suffix(".json")
    metadata.write_bytes(orjson.dumps(registration | ({} if keys is None else {"jwks": keys.jwks})))
    why = ("--by", "bench", "--reason", "to be measured")
    registered = orjson.loads(
        _command(environment, "clients", "register", str(metadata), "--client-id", client_id, *why)
    )
    return str(registered.get("client_secret", ""))


def _usable(count: int, now: Instant) -> list[RegistryRecord]:
    """The first `count` make-believe people whose account of level 2 stands in nobody's way."""
    found: list[RegistryRecord] = []
    for citizen in citizens(10 * count, seed=1):
        account = account_for(citizen.record, 2, now, now)
        is_usable = not is_locked(account) and account.deceased_at is None and (account.card_expires_at or 0) > now
        if citizen.level == 2 and is_usable:
            found.append(citizen.record)
        if len(found) == count:
            break
    return found


def _command(environment: dict[str, str], *arguments: str) -> str:
    argv = [_COMMAND, *arguments]
    done = subprocess.run(argv, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"vneid-idp {' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout
