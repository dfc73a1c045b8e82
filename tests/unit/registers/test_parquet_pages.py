"""What a Parquet file promises is read as its library reads it: what can be understood in two ways is refused."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from vneid_idp.registers.columns import UnreadableRegister
from vneid_idp.registers.parquet_pages import MAGIC, check_pages

I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12
Member = tuple[int, int, Any]
"""Of a struct: number, kind, value."""
DATA, DICTIONARY, DATA_2 = 0, 2, 3
PLAIN, DELTA_BYTE_ARRAY = 0, 7


def varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def zigzag(value: int) -> bytes:
    return varint(value << 1 if value >= 0 else (-value << 1) - 1)


def struct(members: Sequence[Member]) -> bytes:
    """In Thrift's compact protocol, each member with its number in full."""
    return b"".join(bytes([kind]) + zigzag(number) + encoded(kind, value) for number, kind, value in members) + b"\0"


def encoded(kind: int, value: Any) -> bytes:
    if kind == BINARY:
        return varint(len(value)) + bytes(value)
    if kind == LIST:
        return bytes([0xF0 | STRUCT]) + varint(len(value)) + b"".join(map(struct, value))
    return struct(value) if kind == STRUCT else zigzag(value)


def page(*more: Member, size: int = 100, packed: int = 0, kind: int = DATA) -> bytes:
    """A page that is whole as it stands, and what else its header says."""
    described = {DATA: (5, 2), DICTIONARY: (7, 2), DATA_2: (8, 4)}
    number, encoding = described.get(kind, (5, 2))
    content = [(1, I32, 1), (encoding, I32, PLAIN)]
    whole = [(1, I32, kind), (2, I32, size), (3, I32, packed), (number, STRUCT, content), *more]
    return struct(whole) + bytes(min(packed, 1_000))


def file_of(pages: bytes, *chunks: Sequence[Member], writer: bytes = b"parquet-cpp-arrow version 26.0.1") -> io.BytesIO:
    """A file with these pages; without `chunks` they are those of one column."""
    whole = chunks or (chunk(pages),)
    footer = struct([(4, LIST, [[(1, LIST, list(whole))]]), (6, BINARY, writer)])
    return io.BytesIO(MAGIC + pages + footer + len(footer).to_bytes(4, "little") + MAGIC)


def chunk(pages: bytes, *more: Member, start: int = len(MAGIC), kind: int = I64) -> list[Member]:
    return [(3, STRUCT, [(7, kind, len(pages)), (9, kind, start), *more])]


def check(file: io.BytesIO) -> None:
    check_pages(file, len(file.getvalue()))


def refusal(file: io.BytesIO) -> str:
    with pytest.raises(UnreadableRegister) as refused:
        check(file)
    return refused.value.detail or ""


PAGE = page()
BOMB = 2**31 - 1


@pytest.mark.parametrize("kind", [DATA, DICTIONARY, DATA_2])
def test_pages_as_writers_write_them_are_walked_through(kind: int) -> None:
    check(file_of(page(kind=kind, packed=50) * 3))


def twice() -> Iterator[Any]:
    """A library reads the member of the kind that it looks for, and passes over any other under its number."""
    yield pytest.param(page((2, I64, 100), size=BOMB), "no header", id="a size, once more in another kind")
    yield pytest.param(page((2, I32, BOMB)), "no header", id="a size, once more")
    yield pytest.param(page((2 + 2**16, I32, BOMB)), "no header", id="a member whose number comes round in 16 bits")
    yield pytest.param(page(packed=2**33), "no header", id="a length that comes round in 32 bits")
    yield pytest.param(page(packed=500)[:-400], "no header", id="a page that is longer than its column")
    wide = [(1, I32, 1), (4, I32, DELTA_BYTE_ARRAY)]
    pretended = struct([(1, I32, DATA_2), (2, I32, 100), (3, I32, 0), (5, STRUCT, [(1, I32, 9), (2, I32, PLAIN)]),
                        (8, STRUCT, wide)])  # fmt: skip
    yield pytest.param(pretended, "encoding", id="an encoding of another kind of page")
    yield pytest.param(page(kind=1), "no header", id="a kind of page that is not read")


@pytest.mark.parametrize(("pages", "why"), list(twice()))
def test_a_page_that_can_be_understood_in_two_ways_is_refused(pages: bytes, why: str) -> None:
    assert why in refusal(file_of(pages))


def test_the_pages_are_looked_for_where_a_library_does() -> None:
    hidden = page(size=BOMB)
    both = hidden + PAGE
    # An offset of another kind than it has is none: the pages begin with the hidden one.
    lure: Member = (11, I32, len(MAGIC) + len(hidden))
    assert "unpacks to more" in refusal(file_of(both, chunk(both, lure)))
    assert "not whole" in refusal(file_of(both, chunk(both, kind=I32)))
    assert "not whole" in refusal(file_of(both, chunk(both, start=-5)))
    assert "not whole" in refusal(file_of(PAGE, chunk(PAGE + bytes(1_000))))
    assert "not whole" in refusal(file_of(PAGE, [*chunk(PAGE), (1, BINARY, b"elsewhere.parquet")]))


@pytest.mark.parametrize("version", [b"", b" version 1.2.8", b" version 1.2", b" version 0.9.9", b" (build 1.13.1)"])
def test_a_writer_behind_whose_columns_more_is_read_is_refused(version: bytes) -> None:
    assert "before 1.2.9" in refusal(file_of(PAGE, writer=b"parquet-mr" + version))


@pytest.mark.parametrize("version", [b"1.2.9", b"1.10.1", b"1.13.1 (build db4183109d5b734ec5930d870cdae161e408ddba)"])
def test_what_spark_writes_today_is_read(version: bytes) -> None:
    check(file_of(PAGE, writer=b"parquet-mr version " + version))


def test_no_page_is_walked_through_twice_and_none_of_too_many() -> None:
    assert "not whole" in refusal(file_of(PAGE, chunk(PAGE), chunk(PAGE)))
    check(file_of(PAGE * 2, chunk(PAGE), chunk(PAGE, start=len(MAGIC) + len(PAGE))))


def test_more_pages_than_any_register_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vneid_idp.registers.parquet_pages._MOST_PAGES", 10)
    check(file_of(PAGE * 10))
    assert "more than 10 pages" in refusal(file_of(PAGE * 11))
