"""What the pages of a Parquet file promise to unpack to, read without unpacking them.

A page says its own size, and a reader believes it: 60 KiB of zeros become two gigabytes. So the headers of all pages
are read first (Apache Parquet Format, *Data Pages*; Thrift compact protocol), and a file is refused of which one is
larger than any page of short cells.
"""

from typing import Any, BinaryIO

from vneid_idp.registers.columns import LONGEST_CELL, UnreadableRegister

MAGIC = b"PAR1"
_LARGEST_PAGE = 16 * 1024 * 1024
"""Bytes, unpacked. Writers make pages of one megabyte."""
_BYTES_A_VALUE, _BYTES_A_PAGE = 4 * LONGEST_CELL + 100, 4 * 1024
"""What a page may unpack to: for each of its values, and beside them."""
_LONGEST_HEADER = 16 * 1024
_MOST_NESTED = 8

_UNCOMPRESSED, _COMPRESSED = 2, 3
_VALUES = 1
_KINDS = {5: 2, 7: 2, 8: 4}
"""The member of a page header for its kind (data, dictionary, data of version 2), and the member of that for the
encoding."""
# Of the others DELTA_BYTE_ARRAY repeats the beginning of the value before, so that a small page unpacks to anything,
# and what is read as a dictionary cannot be DELTA_LENGTH_BYTE_ARRAY.
_PLAIN, _PLAIN_DICTIONARY, _RLE, _DELTA_BINARY, _RLE_DICTIONARY = 0, 2, 3, 5, 8
_ENCODINGS = {_PLAIN, _PLAIN_DICTIONARY, _RLE, _DELTA_BINARY, _RLE_DICTIONARY}


def check_pages(file: BinaryIO, start: int, length: int) -> None:
    """Walk through the pages of a column chunk. Raises `UnreadableRegister` where one is too large, is packed in a way
    that hides how large it is, or is no page.
    """
    position, end = start, start + length
    while position < end:
        file.seek(position)
        header, size = _read_header(file.read(_LONGEST_HEADER))
        unpacked, packed = header.get(_UNCOMPRESSED), header.get(_COMPRESSED)
        kind = next((number for number in _KINDS if isinstance(header.get(number), dict)), None)
        if not isinstance(unpacked, int) or not isinstance(packed, int) or packed < 0 or kind is None:
            raise UnreadableRegister("A page of it has no header that can be read.")
        values = header[kind].get(_VALUES)
        largest = min(_LARGEST_PAGE, _BYTES_A_PAGE + _BYTES_A_VALUE * max(0, values)) if isinstance(values, int) else 0
        if not 0 <= unpacked <= largest:
            raise UnreadableRegister("A page of it unpacks to more than a register's cells can hold.")
        if header[kind].get(_KINDS[kind]) not in _ENCODINGS:
            raise UnreadableRegister("A page of it has an encoding that is not read: write it as PLAIN or dictionary.")
        position += size + packed


def _read_header(data: bytes) -> tuple[dict[int, Any], int]:
    reader = _Compact(data)
    try:
        return reader.struct(), reader.position
    except (IndexError, RecursionError):
        raise UnreadableRegister("A page of it has no header that can be read.") from None


class _Compact:
    """Reads a struct of Thrift's compact protocol: numbers and structs are kept by their field, the rest is skipped."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """The struct that begins here. Raises `IndexError` where the data ends before."""
        if depth > _MOST_NESTED:
            raise IndexError
        found: dict[int, Any] = {}
        field = 0
        while first := self._byte():
            field = field + (first >> 4) if first >> 4 else self._zigzag()
            found[field] = self._value(first & 0x0F, depth)
        return found

    def _value(self, kind: int, depth: int) -> Any:
        match kind:
            case 1 | 2:  # a boolean, whose value is its type
                return None
            case 3:
                return self._byte()
            case 4 | 5 | 6:
                return self._zigzag()
            case 7:
                return self._skip(8)
            case 8:
                return self._skip(self._varint())
            case 9 | 10:
                return self._list(depth)
            case 12:
                return self.struct(depth + 1)
            case _:  # a map, which no page header has, or nothing that there is
                raise IndexError

    def _list(self, depth: int) -> None:
        first = self._byte()
        count, kind = first >> 4, first & 0x0F
        for _ in range(self._varint() if count == 15 else count):
            if kind in (1, 2):
                self._skip(1)
            else:
                self._value(kind, depth + 1)

    def _skip(self, count: int) -> None:
        self.position += count
        if self.position > len(self._data):
            raise IndexError

    def _byte(self) -> int:
        self.position += 1
        return self._data[self.position - 1]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
