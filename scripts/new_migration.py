"""`make migration m="what changes"`: write the next revision from the difference between history and tables."""

import sys
import tempfile
from pathlib import Path

from vneid_idp.storage import migration


def main() -> None:
    """Compare on a database of the last revision, which is made for it and thrown away."""
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        sys.exit('say what changes: make migration m="..."')
    existing = sorted((migration.folder() / "versions").glob("[0-9]*.py"))
    number = int(existing[-1].name[:4]) + 1 if existing else 1
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'history.sqlite3'}"
        if existing:
            migration.upgrade(url)
        migration.create(url, sys.argv[1], f"{number:04d}")


if __name__ == "__main__":
    main()
