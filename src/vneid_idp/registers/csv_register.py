"""A register as CSV: UTF-8, a header, and a row a line (RFC 4180 without line breaks in cells).

Since a row ends with its line, a quotation mark that is never closed costs that one row and not the rest of the file.
"""

import csv
from collections.abc import Iterator
from operator import itemgetter
from typing import BinaryIO

from vneid_idp.registers.columns import Line, UnreadableRegister, places_of
from vneid_idp.registers.faults import Fault, FaultCode

LONGEST_LINE = 64 * 1024
"""Bytes."""
_DELIMITERS = ",;\t"
"""What spreadsheets of various languages write."""
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff")


class CsvRegister:
    """Reads `file` from its beginning. Raises `UnreadableRegister`."""

    format = "csv"

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self.total = size
        """Bytes."""
        header = file.readline(LONGEST_LINE + 1)
        self.done = len(header)
        """How many of `total` have been read."""
        if header.startswith(_OTHER_ENCODINGS):
            raise UnreadableRegister("It is written in UTF-16. Save it as CSV in UTF-8.")
        if not header.strip():
            raise UnreadableRegister("It has no header in its first line.")
        if len(header) > LONGEST_LINE:
            raise UnreadableRegister(f"Its first line is longer than {LONGEST_LINE} bytes.")
        try:
            text = header.decode("utf-8-sig").rstrip("\r\n")
        except UnicodeDecodeError:
            raise UnreadableRegister("Its first line is not text in UTF-8.") from None
        self._delimiter = max(_DELIMITERS, key=text.count)
        names = self._cells(text)
        if names is None:
            raise UnreadableRegister("A quotation mark in its first line is not closed.")
        self._width = len(names)
        # A column that is not there is the cell behind the last, which is empty.
        self._in_order = itemgetter(*(self._width if place is None else place for place in places_of(names)))

    def rows(self) -> Iterator[Line | Fault]:
        """Every row in its order, or why it is none; empty lines are left out. Goes through the file once."""
        number = 1
        while raw := self._file.readline(LONGEST_LINE + 1):
            number += 1
            self.done += len(raw)
            if len(raw) > LONGEST_LINE:
                self._skip_line(raw)
                yield Fault(number, None, FaultCode.LINE_TOO_LONG)
            elif raw.strip():
                yield self._row(number, raw)

    def _row(self, number: int, raw: bytes) -> Line | Fault:
        try:
            text = raw.decode().rstrip("\r\n")
        except UnicodeDecodeError:
            return Fault(number, None, FaultCode.NOT_UTF8)
        cells = self._cells(text)
        if cells is None:
            return Fault(number, None, FaultCode.BAD_QUOTES)
        if len(cells) != self._width:
            return Fault(number, None, FaultCode.CELL_COUNT)
        return Line(number, self._in_order([*cells, ""]))

    def _cells(self, text: str) -> list[str] | None:
        if '"' not in text:
            return text.split(self._delimiter)
        try:
            return next(csv.reader([text], delimiter=self._delimiter, strict=True))
        except csv.Error:
            return None

    def _skip_line(self, read: bytes) -> None:
        while read and not read.endswith(b"\n"):
            read = self._file.readline(LONGEST_LINE)
            self.done += len(read)
