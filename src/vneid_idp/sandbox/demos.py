"""The demos beside the provider, each in a process of its own: strangers, which know its published contracts only."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_PATIENCE_SECONDS = 20
_END_SECONDS = 5

Process = subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True)
class Demo:
    """One of them: its module, the port on which it listens, and the variables that it reads."""

    module: str
    port: int
    environment: Mapping[str, str] = field(repr=False)


@contextmanager
def running(demo: Demo) -> Iterator[Process]:
    """Have it run. Its standard input is a pipe of which this process alone holds the other end: it reads there when we
    are gone."""
    process = subprocess.Popen(  # noqa: S603 (a module of ours)
        [sys.executable, "-m", demo.module], env=dict(os.environ) | dict(demo.environment), stdin=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.terminate()
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(host: str, demo: Demo, process: Process) -> None:
    """Return when it listens, or is not going to."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((host, demo.port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)


def keep(path: Path, data: bytes) -> None:
    """Write what a demo keeps to itself: a file that its owner alone reads."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
