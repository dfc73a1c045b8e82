"""`numbers check`: a carrier's register held against the population register, for counts a class.

`numbers invent`: a make-believe register with known junk, to try it with.
"""

import csv
import io
import os
import resource
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from vneid_idp.cli.people import open_workplace
from vneid_idp.cli.terminal import By, Reason, deed_of, err, fail, out, print_rows, settings_of, with_database
from vneid_idp.identity.offices.roles import Role
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.matching.mismatches import OPERATORS
from vneid_idp.registers.classes import RULES, RowClass
from vneid_idp.registers.columns import COLUMNS, UnreadableRegister
from vneid_idp.registers.faults import FaultFile
from vneid_idp.registers.reading import Register, open_register
from vneid_idp.sandbox.country.invented_register import MOST_ROWS, InventedRow, invented_rows
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.check_register import CheckedRegister, check_register
from vneid_idp.use_cases.class_register import Guesses, terms_of

_BATCH = 20_000
"""Rows of a Parquet file that are written together."""


def add_to(app: typer.Typer) -> None:
    """Put the commands beside the other ones about numbers."""
    app.command("check")(check)
    app.command("invent")(invent)


def check(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The register: CSV in UTF-8, or Parquet.")],
    by: By,
    reason: Reason,
    output: Annotated[
        Path | None, typer.Option(help="Where to write what is wrong with rows: line, column, code. It must be new.")
    ] = None,
) -> None:
    """Count how many rows of a register are of which class. Nothing of the register is kept, and no row is answered
    for. Of one ID number no more than five names and birth dates that differ are compared a day: the others are
    counted as not compared.
    """
    deed, settings = deed_of(by, reason), settings_of(context)
    bar = Progress(
        TextColumn("Register"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(compact=True), console=err
    )

    async def work(db: Database, register: Register, faults: FaultFile) -> CheckedRegister:
        async with open_workplace(settings, db, Role.OPERATOR) as place:
            settled, now = await place.settle(deed), SystemClock().now()
            terms = terms_of(await place.policy(), now)
            with bar:
                task = bar.add_task("check", total=register.total)
                return await check_register(
                    place.acting(settled),
                    place.registry,
                    register,
                    terms,
                    Guesses(db, place.blind, OPERATORS),
                    settled,
                    on_fault=faults.write,
                    progress=lambda done: bar.update(task, completed=done),
                )

    began = time.monotonic()
    with opened(file) as register, _faults(output) as errors:
        checked = with_database(settings, lambda db: work(db, register, FaultFile(errors)))
    print_classes(checked.classes, time.monotonic() - began)
    if output is not None:
        out.print(f"{output}: {checked.faults:,} faults, one a line.", markup=False)


def invent(
    file: Annotated[Path, typer.Argument(help="Where to write it: a new file, .csv or .parquet.")],
    rows: Annotated[int, typer.Option(min=1, max=MOST_ROWS, help="How many.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same rows.")] = 1,
) -> None:
    """Write a register of a carrier that does not exist, with known junk: nobody's numbers, of make-believe people."""
    wanted = {".csv": _write_csv, ".parquet": _write_parquet}.get(file.suffix)
    if wanted is None:
        fail("Call it .csv or .parquet: the form goes by the name.")
    with _open(file, "xb") as raw:
        people = wanted(raw, invented_rows(rows, seed))
    out.print(
        f"{file}: {rows:,} rows, held by the first {people} people of this seed. They are there after", markup=False
    )
    out.print(f"  vneid-idp --sandbox citizens seed --count {people} --seed {seed} --no-accounts", markup=False)


@contextmanager
def opened(file: Path) -> Iterator[Register]:
    """The register in a file, or why it is none and exit code 1."""
    with _open(file, "rb") as raw:
        try:
            register = open_register(raw)
        except UnreadableRegister as refusal:
            fail(refusal.title, *([refusal.detail] if refusal.detail else []))
        yield register


def _faults(output: Path | None) -> Any:
    """A new file for the faults; where none is wanted they go nowhere."""
    path, mode = (Path(os.devnull), "w") if output is None else (output, "x")
    return _open(path, mode, encoding="utf-8")


def _open(file: Path, mode: str, encoding: str | None = None) -> Any:
    try:
        return file.open(mode, encoding=encoding, newline=None if encoding is None else "")
    except OSError as error:
        fail(f"{file}: {error.strerror}")


def print_classes(classes: Counter[RowClass], seconds: float) -> None:
    """How many rows are of which class, and what it took."""
    rows = classes.total()
    print_rows(
        ("Rows", "Share", "Class", "Meaning"),
        *(
            (f"{count:,}", f"{count / rows:.2%}", rule.row_class.value, rule.meaning)
            for rule in RULES
            if (count := classes[rule.row_class])
        ),
    )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    speed = rows / seconds
    out.print(f"{rows:,} rows in {seconds:.0f} s ({speed:,.0f} rows/s), {memory:.0f} MiB of memory at most.")


def _write_csv(raw: BinaryIO, rows: Iterator[InventedRow]) -> int:
    """How many people hold the rows."""
    people = 0
    with io.TextIOWrapper(raw, encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow(row.cells)
            people = row.holder
    return people


def _write_parquet(raw: BinaryIO, rows: Iterator[InventedRow]) -> int:
    """As `_write_csv`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    people = 0
    schema = pa.schema([(column.value, pa.string()) for column in COLUMNS])
    with pq.ParquetWriter(raw, schema) as writer:
        while batch := list(islice(rows, _BATCH)):
            columns = [list(cells) for cells in zip(*(row.cells for row in batch), strict=True)]
            writer.write_table(pa.table(columns, schema=schema))
            people = batch[-1].holder
    return people
