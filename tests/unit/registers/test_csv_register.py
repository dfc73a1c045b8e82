"""A register as CSV: read whatever its form, refused where it is none, and never more in memory than a line."""

import io
import tracemalloc
from typing import Any

import pytest

from vneid_idp.registers.columns import COLUMNS, Line, UnreadableRegister
from vneid_idp.registers.csv_register import LONGEST_LINE, CsvRegister
from vneid_idp.registers.faults import Fault, FaultCode
from vneid_idp.registers.reading import open_register

NEEDED = "phone_number,id_document_type,id_document,full_name,birthdate"
ROW = "+84951234567,citizen_card,097196000001,Nguyễn Ánh,1996-04-12"
CELLS = (*ROW.split(","), *[""] * (len(COLUMNS) - 5))


def read(content: str | bytes) -> list[Line | Fault]:
    return list(open_register(io.BytesIO(content.encode() if isinstance(content, str) else content)).rows())


@pytest.mark.parametrize(
    "content",
    [
        f"{NEEDED}\n{ROW}\n",
        f"{NEEDED}\r\n{ROW}\r\n",
        f"{NEEDED}\n{ROW}",
        f"\ufeff{NEEDED}\n{ROW}\n",
        f"{NEEDED}\n{ROW}\n".replace(",", ";"),
        f"{NEEDED}\n{ROW}\n".replace(",", "\t"),
        f"{NEEDED.upper()}\n{ROW}\n",
        f"{NEEDED}\n" + ",".join(f'"{cell}"' for cell in ROW.split(",")),
        "birthdate,full_name,id_document,id_document_type,phone_number\n" + ",".join(ROW.split(",")[::-1]),
    ],
    ids=["plain", "CR LF", "no last line end", "BOM", "semicolons", "tabs", "capitals", "quoted", "another order"],
)
def test_what_spreadsheets_write_is_read(content: str) -> None:
    assert read(content) == [Line(2, CELLS)]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "no header"),
        ("\n", "no header"),
        (f"{NEEDED}\n".encode("utf-16"), "UTF-16"),
        (f"{NEEDED},họ\n".encode("cp1258", "replace") + b"\xe1", "Nobody knows the column"),
        (b"phone_number,\xe1\xba\n", "not text in UTF-8"),
        (f"{NEEDED},card\n", "Nobody knows the column “card”"),
        (f"{ROW}\n", "no name of a column"),
        (f"{NEEDED},service,service\n", "service stands there twice"),
        ("phone_number,full_name\n", "Missing: id_document_type, id_document, birthdate"),
        (f'"{NEEDED}\n', "not closed"),
        (b"a" * (LONGEST_LINE + 9), "first line is longer"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"\x1f\x8b\x08rest", "compressed"),
    ],
)  # fmt: skip
def test_what_is_no_register_is_refused_in_words_and_without_what_stands_in_it(content: Any, why: str) -> None:
    with pytest.raises(UnreadableRegister) as refused:
        read(content)
    assert why in (refused.value.detail or "")
    assert "Ánh" not in (refused.value.detail or "")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (ROW.encode("utf-16-le"), FaultCode.NOT_UTF8),
        (ROW.replace("Nguyễn", '"Nguyễn').encode(), FaultCode.BAD_QUOTES),
        (f"{ROW},more".encode(), FaultCode.CELL_COUNT),
        (b"one", FaultCode.CELL_COUNT),
        (b"a" * (LONGEST_LINE + 1), FaultCode.LINE_TOO_LONG),
        (b"a" * (3 * LONGEST_LINE + 7), FaultCode.LINE_TOO_LONG),
    ],
)
def test_a_line_that_cannot_be_read_costs_itself_alone(line: bytes, code: FaultCode) -> None:
    content = f"{NEEDED}\n".encode() + line.replace(b"\n", b"") + f"\n\n{ROW}\n".encode()
    assert read(content) == [Fault(2, None, code), Line(4, CELLS)]


class Endless(io.RawIOBase):
    """A file of so many bytes without a line end, which nobody has to hold."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._first = f"{NEEDED}\n".encode()

    def readable(self) -> bool:
        """See `io.RawIOBase`."""
        return True

    def readinto(self, buffer: Any) -> int:
        """See `io.RawIOBase`."""
        part, self._first = self._first, b""
        part = part or b'"' * min(len(buffer), self._left)
        self._left -= len(part)
        buffer[: len(part)] = part
        return len(part)


def test_a_line_without_an_end_takes_no_memory() -> None:
    size = 200 * 1024 * 1024
    tracemalloc.start()
    register = CsvRegister(io.BufferedReader(Endless(size)), size)
    assert list(register.rows()) == [Fault(2, None, FaultCode.LINE_TOO_LONG)]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10 * LONGEST_LINE
