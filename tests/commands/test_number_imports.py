"""`numbers import`: a register of a carrier is taken over, also when the process is killed on the way."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.support.commands import run, with_database
from tests.support.deeds import WHY
from vneid_idp.registered_numbers.tables import register_uploads, registered_numbers
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database

ROWS = 9_000
UPLOAD = Statement(select(register_uploads))
COUNT = Statement(
    select(func.count().label("rows"), func.count(registered_numbers.c.number_digest.distinct()).label("numbers"))
)


@pytest.mark.usefixtures("sandbox")
def test_a_register_is_imported_although_the_process_is_killed(database_url: str) -> None:
    Path("client.json").write_text(
        json.dumps({"redirect_uris": ["https://rp.example/cb"], "client_name": "Sóng", "family": "song"})
    )
    run("citizens", "seed", "--count", "1", "--no-accounts")
    run("clients", "register", "client.json", "--client-id", "cli_song", *WHY)
    run("numbers", "invent", "register.csv", "--rows", str(ROWS))

    async def done(db: Database) -> int:
        async with db.glance() as unit:
            row = await unit.fetch_one(UPLOAD)
            return 0 if row is None else int(row["done"])

    command = ("numbers", "import", "register.csv", "--client", "cli_song", *WHY)
    # The very program: it is killed as a machine kills it.
    process = subprocess.Popen([str(Path(sys.executable).with_name("vneid-idp")), *command], stderr=subprocess.DEVNULL)
    while with_database(database_url, done) == 0:
        assert process.poll() is None
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert 0 < with_database(database_url, done) < Path("register.csv").stat().st_size
    said = run(*command).stdout
    assert f"{ROWS:,} rows" in said

    async def counts(db: Database) -> tuple[int, int, int]:
        async with db.reading() as unit:
            numbers, upload = await unit.fetch_one(COUNT), await unit.fetch(UPLOAD)
        assert numbers is not None
        assert len(upload) == 1
        classes = json.loads(upload[0]["classes"])
        assert sum(classes.values()) == ROWS
        return numbers["rows"], numbers["numbers"], ROWS - classes["malformed"] - classes["duplicate"]

    kept, different, expected = with_database(database_url, counts)
    assert kept == different == expected
    assert "unchanged" in run(*command).stdout
