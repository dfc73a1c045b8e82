"""Processes that a test run leaves behind: told by a mark that everything it starts inherits, whoever its parent is."""

import os
import time
from pathlib import Path

_NAME = "VNEID_IDP_TEST_RUN"
_PATIENCE_SECONDS = 30


def mark() -> str:
    """Mark all processes that this one starts from now on. It bears the mark of whoever started it, if any."""
    os.environ[_NAME] = f"{os.getpid()}-{time.monotonic_ns()}"
    return os.environ[_NAME]


def left_behind(run: str) -> list[str]:
    """The processes that bear the mark `run` and do not end by themselves; each with its number and its command."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (found := _bearing(f"{_NAME}={run}".encode())) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def _bearing(text: bytes) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if text in (folder / "environ").read_bytes().split(b"\0"):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                found.append(f"{folder.name} {command[:200]}")
        except OSError:  # it has ended, or is somebody else's
            continue
    return found
