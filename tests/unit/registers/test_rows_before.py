"""What the rows before say of one, counted for a whole register in memory that does not grow with it."""

from dataclasses import replace

import pytest

from tests.support.registers import ROW
from vneid_idp.registers.rows import Document, DocumentType, HolderKind, Service
from vneid_idp.registers.rows_before import RowsBefore


@pytest.fixture
def before() -> RowsBefore:
    return RowsBefore()


def test_a_number_stood_there_before_or_not(before: RowsBefore) -> None:
    numbers = ["+84950000000", "+84950000001", "+84959999999", "+84960000000", "+84990000000"]
    assert [before.stood_before(number) for number in numbers] == [False] * 5
    assert [before.stood_before(number) for number in numbers] == [True] * 5
    assert not before.stood_before("+84950000008")


def test_numbers_are_counted_by_the_papers_of_the_person(before: RowsBefore) -> None:
    other = replace(ROW, document=Document(DocumentType.CITIZEN_CARD, "097196000002"))
    assert [before.place(row) for row in (ROW, other, ROW, ROW, other)] == [1, 1, 2, 3, 2]
    korean, french = (
        replace(ROW, document=Document(DocumentType.PASSPORT, "M1234567"), nationality=nation)
        for nation in ("KR", "FR")
    )
    assert [before.place(row) for row in (korean, french, korean)] == [1, 1, 2]
    assert before.place(replace(ROW, nationality=None)) == 4, "of a card the country is no part of the number"


def test_very_many_are_told_apart(before: RowsBefore) -> None:
    """More than there is room for at first."""
    rows = [replace(ROW, document=Document(DocumentType.CITIZEN_CARD, f"097196{at:06d}")) for at in range(30_000)]
    assert {(before.place(row), before.place(row)) for row in rows} == {(1, 2)}
    assert {before.place(row) for row in rows} == {3}


def test_what_is_no_persons_number_to_speak_with_is_not_counted(before: RowsBefore) -> None:
    uncounted = (
        replace(ROW, service=Service.MACHINE),
        replace(ROW, holder_kind=HolderKind.ORGANISATION),
        replace(ROW, document=None),
    )
    assert [before.place(row) for row in (*uncounted, *uncounted, ROW)] == [1] * 7
