"""Values that are altered little."""

from dataclasses import dataclass

from vneid_idp.kernel.values import altered


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int


def test_what_changes_nothing_gives_the_value_itself() -> None:
    point = Point(1, 2)
    assert altered(point, x=1, y=2) is point


def test_one_that_differs_is_enough() -> None:
    assert altered(Point(1, 2), x=1, y=3) == Point(1, 3)
