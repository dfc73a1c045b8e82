"""What both sides have in common: how a contender is started and made ready."""

import asyncio
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from joserfc import jwt
from joserfc.jwk import KeySet

from bench.clients import Client
from bench.flows import (
    AuthorizationRequest,
    FlowFailed,
    Session,
    Target,
    discover,
    fetch_json,
    fetch_userinfo,
    read_code,
    redeem,
)
from bench.http import Connection
from bench.postgres import Cluster

CLIENT_ID = "bench"
REDIRECT_URI = "https://rp.example/callback"
POOL_SIZE = 32
"""Database connections of each side: one a virtual user, so that no request waits for one."""

_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Running:
    """A contender that answers."""

    target: Target
    process: subprocess.Popen[bytes]
    description: str


class Contender(Protocol):
    """One side of the comparison."""

    name: str

    async def start(self, cluster: Cluster, core: int, log: Path) -> Running:
        """Start one worker on `core` with a database of its own in `cluster`; returns once it answers."""
        ...

    async def prepare(self, target: Target, count: int) -> list[Session]:
        """Sign `count` people in, with consent given, so that no measured request meets a page."""
        ...


async def answering(process: subprocess.Popen[bytes], log: Path, port: int, issuer: str, client: Client) -> Target:
    """Wait until the provider on `port` answers; raises `SystemExit` with its log when it does not."""
    give_up_at = time.perf_counter() + _PATIENCE
    while process.poll() is None and time.perf_counter() < give_up_at:
        try:
            return await discover(port, issuer, CLIENT_ID, client, REDIRECT_URI)
        except OSError:
            await asyncio.sleep(0.1)
    process.kill()
    raise SystemExit(f"{issuer} does not answer; its last words:\n{last_words(log)}")


def last_words(log: Path) -> str:
    """The end of a server's log."""
    return "\n".join(log.read_text().splitlines()[-30:])


async def fetch_keys(connection: Connection, target: Target) -> KeySet:
    """The provider's public keys (RFC 7517 §5)."""
    return KeySet.import_key_set(await fetch_json(connection, target, target.jwks))  # type: ignore[arg-type]


async def first_tokens(
    connection: Connection, target: Target, keys: KeySet, request: AuthorizationRequest, location: str, cookie: str
) -> Session:
    """Finish a person's first sign-in at the client, with the signature verified: from here on, only speed counts."""
    tokens = await redeem(connection, target, request, read_code(target, request, location))
    claims = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims
    userinfo = await fetch_userinfo(connection, target, tokens["access_token"])
    if claims["sub"] != userinfo["sub"]:
        raise FlowFailed("userinfo speaks of somebody else than the ID token")
    return Session(cookie, claims["sub"], tokens["refresh_token"], tokens["access_token"])
