"""What both sides have in common: how a contender is started and made ready."""

import asyncio
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.flows import Session, Target, discover
from bench.postgres import Cluster

CLIENT_ID = "bench"
CLIENT_SECRET = "bench-secret-7f3d0c52a9e84b61bd0e95a4c6f2187d"
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


async def answering(process: subprocess.Popen[bytes], log: Path, issuer: str) -> Target:
    """Wait until the provider at `issuer` answers; raises `SystemExit` with its log when it does not."""
    give_up_at = time.perf_counter() + _PATIENCE
    while process.poll() is None and time.perf_counter() < give_up_at:
        try:
            return await discover(issuer, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)
        except OSError:
            await asyncio.sleep(0.1)
    process.kill()
    raise SystemExit(f"the provider at {issuer} does not answer; its last words:\n{last_words(log)}")


def last_words(log: Path) -> str:
    """The end of a server's log."""
    return "\n".join(log.read_text().splitlines()[-30:])
