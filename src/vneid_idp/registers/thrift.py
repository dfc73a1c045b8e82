"""Reading structs of Thrift's compact protocol, as a reader would that has nothing to gain from being lenient.

What describes a Parquet file is written so, and whoever unpacks the file reads it once more, with a library. A text
that two readers understand in two ways passes every check of the one and does its harm in the other: so whatever a
library may take for something else is refused here. (Thrift Compact Protocol Specification.)
"""

from collections.abc import Mapping
from typing import Any

BINARY, LIST, STRUCT = 8, 9, 12
I32, I64 = 5, 6
"""Kinds of members, as they stand in a struct."""
_TRUE, _FALSE = 1, 2
_LAST_MEMBER = 2**15 - 1
"""A library keeps the number of a member in 16 bits: one behind this would come round to one before."""
_MOST_NESTED = 8
_MOST_BYTES = 10
"""Of a number: 64 bits, seven in each."""

Struct = Mapping[tuple[int, int], Any]
"""By the number of a member and its kind: one of another kind than is looked for is not there, as for a library. A list
is that of its members, where they are structs; of what is no number, text, list or struct the value is None.
"""


class NotThrift(Exception):
    """No struct stands there, or one that can be understood in two ways."""


def read_struct(data: bytes) -> tuple[Struct, int]:
    """The struct that `data` begins with, and how many bytes it takes. Raises `NotThrift`."""
    reader = _Reader(data)
    try:
        return reader.struct(0), reader.position
    except IndexError:
        raise NotThrift from None


class _Reader:
    """Raises `IndexError` where the data ends too early."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def struct(self, depth: int) -> Struct:
        if depth > _MOST_NESTED:
            raise NotThrift
        found: dict[tuple[int, int], Any] = {}
        known = set[int]()
        member = 0
        while first := self._byte():
            member = member + (first >> 4) if first >> 4 else self._zigzag()
            # Of a member that stands there twice a library may take the one, and we the other.
            if member in known or not 0 < member <= _LAST_MEMBER:
                raise NotThrift
            known.add(member)
            kind = first & 0x0F
            found[member, kind] = None if kind in (_TRUE, _FALSE) else self._value(kind, depth)
        return found

    def _value(self, kind: int, depth: int) -> Any:
        match kind:
            case 4 | 5 | 6:
                return self._zigzag()
            case 8:
                return self._bytes(self._varint())
            case 9 | 10:  # a set is written as a list is
                return self._list(depth)
            case 12:
                return self.struct(depth + 1)
            case 7:
                return self._skip(8)
            case 1 | 2 | 3:  # in a list a boolean is a byte
                return self._skip(1)
            case _:  # a map, which nothing that is read here has, or nothing that there is
                raise NotThrift

    def _list(self, depth: int) -> list[Struct] | None:
        first = self._byte()
        count, kind = first >> 4, first & 0x0F
        values = (self._value(kind, depth + 1) for _ in range(self._varint() if count == 15 else count))
        if kind == STRUCT:
            return list(values)
        for _ in values:
            pass
        return None

    def _bytes(self, count: int) -> bytes:
        start = self.position
        self._skip(count)
        return self._data[start : self.position]

    def _skip(self, count: int) -> None:
        self.position += count
        if self.position > len(self._data):
            raise IndexError

    def _byte(self) -> int:
        self.position += 1
        return self._data[self.position - 1]

    def _varint(self) -> int:
        value = 0
        for shift in range(0, 7 * _MOST_BYTES, 7):
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise NotThrift

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
