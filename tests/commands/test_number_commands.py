"""`numbers invent`, `numbers check`: a register with known junk, every row of which is found to be what it was made."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.commands import run, with_database
from tests.support.deeds import WHY
from vneid_idp.audit.events import EventKind
from vneid_idp.audit.tables import events
from vneid_idp.registers.classes import RowClass
from vneid_idp.sandbox.country.invented_register import invented_rows
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database

ROWS = 2_000


@pytest.mark.usefixtures("sandbox")
def test_junk_is_counted_for_what_it_is_and_nothing_told_of_anybody(database_url: str) -> None:
    made = list(invented_rows(ROWS, 1))
    expected = Counter(row.row_class for row in made)
    assert set(expected) == set(RowClass) - {RowClass.NOT_COMPARED}, "some of every class that a row is by itself"
    said = run("numbers", "invent", "register.csv", "--rows", str(ROWS)).stdout
    assert f"--count {made[-1].holder} --seed 1" in said
    run("numbers", "invent", "register.parquet", "--rows", str(ROWS))
    run("citizens", "seed", "--count", str(made[-1].holder), "--no-accounts")
    for register in ("register.csv", "register.parquet"):
        faults = Path(f"{register}.faults")
        said = run("numbers", "check", register, "--output", str(faults), *WHY).stdout
        found = {
            name: int(count.replace(",", "")) for count, name in re.findall(r"^([\d,]+) +\S+% +(\w+) ", said, re.M)
        }
        assert found == expected
        lines = list(csv.DictReader(faults.read_text().splitlines()))
        first = 2 if register.endswith("csv") else 1
        malformed = {str(at) for at, row in enumerate(made, start=first) if row.row_class is RowClass.MALFORMED}
        assert {line["line"] for line in lines} == malformed
        assert not re.search(r"\d{6}", faults.read_text())

    async def recorded(database: Database) -> list[str]:
        kinds = Statement(select(events.c.data).where(events.c.kind == EventKind.NUMBERS_CHECKED.value))
        async with database.reading() as unit:
            return [row["data"] for row in await unit.fetch(kinds)]

    assert with_database(database_url, recorded) == ['{"by":"ops-1","reason":"A test needs it"}'] * 2


@pytest.mark.usefixtures("sandbox")
def test_what_cannot_be_done_is_said() -> None:
    Path("bad.csv").write_text("phone_number\n")
    Path("there.csv").write_text("")
    for arguments, sentence in (
        (("check", "none.csv", *WHY), "No such file"),
        (("check", "bad.csv", *WHY), "Missing: id_document_type"),
        (("invent", "there.csv", "--rows", "1"), "File exists"),
        (("invent", "register.txt", "--rows", "1"), "Call it .csv or .parquet"),
    ):
        assert sentence in run("numbers", *arguments, code=1).stderr
    run("numbers", "check", "bad.csv", code=2)
