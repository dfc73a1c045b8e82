"""A register as Parquet: columns of text, and of days or instants where a column is of those."""

from collections.abc import Iterator
from itertools import pairwise
from operator import itemgetter
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vneid_idp.registers.columns import LONGEST_CELL, Line, UnreadableRegister, places_of
from vneid_idp.registers.faults import Fault, FaultCode
from vneid_idp.registers.parquet_pages import DAMAGED, check_pages

MOST_ROWS = 100_000_000
"""All numbers of Viet Nam."""
_AT_ONCE = 4_096
"""Rows. However large a row group is, no more of it is unpacked than these and the pages that they stand in."""
_BUFFER = 64 * 1024
_LONGEST_BYTES = 4 * LONGEST_CELL
_BROKEN = (pa.ArrowException, OSError, UnicodeDecodeError)
"""What the library raises for a file that is none; the last for the name of a column."""


class ParquetRegister:
    """Reads `file`. Raises `UnreadableRegister`."""

    format = "parquet"

    def __init__(self, file: BinaryIO, size: int) -> None:
        check_pages(file, size)
        described = _schema(file)
        # A column that is not there is the cell behind the last, which is empty.
        width = len(described.names)
        self._in_order = itemgetter(*(width if place is None else place for place in places_of(described.names)))
        for field in described:
            if not _is_readable(field.type):
                raise UnreadableRegister(f"The column {field.name} is no text.")
        texts = [field.name for field in described if not pa.types.is_temporal(field.type)]
        # As a dictionary a value that is repeated a million times is held once.
        self._parquet = _opened(file, read_dictionary=texts, pre_buffer=False, buffer_size=_BUFFER)
        self.total: int = self._parquet.metadata.num_rows
        """Rows."""
        self.done = 0
        """How many of `total` have been read."""
        if not 0 <= self.total <= MOST_ROWS:
            raise UnreadableRegister(f"It has more than {MOST_ROWS} rows.")

    def rows(self) -> Iterator[Line | Fault]:
        """See `CsvRegister.rows`. Raises `UnreadableRegister` where the rest is damaged."""
        try:
            for batch in self._parquet.iter_batches(batch_size=_AT_ONCE, use_threads=False):
                columns = [_texts(column) for column in batch.columns]
                if self.done + len(batch) > self.total:  # its groups have more rows than it says to have
                    raise UnreadableRegister(DAMAGED)
                for cells in zip(*columns, strict=True):
                    self.done += 1
                    yield self._row(cells)
        except _BROKEN:
            raise UnreadableRegister(f"{DAMAGED} Its first {self.done} rows could be read.") from None

    def _row(self, cells: tuple[str | None, ...]) -> Line | Fault:
        if None in cells:
            return Fault(self.done, None, FaultCode.NOT_UTF8)
        return Line(self.done, self._in_order((*cells, "")))


def _schema(file: BinaryIO) -> Any:
    found = _opened(file).schema_arrow
    try:
        found.names  # noqa: B018 they are read here for the first time
    except UnicodeDecodeError:
        raise UnreadableRegister(DAMAGED) from None
    return found


def _opened(file: BinaryIO, **options: Any) -> Any:
    try:
        return pq.ParquetFile(file, **options)
    except _BROKEN:
        raise UnreadableRegister(DAMAGED) from None


def _is_readable(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    return bool(is_text or pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def _texts(column: Any) -> list[str | None]:
    """The cells of a column: empty where there is no value, None where it is no text."""
    if pa.types.is_dictionary(column.type):
        # Cut before it is spread over the rows: a long value may stand in each of them.
        values = pc.binary_slice(column.dictionary.cast(pa.large_binary()), 0, _LONGEST_BYTES + 4)
        cells = values.take(column.indices)
    else:
        cells = column.cast(pa.string()).cast(pa.large_binary())
    # Straight out of the buffers: the library makes an object of its own for each cell, at ten times the price.
    cells = pc.fill_null(cells, b"")
    _, offsets, data = cells.buffers()
    ends = memoryview(offsets).cast("q")[cells.offset : cells.offset + len(cells) + 1]
    text = b"" if data is None else data.to_pybytes()
    if text.isascii():  # a character is a byte, so that all are made of one text
        ascii_text = text.decode()
        return [ascii_text[start:end] for start, end in pairwise(ends)]
    return [_text(text[start:end]) for start, end in pairwise(ends)]


def _text(value: bytes) -> str | None:
    try:
        # One that was cut may end within a character; it has too many of them, and is told so as any other.
        return value.decode(errors="ignore" if len(value) > _LONGEST_BYTES else "strict")
    except UnicodeDecodeError:
        return None
