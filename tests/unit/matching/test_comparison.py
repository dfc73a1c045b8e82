"""What is compared with the population register, and what is said of nobody."""

from dataclasses import replace
from datetime import date

import pytest

from tests.support.people import persona
from vneid_idp.faces.evidence import FaceRoute
from vneid_idp.faces.port import FaceOutcome
from vneid_idp.matching import comparison
from vneid_idp.matching.comparison import Claimed, ShownFace, compare
from vneid_idp.matching.names import Likeness
from vneid_idp.matching.rules import Field, Result

MATCH, MISMATCH = Result
RECORD = persona("complete").record
RIGHT = Claimed(RECORD.personal_number, RECORD.full_name, RECORD.birth_date)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"id_number": "097000000000"}, Field.ID_NUMBER),
        ({"full_name": "Somebody Else"}, Field.FULL_NAME),
        ({"birthdate": date(1990, 1, 1)}, Field.BIRTHDATE),
    ],
)
def test_each_field_is_told_by_itself(wrong: dict[str, object], field: Field) -> None:
    right = compare(RIGHT, RECORD)
    assert right.results == dict.fromkeys((Field.ID_NUMBER, Field.FULL_NAME, Field.BIRTHDATE), MATCH)
    assert (right.person_id, right.name) == (RECORD.person_id, Likeness.EQUAL)
    spoilt = compare(replace(RIGHT, **wrong), RECORD)  # type: ignore[arg-type]
    assert spoilt.results == {**right.results, field: MISMATCH}
    left_out = compare(replace(RIGHT, **dict.fromkeys(wrong)), RECORD)
    assert left_out.results == {name: MATCH for name in right.results if name is not field}


def test_a_name_that_is_nearly_it_is_another_name() -> None:
    found = compare(replace(RIGHT, full_name=RECORD.full_name + "h"), RECORD)
    assert (found.results[Field.FULL_NAME], found.name) == (MISMATCH, Likeness.NEAR)


@pytest.mark.parametrize("record", [None, replace(RECORD, deceased_at=1)])
def test_nobody_and_who_has_died_agree_with_nothing(record: object) -> None:
    nobody = Claimed(*comparison._NOBODY)
    for claimed in (RIGHT, nobody):
        found = compare(claimed, record)  # type: ignore[arg-type]
        assert found.results == dict.fromkeys((Field.ID_NUMBER, Field.FULL_NAME, Field.BIRTHDATE), MISMATCH)
        assert (found.person_id, found.name) == (None, None)


@pytest.mark.parametrize("outcome", FaceOutcome)
def test_a_face_counts_as_it_was_compared_and_for_nobody_as_another(outcome: FaceOutcome) -> None:
    shown = replace(RIGHT, face=ShownFace("evidence", FaceRoute.NATIONAL))
    expected = {FaceOutcome.MATCH: MATCH, FaceOutcome.MISMATCH: MISMATCH, FaceOutcome.UNDECIDED: None}
    assert compare(shown, RECORD, outcome).results.get(Field.FACE) is expected[outcome]
    assert list(compare(shown, RECORD, FaceOutcome.MATCH).results) == list(Field)
    for record in (None, replace(RECORD, deceased_at=1)):
        assert compare(shown, record, outcome).results == dict.fromkeys(Field, MISMATCH)
