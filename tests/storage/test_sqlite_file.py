"""The file of an SQLite database is its owner's alone, whoever made it."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.watch import Watch
from vneid_idp.storage import migration
from vneid_idp.storage.database import open_database
from vneid_idp.storage.sqlite_file import make_private


def modes(folder: Path) -> list[int]:
    return [file.stat().st_mode & 0o777 for file in folder.iterdir()]


@pytest.mark.parametrize("there", [False, True])
async def test_nobody_else_reads_the_database(tmp_path: Path, watch: Watch, there: bool) -> None:
    path, before = tmp_path / "idp.sqlite3", os.umask(0o022)
    try:
        if there:
            path.touch(mode=0o644)
        migration.upgrade(f"sqlite:///{path}")
        assert path.stat().st_mode & 0o777 == 0o600
        path.chmod(0o644)
        database = open_database(f"sqlite:///{path}", watch)
        async with database.writing():
            assert modes(tmp_path) == [0o600] * 3, "the database, its log and the log's index"
        await database.close()
    finally:
        os.umask(before)


def test_whoever_writes_keeps_the_lock_while_another_opens_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "idp.sqlite3"
    make_private(path)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("CREATE TABLE t (x)")
    writer.execute("BEGIN IMMEDIATE")
    make_private(path)
    other = "import sqlite3, sys; sqlite3.connect(sys.argv[1], 0, isolation_level=None).execute('BEGIN IMMEDIATE')"
    found = subprocess.run([sys.executable, "-c", other, str(path)], capture_output=True, text=True, check=False)
    writer.close()
    assert "database is locked" in found.stderr
