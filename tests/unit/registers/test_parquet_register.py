"""A register as Parquet: read however it was written, and refused where it would unpack to more than it is."""

import io
import tracemalloc
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vneid_idp.registers.columns import Line, UnreadableRegister
from vneid_idp.registers.faults import Fault, FaultCode
from vneid_idp.registers.reading import open_register

CELLS = ("+84951234567", "citizen_card", "097196000001", "Nguyễn Ánh", "1996-04-12")
NAMES = ("phone_number", "id_document_type", "id_document", "full_name", "birthdate")
TEXT = pa.string()


def table(rows: int = 1, kind: Any = TEXT, **columns: Any) -> Any:
    made = {name: pa.array([cell] * rows, kind) for name, cell in zip(NAMES, CELLS, strict=True)}
    return pa.table(made | columns)


def written(content: Any, **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    pq.write_table(content, file, **options)
    return file


def refusal(file: io.BytesIO) -> str:
    with pytest.raises(UnreadableRegister) as refused:
        list(open_register(file).rows())
    return refused.value.detail or ""


@pytest.mark.parametrize(
    "file",
    [
        written(table()),
        written(table(kind=pa.large_string()), compression="zstd"),
        written(table(kind=pa.string_view()), compression="none"),
        written(table(kind=pa.dictionary(pa.int32(), pa.string()))),
        written(table(), use_dictionary=False, data_page_version="2.0"),
        written(table(birthdate=pa.array([date(1996, 4, 12)]))),
        written(
            table(birthdate=pa.array([date(1996, 4, 12)])),
            use_dictionary=False,
            column_encoding={"birthdate": "DELTA_BINARY_PACKED"},
        ),
    ],
)
def test_what_libraries_write_is_read(file: io.BytesIO) -> None:
    assert list(open_register(file).rows()) == [Line(1, (*CELLS, *[""] * 9))]


def test_instants_and_missing_values_are_read() -> None:
    activated, nobody = pa.array([datetime(2020, 1, 2, 3, 4)]), pa.array([None], TEXT)
    (line,) = open_register(written(table(activated_at=activated, full_name=nobody))).rows()
    assert isinstance(line, Line)
    assert (line.cells[3], line.cells[10][:10]) == ("", "2020-01-02")


def test_rows_come_in_their_order_across_groups_batches_and_pages() -> None:
    numbers = [f"+8495{serial:07d}" for serial in range(10_000)]
    made = table(10_000, phone_number=pa.array(numbers))
    for options in ({"row_group_size": 3_000}, {"dictionary_pagesize_limit": 2_000, "data_page_size": 4_096}):
        register = open_register(written(made, **options))
        lines = [line for line in register.rows() if isinstance(line, Line)]
        assert [(line.number, line.cells[0]) for line in lines] == list(enumerate(numbers, start=1))
        assert register.done == register.total == 10_000


def test_a_cell_that_is_no_text_costs_its_row_alone() -> None:
    broken = pa.array([b"\xff", b"An"], pa.binary()).view(TEXT)
    first, second = open_register(written(table(2, full_name=broken))).rows()
    assert first == Fault(1, None, FaultCode.NOT_UTF8)
    assert isinstance(second, Line)


def damaged(place: int, value: int) -> io.BytesIO:
    content = bytearray(written(table()).getvalue())
    content[place] = value
    return io.BytesIO(bytes(content))


def contradicted() -> io.BytesIO:
    """A column that says to have no missing values, and has a count of them beside it."""
    content = written(table()).getvalue()
    name = b"\x18\x0cphone_number"
    assert content.count(b"\x25\x02" + name) == 1
    return io.BytesIO(content.replace(b"\x25\x02" + name, b"\x25\x00" + name))


def misnamed() -> io.BytesIO:
    """Columns whose names are no text."""
    return io.BytesIO(written(table(), store_schema=False).getvalue().replace(b"full_name", b"full_n\xf5me"))


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (io.BytesIO(b"PAR1"), "not whole"),
        (io.BytesIO(b"PAR1" + b"\0" * 100 + b"PAR1"), "not whole"),
        (io.BytesIO(b"PAR1" + b"\xff" * 100 + b"\x00\x00\x00\x7fPAR1"), "not whole"),
        (io.BytesIO(written(table()).getvalue()[:-50]), "not whole"),
        (damaged(4, 0), "no header"),
        # The library ends the process, if it is asked for more of this one than its rows.
        (contradicted(), "not whole"),
        (misnamed(), "not whole"),
        (written(table(card=pa.array(["x"]))), "Nobody knows the column"),
        (written(pa.table({"phone_number": ["x"]})), "Missing"),
        (written(table(phone_number=pa.array([84951234567]))), "phone_number is no text"),
        (written(table(full_name=pa.array([["An"]]))), "no text"),
        (written(table(), use_dictionary=False, column_encoding={"full_name": "DELTA_BYTE_ARRAY"}), "encoding"),
        (
            written(table(), use_dictionary=False, column_encoding={"full_name": "DELTA_LENGTH_BYTE_ARRAY"}),
            "encoding",
        ),
    ],
)
def test_what_is_none_is_refused_in_words(file: io.BytesIO, why: str) -> None:
    assert why in refusal(file)


MEGABYTE = "a" * 1024 * 1024


@pytest.mark.parametrize(
    "file",
    [
        written(table(full_name=pa.array([MEGABYTE * 64])), compression="zstd"),
        written(table(full_name=pa.array([MEGABYTE * 64])), compression="zstd", use_dictionary=False),
        written(
            table(64, full_name=pa.array([MEGABYTE] * 64)), compression="zstd", use_dictionary=False, data_page_size=1
        ),
    ],
    ids=["a dictionary", "a value", "a page for each value"],
)
def test_what_unpacks_to_much_more_than_it_is_is_refused_before_it_is_unpacked(file: io.BytesIO) -> None:
    assert len(file.getvalue()) < 300_000
    unpacked = pa.total_allocated_bytes()
    assert "unpacks to more" in refusal(file)
    assert pa.total_allocated_bytes() - unpacked < 1024 * 1024


def test_a_long_value_that_stands_in_every_row_is_cut_before_it_is_spread() -> None:
    rows, length = 20_000, 100_000
    names = pa.array([*(f"An {number}" for number in range(100)), "a" * length])
    spread = pa.DictionaryArray.from_arrays(pa.array([*range(100), *[100] * (rows - 100)], pa.int32()), names)
    file = written(table(rows, full_name=spread))
    tracemalloc.start()
    count = sum(len(line.cells[3]) < 2_000 for line in open_register(file).rows() if isinstance(line, Line))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == rows
    assert most < 50 * 1024 * 1024
