"""What a service has of a person, held against their record."""

from dataclasses import replace
from datetime import date

import pytest

from tests.support.people import persona
from vneid_idp.identity.personal_id import Sex
from vneid_idp.identity.register.records import Address, Card, CardKind
from vneid_idp.matching.attributes import TEXTS, Attribute, Compared, compare_attributes
from vneid_idp.matching.rules import Result
from vneid_idp.matching.similarity import similarity

RECORD = replace(
    persona("complete").record,
    full_name="Nguyễn Thị Minh Anh",
    family_name="Nguyễn",
    middle_name="Thị Minh",
    given_name="Anh",
    birth_date=date(1996, 4, 12),
    sex=Sex.FEMALE,
    nationality="VN",
    email="minh.anh@example.test",
    card=Card(CardKind.CITIZEN, date(2021, 4, 12), date(2036, 4, 12)),
    address=Address("12 Phố Huế", "Phường Hai Bà Trưng", "01", postal_code="11622"),
)
RIGHT = {
    Attribute.ID_NUMBER: RECORD.personal_number,
    Attribute.DOCUMENT_KIND: "national_id_card",
    Attribute.DOCUMENT_EXPIRY: "2036-04-12",
    Attribute.FULL_NAME: "NGUYỄN  THỊ MINH ANH",
    Attribute.GIVEN_NAME: "anh",
    Attribute.FAMILY_NAME: "Nguyễn",
    Attribute.MIDDLE_NAME: "Thị Minh",
    Attribute.ADDRESS: "12 phố Huế, Phường Hai Bà Trưng, Hà Nội",
    Attribute.STREET: "12 Phố Huế",
    Attribute.WARD: "Phường Hai Bà Trưng",
    Attribute.PROVINCE: "Hà Nội",
    Attribute.POSTAL_CODE: "11622",
    Attribute.COUNTRY: "VN",
    Attribute.BIRTHDATE: "1996-04-12",
    Attribute.EMAIL: "Minh.Anh@example.test",
    Attribute.GENDER: "FEMALE",
    Attribute.NATIONALITY: "VN",
}


def test_each_attribute_agrees_with_what_the_register_has_and_with_nothing_else() -> None:
    assert set(RIGHT) == set(Attribute)
    assert compare_attributes(RIGHT, RECORD) == dict.fromkeys(RIGHT, Compared(Result.MATCH))
    wrong = compare_attributes(dict.fromkeys(RIGHT, "Z"), RECORD)
    assert {each.result for each in wrong.values()} == {Result.MISMATCH}
    assert {attribute for attribute, each in wrong.items() if each.score is not None} == TEXTS


def test_what_the_register_does_not_have_is_neither_equal_nor_different() -> None:
    bare = replace(RECORD, card=None, address=None, email=None, family_name=None, middle_name=None, given_name=None)
    always = {"id_number", "full_name", "birthdate", "gender", "nationality"}
    assert set(compare_attributes(RIGHT, bare)) == always
    for_life = replace(RECORD, card=Card(CardKind.CITIZEN, date(2021, 4, 12), None))
    assert Attribute.DOCUMENT_EXPIRY not in compare_attributes(RIGHT, for_life)


@pytest.mark.parametrize(
    ("name", "score"),
    [("Nguyễn Thị Minh An", 98), ("Nguyen Thi Minh Anh", 94), ("Trần Văn Bình", 51), ("", 0)],
)
def test_a_text_that_differs_says_how_near_it_comes_and_never_all_of_it(name: str, score: int) -> None:
    found = compare_attributes({Attribute.FULL_NAME: name}, RECORD)[Attribute.FULL_NAME]
    assert found == Compared(Result.MISMATCH, score)
    long = replace(RECORD, full_name="a" * 300)
    assert compare_attributes({Attribute.FULL_NAME: "a" * 299 + "b"}, long)[Attribute.FULL_NAME].score == 99


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # Winkler's own examples.
        ("martha", "marhta", 0.961), ("dwayne", "duane", 0.840), ("dixon", "dicksonx", 0.813),
        ("jones", "johnson", 0.832), ("abroms", "abrams", 0.922), ("a", "a", 1.0), ("a", "b", 0.0), ("", "", 1.0),
        ("", "a", 0.0),
    ],
)  # fmt: skip
def test_how_near_two_texts_come(one: str, other: str, expected: float) -> None:
    assert similarity(one, other) == pytest.approx(expected, abs=0.001)
