"""The provider as it runs in earnest: `vneid-idp serve` in a process of its own, on a free port of the loopback."""

import html
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.support.people import hashes, persona
from tests.support.visitor import Visitor
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.kernel.secrets import from_base64url
from vneid_idp.keys import service as keys
from vneid_idp.sandbox.country.personas import Persona
from vneid_idp.sandbox.country.seed import seed_personas
from vneid_idp.settings import new_root_secret
from vneid_idp.storage.database import open_database
from vneid_idp.web.formats import format_phone

_COMMAND = str(Path(sys.executable).with_name("vneid-idp"))
_PATIENCE_SECONDS = 90
_MESSAGE = re.compile(r"<dd>([0-9 ]+)</dd></div>\s*<div><dt>[^<]*</dt><dd><code[^>]*>([0-9]{6})</code>")
SECRET = new_root_secret()


@dataclass
class Server:
    """A running server. `kill` and `start` may follow each other; port and issuer stay."""

    database_url: str
    log: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    workers: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)
    """Environment variables over those that every one of them has."""
    authority: Path | None = None
    """PEM of the authority that people and programs trust, where a proxy before it ends TLS."""

    @property
    def issuer(self) -> str:
        """What it calls itself."""
        return self.settings.get("VNEID_IDP_ISSUER", self.address)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Its settings, for it and for the commands that go with it."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("VNEID_IDP_")}
        common = {
            "VNEID_IDP_ENVIRONMENT": "sandbox",
            "VNEID_IDP_REGISTRY": "synthetic",
            "VNEID_IDP_ISSUER": self.issuer,
            "VNEID_IDP_PORT": str(self.port),
            "VNEID_IDP_WORKERS": str(self.workers),
            "VNEID_IDP_DATABASE_URL": self.database_url,
            "VNEID_IDP_SECRET": SECRET,
            "VNEID_IDP_OUTBOUND_LOOPBACK": "true",
        }
        return ours | common | dict(self.settings)

    @property
    def trust(self) -> ssl.SSLContext:
        """What a client of it knows."""
        return ssl.create_default_context(cafile=self.authority)

    def start(self) -> None:
        """Start it, and return when it answers. Raises `AssertionError` with its log when it does not."""
        self.launch()
        self.until(200)

    def launch(self) -> None:
        """Start it, and do not wait."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [_COMMAND, "serve"], env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    def until(self, status: int, text: str = "") -> httpx.Response:
        """What `/healthz` answers once it is this, with `text` in it. Stops the server and raises `AssertionError` with
        its log when that does not come."""
        assert self.process is not None
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                answer = httpx.get(f"{self.address}/healthz", timeout=10, trust_env=False)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == status and text in answer.text:
                return answer
            time.sleep(0.05)
        self.stop()
        raise AssertionError(f"the server does not answer {status}:\n{self.log.read_text()}")

    def until_all_serve(self) -> None:
        """Return when none of many answers in a row is that of a worker that still waits."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while {
            self.until(200).status_code,
            *(httpx.get(f"{self.address}/healthz", timeout=30, trust_env=False).status_code for _ in range(20)),
        } != {200}:
            assert time.monotonic() < deadline, self.log.read_text()

    def worker_pids(self) -> set[int]:
        """The processes that serve under it."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        commands = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children.split()}
        return {pid for pid, command in commands.items() if b"spawn_main" in command}

    def kill(self) -> None:
        """End it without a word: SIGKILL, as a power cut or the kernel would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(_PATIENCE_SECONDS)

    def stop(self) -> None:
        """Ask it to end, and see to it that it does."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the operator's on the same settings."""
        return subprocess.run(
            [_COMMAND, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )

    @asynccontextmanager
    async def visitor(self, slug: str) -> AsyncIterator["Guest"]:
        """A persona at a browser."""
        # Idle connections are given up well before the server closes them (5 s): none is closed under a request.
        limits = httpx.Limits(keepalive_expiry=1)
        async with httpx.AsyncClient(
            base_url=self.issuer, timeout=_PATIENCE_SECONDS, trust_env=False, limits=limits, verify=self.trust
        ) as browser:
            yield Guest(self.issuer, browser, persona(slug, SystemClock().now()), self.authority)


class Guest(Visitor):
    """A visitor who reads the text messages on the outbox page of the sandbox. `authority` is whom they trust."""

    def __init__(self, issuer: str, browser: httpx.AsyncClient, persona: Persona, authority: Path | None) -> None:
        super().__init__(issuer, browser, persona)
        self.authority = authority

    async def one_time_code(self) -> str:
        """See `Visitor`."""
        page = (await self.browser.get("/sandbox/outbox")).text
        messages: list[tuple[str, str]] = _MESSAGE.findall(html.unescape(page))
        phone = format_phone(self.persona.record.phone or "")
        return next(code for number, code in messages if number == phone)


async def settle(database_url: str) -> None:
    """Make keys and people in a migrated database, as of today: the server goes by the clock on the wall."""
    database = open_database(database_url, SystemClock())
    try:
        async with database.writing() as unit:
            await keys.ensure(unit, from_base64url(SECRET))
            ring = await keys.load(unit, from_base64url(SECRET))
            await seed_personas(unit, Vault(ring.sealer), ring.blind, hashes())
    finally:
        await database.close()


@contextmanager
def serving(
    database_url: str, folder: Path, settings: Mapping[str, str] | None = None, authority: Path | None = None
) -> Iterator[Server]:
    """A server on a settled database, for as long as the block lasts."""
    log = folder / "server.log"
    server = Server(database_url, log, free_port(), settings=settings or {}, authority=authority)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
