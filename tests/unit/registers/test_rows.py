"""What a row means: one form of every number, name and day, and each fault at its place."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.registers.classes import RowClass
from vneid_idp.registers.columns import COLUMNS, Column, Line
from vneid_idp.registers.faults import Fault, FaultCode
from vneid_idp.registers.rows import Channel, Document, DocumentType, HolderKind, RegisterRow, Service, read_row
from vneid_idp.sandbox.country.invented_register import invented_rows

GOOD = {
    "phone_number": "+84951234567",
    "id_document_type": "citizen_card",
    "id_document": "097196000001",
    "full_name": "Nguyễn Ánh",
    "birthdate": "1996-04-12",
}


def row(**cells: str) -> RegisterRow | tuple[Fault, ...]:
    given = GOOD | cells
    return read_row(Line(7, [given.get(column.value, "") for column in COLUMNS]))


def test_what_a_row_leaves_out_is_not_there() -> None:
    read = row()
    assert isinstance(read, RegisterRow)
    assert (read.line, read.phone_number) == (7, "+84951234567")
    assert read.document == Document(DocumentType.CITIZEN_CARD, "097196000001")
    assert (read.holder_kind, read.service) == (HolderKind.PERSON, Service.PERSON_TO_PERSON)
    assert [read.nationality, read.organisation_code, read.user_document, read.authenticated_by] == [None] * 4


@pytest.mark.parametrize(
    ("by", "authenticated", "device_changed", "is_authenticated"),
    [
        ("", "", "", False),
        ("carrier_app", "", "", False),
        ("", "2026-05-01", "", False),
        ("carrier_app", "2026-05-01", "", True),
        ("carrier_app", "2026-05-01", "2026-04-30", True),
        ("carrier_app", "2026-05-01", "2026-05-01", True),
        ("carrier_app", "2026-05-01", "2026-05-02", False),
    ],
)
def test_who_was_authenticated_in_another_device_is_checked_again(
    by: str, authenticated: str, device_changed: str, is_authenticated: bool
) -> None:
    read = row(authenticated_by=by, authenticated_at=authenticated, device_changed_at=device_changed)
    assert isinstance(read, RegisterRow)
    assert read.is_authenticated is is_authenticated


CITIZEN, NINE = DocumentType.CITIZEN_CARD, DocumentType.NINE_DIGIT_CARD


@pytest.mark.parametrize(
    ("cells", "name", "value"),
    [
        ({"phone_number": "0951234567"}, "phone_number", "+84951234567"),
        ({"phone_number": " 095 123 45 67 "}, "phone_number", "+84951234567"),
        ({"phone_number": "0084 951234567"}, "phone_number", "+84951234567"),
        ({"id_document": "097 196 000 001"}, "document", Document(CITIZEN, "097196000001")),
        ({"id_document": "123456789"}, "document", Document(NINE, "123456789")),
        ({"id_document_type": "", "id_document": "123456789"}, "document", Document(NINE, "123456789")),
        ({"id_document_type": "nine_digit_card"}, "document", Document(CITIZEN, "097196000001")),
        ({"id_document_type": "Passport", "id_document": "m 1234567"}, "document",
         Document(DocumentType.PASSPORT, "M1234567")),
        ({"id_document": ""}, "document", None),
        ({"full_name": "  Nguyễn \u00a0 A\u0301nh "}, "full_name", "Nguyễn Ánh"),
        ({"full_name": "  "}, "full_name", None),
        ({"birthdate": "12/04/1996"}, "birth_date", date(1996, 4, 12)),
        ({"birthdate": "1996-04-12T00:00:00"}, "birth_date", date(1996, 4, 12)),
        ({"activated_at": "2026-04-15T18:00:00Z"}, "activated_on", date(2026, 4, 16)),
        ({"nationality": "vn"}, "nationality", "VN"),
        ({"service": "MACHINE"}, "service", Service.MACHINE),
        ({"authenticated_by": "carrier_app"}, "authenticated_by", Channel.CARRIER_APP),
        ({"organisation_code": "0101234567-001"}, "organisation_code", "0101234567001"),
        ({"user_id_document": "097196000001"}, "user_document", Document(CITIZEN, "097196000001")),
    ],
)  # fmt: skip
def test_what_is_written_in_several_ways_means_one_thing(cells: dict[str, str], name: str, value: Any) -> None:
    assert getattr(row(**cells), name) == value


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("phone_number", "", FaultCode.NO_PHONE_NUMBER),
        ("phone_number", "  ", FaultCode.NO_PHONE_NUMBER),
        ("phone_number", "024 3825 0000", FaultCode.NOT_A_PHONE_NUMBER),
        ("phone_number", "8.49512E+10", FaultCode.NOT_A_PHONE_NUMBER),
        ("id_document", "97196000001", FaultCode.NOT_AN_ID_NUMBER),
        ("id_document", "003196000001", FaultCode.NOT_AN_ID_NUMBER),
        ("id_document", "٠٩٧١٩٦٠٠٠٠٠١", FaultCode.NOT_AN_ID_NUMBER),
        ("user_id_document", "=1+1", FaultCode.NOT_AN_ID_NUMBER),
        ("birthdate", "31/02/1990", FaultCode.NOT_A_DATE),
        ("birthdate", "1990", FaultCode.NOT_A_DATE),
        ("birthdate", "0001-01-01", FaultCode.NOT_A_DATE),
        ("activated_at", "0001-01-01T00:00:00+23:59", FaultCode.NOT_A_DATE),
        ("activated_at", "9999-12-31T23:59:59Z", FaultCode.NOT_A_DATE),
        ("id_document_type", "card", FaultCode.UNKNOWN_VALUE),
        ("holder_kind", "=cmd", FaultCode.UNKNOWN_VALUE),
        ("nationality", "VNM", FaultCode.UNKNOWN_VALUE),
        ("organisation_code", "@x", FaultCode.UNKNOWN_VALUE),
        ("full_name", "An\u200b", FaultCode.CONTROL_CHARACTER),
        ("full_name", "An\0", FaultCode.CONTROL_CHARACTER),
        ("full_name", "a" * 301, FaultCode.CELL_TOO_LONG),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(column: str, text: str, code: FaultCode) -> None:
    assert row(**{column: text}) == (Fault(7, Column(column), code),)


def test_all_that_is_wrong_is_told_at_once() -> None:
    read = row(phone_number="x", birthdate="x", id_document_type="passport", id_document="é")
    assert isinstance(read, tuple)
    assert {fault.column for fault in read} == {Column.PHONE_NUMBER, Column.BIRTHDATE, Column.ID_DOCUMENT}


@given(st.lists(st.text(max_size=40), min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_whatever_stands_there_is_a_row_or_faults(cells: list[str]) -> None:
    read = read_row(Line(1, cells))
    assert isinstance(read, RegisterRow) or (read and all(isinstance(fault, Fault) for fault in read))


def test_what_most_rows_look_like_is_read_as_the_same_written_otherwise() -> None:
    """Ordinary cells are read by a shorter way. Spaces around each take the long one."""
    for at, invented in enumerate(invented_rows(3_000, 3)):
        read = read_row(Line(at, invented.cells))
        assert read_row(Line(at, [f" {cell} " for cell in invented.cells])) == read
        assert isinstance(read, RegisterRow) is (invented.row_class is not RowClass.MALFORMED)
