"""Registers of as many rows as there are numbers: the rows of a shorter one again and again, each time with other
phone numbers and under other papers.

To invent ten million people and have the population register know them takes an hour, in which nothing is measured. Of
the repeated rows it knows nobody: it is asked as often, and finds less.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_NUMBERS = 10**7
"""Of the prefix that is assigned to nobody."""
_STRIDE, _PAPERS = 6_180_341, 98_731
_ONCE = 20_000


def lengthen(shorter: Path, longer: Path, copies: int) -> None:
    """Write the register `shorter`, a CSV, `copies` times over into `longer`, a CSV or a Parquet file by its name."""
    with shorter.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    made = _rows(rows, copies)
    if longer.suffix == ".csv":
        with longer.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(made)
        return
    schema = pa.schema([(name, pa.string()) for name in header])
    with pq.ParquetWriter(longer, schema) as parquet:
        part: list[list[str]] = []
        for row in made:
            part.append(row)
            if len(part) == _ONCE:
                parquet.write_table(_table(part, schema))
                part.clear()
        if part:
            parquet.write_table(_table(part, schema))


def _table(rows: list[list[str]], schema: pa.Schema) -> pa.Table:
    return pa.table([list(cells) for cells in zip(*rows, strict=True)], schema=schema)


def _rows(rows: list[list[str]], copies: int) -> Iterator[list[str]]:
    serial, before, given = 0, "", ""
    for copy in range(copies):
        for phone_number, kind, document, *rest in rows:
            if phone_number != before:  # else it is meant to stand there twice
                serial += 1
                before, given = phone_number, _put(phone_number, serial * _STRIDE % _NUMBERS, 7)
            papers = document
            if copy and len(document) >= 6:
                digits = "".join(filter(str.isdigit, document))
                papers = _put(document, (int(digits[-6:] or 0) + copy * _PAPERS) % 10**6, 6)
            yield [given, kind, papers, *rest]


def _put(text: str, number: int, count: int) -> str:
    """The text with its last `count` digits replaced, however it is spelled; as it is where it has fewer."""
    places = [place for place, letter in enumerate(text) if letter.isdigit()][-count:]
    if len(places) < count:
        return text
    letters = list(text)
    for place, digit in zip(places, f"{number:0{count}}", strict=True):
        letters[place] = digit
    return "".join(letters)
