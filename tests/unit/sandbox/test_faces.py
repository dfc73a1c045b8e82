"""Make-believe faces: scores of one person and of two are apart but for a little, and what is no living face shows."""

import pytest

from vneid_idp.sandbox.country.dice import Dice
from vneid_idp.sandbox.faces.model import THRESHOLD, Shows, capture, face_of, from_bytes, score

PEOPLE = [f"per_{number}" for number in range(150)]


def scores(shows: Shows) -> list[float]:
    found = []
    for person in PEOPLE:
        shown = from_bytes(capture(person, shows, Dice(7, person)).template)
        assert shown is not None
        found.append(score(face_of(person), shown))
    return found


def test_everybody_has_one_face_and_every_capture_is_another() -> None:
    assert face_of("per_1") == face_of("per_1") != face_of("per_2")
    same = [capture("per_1", Shows.GENUINE, Dice(seed)).template for seed in (1, 1, 2)]
    assert same[0] == same[1] != same[2]
    assert score(face_of("per_1"), face_of("per_1")) == 1
    assert from_bytes(same[0][:-1]) is None


def test_the_scores_of_one_person_and_of_two_overlap_a_little() -> None:
    faces = [face_of(person) for person in PEOPLE]
    impostors = [score(one, other) for at, one in enumerate(faces) for other in faces[:at]]
    assert len(impostors) > 10_000
    assert sum(each >= THRESHOLD for each in impostors) <= 2
    assert max(impostors) > 0.2, "some look alike"
    genuine = scores(Shows.GENUINE)
    assert 0 < sum(each < THRESHOLD for each in genuine) < 0.06 * len(genuine)
    assert 0.55 < sum(genuine) / len(genuine) < 0.75
    assert max(scores(Shows.OTHER)) < THRESHOLD
    assert sum(each >= THRESHOLD for each in scores(Shows.PHOTOGRAPH)) > 0.9 * len(PEOPLE), "it is the person's face"


@pytest.mark.parametrize(
    ("shows", "least", "most"),
    [(Shows.GENUINE, 0.97, 1), (Shows.OTHER, 0.97, 1), (Shows.PHOTOGRAPH, 0, 0.03), (Shows.MASK, 0.01, 0.12)],
)
def test_who_is_taken_for_alive(shows: Shows, least: float, most: float) -> None:
    alive = sum(capture(person, shows, Dice(7, person)).is_alive for person in PEOPLE) / len(PEOPLE)
    assert least <= alive <= most
