"""The schema of an empty database, as an operator gets it."""

import tempfile
from functools import cache
from pathlib import Path

from vneid_idp.storage import migration

_SQLITE = "sqlite:///"


def build(url: str) -> None:
    """Migrate the empty database at `url`; a SQLite file is copied from one that was migrated in this process before,
    since the way through all revisions takes seconds."""
    if url.startswith(_SQLITE):
        Path(url.removeprefix(_SQLITE)).write_bytes(_migrated())
    else:
        migration.upgrade(url)


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "migrated.sqlite3"
        migration.upgrade(f"{_SQLITE}{path}")
        return path.read_bytes()
