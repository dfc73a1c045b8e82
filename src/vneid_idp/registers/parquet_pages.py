"""What a Parquet file promises to unpack to, read without unpacking it, and without the library that does.

A page says its own size, and a reader believes it: 60 KiB of zeros become two gigabytes. So the headers of all pages
are read first, by what the footer says of where they stand (Apache Parquet Format, *File Format* and *Data Pages*), and
a file is refused of which one is larger than any page of short cells. The footer is read here as well: a library that
is handed one which contradicts itself may end the process instead of saying so.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from vneid_idp.registers.columns import LONGEST_CELL, UnreadableRegister
from vneid_idp.registers.thrift import BINARY, I32, I64, LIST, STRUCT, NotThrift, Struct, read_struct

MAGIC = b"PAR1"
DAMAGED = "It is not whole, or not Parquet although it begins like it."
_NO_HEADER = "A page of it has no header that can be read."
_LONGEST_FOOTER = 4 * 1024 * 1024
_LARGEST_PAGE = 16 * 1024 * 1024
"""Bytes, unpacked. Writers make pages of one megabyte."""
_MOST_PAGES = 500_000
"""Of a file: all numbers of Viet Nam have some 70,000 as writers make them."""
_BYTES_A_VALUE, _BYTES_A_PAGE = 4 * LONGEST_CELL + 100, 4 * 1024
"""What a page may unpack to: for each of its values, and beside them."""
_LONGEST_HEADER = 16 * 1024
_SMALLEST_END = len(MAGIC) + 8

_KIND, _UNCOMPRESSED, _COMPRESSED = (1, I32), (2, I32), (3, I32)
_VALUES = (1, I32)
_KINDS = {0: ((5, STRUCT), (2, I32)), 2: ((7, STRUCT), (2, I32)), 3: ((8, STRUCT), (4, I32))}
"""By its kind (data, dictionary, data of version 2) what describes a page, and in there the encoding."""
# Of the others DELTA_BYTE_ARRAY repeats the beginning of the value before, so that a small page unpacks to anything,
# and what is read as a dictionary cannot be DELTA_LENGTH_BYTE_ARRAY.
_PLAIN, _PLAIN_DICTIONARY, _RLE, _DELTA_BINARY, _RLE_DICTIONARY = 0, 2, 3, 5, 8
_ENCODINGS = {_PLAIN, _PLAIN_DICTIONARY, _RLE, _DELTA_BINARY, _RLE_DICTIONARY}

_GROUPS, _WRITER = (4, LIST), (6, BINARY)
_CHUNKS, _META, _ELSEWHERE = (1, LIST), (3, STRUCT), (1, BINARY)
_LENGTH, _DATA_AT, _DICTIONARY_AT = (7, I64), (9, I64), (11, I64)
# Of what these wrote, libraries read some bytes behind the end of a column's pages (PARQUET-816), which nobody checks.
_OLD_WRITER = re.compile(
    rb"\s*parquet-mr(?! version (?:1\.(?:2\.9|[3-9]\.|[1-9][0-9])|[2-9]|[1-9][0-9]))", re.IGNORECASE
)


class _Chunk(NamedTuple):
    """Where the pages of a column stand, of a group of rows."""

    start: int
    end: int


def check_pages(file: BinaryIO, size: int) -> None:
    """Read the footer of a file, and walk through all pages. Raises `UnreadableRegister` where one is too large, is
    packed in a way that hides how large it is, or is no page; and for more of them than any register has.
    """
    pages = before = 0
    for chunk in sorted(_chunks(_footer(file, size), size)):
        # No page is walked through twice: so it takes as long as the file is, whatever its footer says.
        if chunk.start < before:
            raise UnreadableRegister(DAMAGED)
        before = chunk.end
        for _ in _pages(file, chunk):
            pages += 1
            if pages > _MOST_PAGES:
                raise UnreadableRegister(f"It has more than {_MOST_PAGES} pages.")


def _footer(file: BinaryIO, size: int) -> Struct:
    """It stands at the end, and says how long it is: `length · PAR1`."""
    file.seek(max(0, size - 8))
    end = file.read(8)
    length = int.from_bytes(end[:4], "little")
    if size < _SMALLEST_END or end[4:] != MAGIC or length > size - _SMALLEST_END:
        raise UnreadableRegister(DAMAGED)
    if length > _LONGEST_FOOTER:
        raise UnreadableRegister("The description of its columns is too long.")
    file.seek(size - 8 - length)
    data = file.read(length)
    try:
        found, _ = read_struct(data)
    except NotThrift:
        raise UnreadableRegister(DAMAGED) from None
    if _OLD_WRITER.match(found.get(_WRITER, b"")):
        raise UnreadableRegister("It is written by a version of parquet-mr before 1.2.9: write it with a later one.")
    return found


def _chunks(footer: Struct, size: int) -> Iterator[_Chunk]:
    for group in footer.get(_GROUPS) or ():
        for column in group.get(_CHUNKS) or ():
            meta = column.get(_META)
            if meta is None or _ELSEWHERE in column:
                raise UnreadableRegister(DAMAGED)
            start, length = meta.get(_DATA_AT), meta.get(_LENGTH)
            if start is None or length is None:
                raise UnreadableRegister(DAMAGED)
            start = min(start, meta.get(_DICTIONARY_AT) or start)
            if start < len(MAGIC) or length < 0 or start + length > size:
                raise UnreadableRegister(DAMAGED)
            yield _Chunk(start, start + length)


def _pages(file: BinaryIO, chunk: _Chunk) -> Iterator[Struct]:
    position = chunk.start
    while position < chunk.end:
        file.seek(position)
        try:
            header, size = read_struct(file.read(_LONGEST_HEADER))
        except NotThrift:
            raise UnreadableRegister(_NO_HEADER) from None
        _check(header)
        position += size + header[_COMPRESSED]
        if position > chunk.end:
            raise UnreadableRegister(_NO_HEADER)
        yield header


def _check(header: Struct) -> None:
    unpacked, packed = header.get(_UNCOMPRESSED), header.get(_COMPRESSED)
    described, encoding = _KINDS.get(header.get(_KIND, -1), (None, None))
    page = None if described is None else header.get(described)
    if page is None or encoding is None or unpacked is None or packed is None or packed < 0:
        raise UnreadableRegister(_NO_HEADER)
    largest = min(_LARGEST_PAGE, _BYTES_A_PAGE + _BYTES_A_VALUE * max(0, page.get(_VALUES, 0)))
    if not 0 <= unpacked <= largest:
        raise UnreadableRegister("A page of it unpacks to more than a register's cells can hold.")
    if page.get(encoding) not in _ENCODINGS:
        raise UnreadableRegister("A page of it has an encoding that is not read: write it as PLAIN or dictionary.")
