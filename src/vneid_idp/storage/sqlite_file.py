"""The file of an SQLite database: its owner's alone. SQLite gives its log and index the same mode."""

import os
from contextlib import suppress
from pathlib import Path

_OWNER = 0o600


def make_private(path: Path) -> None:
    """Have the file at `path`, new or not, readable for nobody else. Where it cannot be had, SQLite says so.

    One that exists is never opened: to close it again would give up every lock that SQLite holds on it in this process
    (POSIX), and another process that then believes itself alone damages the database.
    """
    with suppress(OSError):
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER))
        except FileExistsError:
            if path.stat().st_mode & 0o077:
                path.chmod(_OWNER)
