"""Every class of rows, the borders between them, and which one comes first."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.support.people import persona
from tests.support.registers import HOLDER, RECORD, ROW
from vneid_idp.registers.classes import RULES, Found, RowClass, Terms, asks_for, classify
from vneid_idp.registers.rows import Document, DocumentType, HolderKind, Service

NUMBER = RECORD.personal_number
TERMS = Terms(date(2026, 11, 24), most_numbers=3, minor_under_age=15)
ORGANISATION = {
    "holder_kind": HolderKind.ORGANISATION,
    "organisation_code": "0101234567",
    "user_document": ROW.document,
    "document": None,
}
CHILD = date(2011, 11, 25)
"""Who turns 15 the day after."""


def papers(kind: DocumentType, number: str = "M1234567") -> dict[str, Any]:
    return {"document": Document(kind, number)}


def of(row: dict[str, Any], found: dict[str, Any], holder: dict[str, Any]) -> tuple[RowClass, ...]:
    """The class of the row that all is right with, changed in these ways, and what else is true of it."""
    person = replace(HOLDER, **holder)
    classified = classify(replace(ROW, **row), replace(Found(person), **found), TERMS)
    return (classified.row_class, *classified.also)


@pytest.mark.parametrize(
    ("row", "found", "holder", "expected"),
    [
        ({}, {}, {}, "consistent"),
        ({"full_name": RECORD.full_name.upper()}, {}, {}, "consistent"),
        ({}, {"stood_before": True}, {}, "duplicate"),
        ({"service": Service.MACHINE}, {}, {}, "machine"),
        ({"document": None}, {"holder": None}, {}, "incomplete"),
        ({"full_name": None}, {"holder": None}, {}, "incomplete"),
        ({"birth_date": None}, {"holder": None}, {}, "incomplete"),
        (papers(DocumentType.PASSPORT), {"holder": None}, {}, "incomplete"),
        (ORGANISATION, {"holder": None}, {}, "organisation"),
        (ORGANISATION | {"user_document": None}, {"holder": None}, {}, "incomplete organisation"),
        (ORGANISATION | {"organisation_code": None}, {"holder": None}, {}, "incomplete organisation"),
        (papers(DocumentType.UNDETERMINED), {"holder": None}, {}, "undetermined"),
        (papers(DocumentType.PASSPORT) | {"nationality": "KR"}, {"holder": None}, {}, "foreigner_passport"),
        (papers(DocumentType.PASSPORT) | {"nationality": None}, {"holder": None}, {}, "foreigner_passport"),
        (papers(DocumentType.NINE_DIGIT_CARD, "123456789"), {"holder": None}, {}, "nine_digit_card"),
        ({}, {"holder": None}, {}, "no_such_person"),
        ({}, {}, {"is_deceased": True}, "deceased"),
        ({"birth_date": date(1990, 1, 1)}, {}, {}, "birthdate_differs"),
        ({"full_name": "Nguyen Van Khac"}, {}, {}, "name_differs"),
        ({}, {"place": 3}, {}, "consistent"),
        ({}, {"place": 4}, {}, "too_many"),
        ({"birth_date": CHILD}, {}, {"birth_date": CHILD}, "minor"),
        ({"birth_date": date(2011, 11, 24)}, {}, {"birth_date": date(2011, 11, 24)}, "consistent"),
        (papers(DocumentType.RESIDENCE_CARD, NUMBER), {}, {}, "foreigner_card"),
        (papers(DocumentType.RESIDENCE_CARD, "TR12345"), {"holder": None}, {}, "foreigner_card"),
        (papers(DocumentType.RESIDENCE_CARD, NUMBER), {"holder": None}, {}, "no_such_person foreigner_card"),
        ({}, {}, {"kind": persona("foreigner").record.kind}, "foreigner_card"),
    ],
)  # fmt: skip
def test_each_class(row: dict[str, Any], found: dict[str, Any], holder: dict[str, Any], expected: str) -> None:
    assert of(row, found, holder) == tuple(RowClass(each) for each in expected.split())


@pytest.mark.parametrize(
    ("row", "found", "holder", "expected"),
    [
        ({"service": Service.MACHINE}, {"stood_before": True}, {}, "duplicate machine"),
        (ORGANISATION | {"service": Service.MACHINE}, {"holder": None}, {}, "machine organisation"),
        ({"birth_date": date(1990, 1, 1), "full_name": "Hai"}, {"place": 9}, {"is_deceased": True},
         "deceased birthdate_differs name_differs too_many"),
        ({"birth_date": CHILD}, {"place": 4}, {"birth_date": CHILD}, "too_many minor"),
        (papers(DocumentType.NINE_DIGIT_CARD, "123456789"), {"holder": None, "place": 4}, {},
         "nine_digit_card too_many"),
        (papers(DocumentType.RESIDENCE_CARD, NUMBER) | {"full_name": "Hai"}, {}, {}, "name_differs foreigner_card"),
    ],
)  # fmt: skip
def test_of_several_the_first_is_the_class(
    row: dict[str, Any], found: dict[str, Any], holder: dict[str, Any], expected: str
) -> None:
    assert of(row, found, holder) == tuple(RowClass(each) for each in expected.split())


def test_a_row_that_cannot_be_read_is_malformed() -> None:
    assert classify(None, Found(), TERMS).row_class is RowClass.MALFORMED


@pytest.mark.parametrize(
    ("row", "asked"),
    [
        ({}, NUMBER),
        (papers(DocumentType.RESIDENCE_CARD, NUMBER), NUMBER),
        (papers(DocumentType.PASSPORT, NUMBER), None),
        (papers(DocumentType.NINE_DIGIT_CARD, "123456789"), None),
        ({"service": Service.MACHINE}, None),
        (ORGANISATION | {"document": ROW.document}, None),
        ({"full_name": None}, None),
        ({"birth_date": None}, None),
        ({"document": None}, None),
    ],
)
def test_nobody_is_looked_up_whose_row_does_not_depend_on_it(row: dict[str, Any], asked: str | None) -> None:
    assert asks_for(replace(ROW, **row)) == asked


def test_every_class_has_its_rule_once() -> None:
    assert [rule.row_class for rule in RULES] == list(RowClass)
    assert [rule.row_class for rule in RULES if rule.applies is None] == [RowClass.MALFORMED, RowClass.CONSISTENT]


def test_the_readme_shows_the_table() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    rows = [f"| `{rule.row_class}` | {rule.meaning} | {rule.source} |".replace("|  |", "| |") for rule in RULES]
    assert "\n".join(rows) in readme
