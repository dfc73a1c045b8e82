"""Which rows are in force on a day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.kernel.clock import midnight
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.rules import Gap, Policy, Requirement, Threshold, ThresholdRow, gaps, thresholds_missing

START = date(2027, 1, 1)
AGE = Threshold.GUARDIAN_UNTIL_AGE


def row(days: int, level: int, until: int | None = None) -> Requirement:
    return Requirement("thing", "use", level, False, "§ 1", _day(days), None if until is None else _day(until))


def age(days: int, number: int, until: int | None = None) -> ThresholdRow:
    return ThresholdRow(AGE, number, "§ 2", _day(days), None if until is None else _day(until))


def _day(days: int) -> date:
    return START + timedelta(days)


def level(policy: Policy, days: int) -> int | None:
    found = policy.on(_day(days)).requirement("thing", "use")
    return None if found is None else found.minimum_level


def test_a_row_holds_from_midnight_in_viet_nam() -> None:
    policy = Policy((row(0, 1), row(5, 2)), (age(0, 16),))
    turn = midnight(_day(5))
    before, after = policy.at(turn - 1), policy.at(turn)
    assert [found.requirements["thing", "use"].minimum_level for found in (before, after)] == [1, 2]
    assert level(policy, -1) is None


def test_a_row_that_ends_gives_way_to_the_one_before_it() -> None:
    policy = Policy((row(0, 1), row(5, 2, until=8)), (age(0, 16),))
    assert [level(policy, day) for day in (4, 5, 7, 8)] == [1, 2, 2, 1]
    assert gaps(policy) == ()


def test_a_gap_is_named() -> None:
    policy = Policy((row(0, 1, until=3), row(5, 2)), (age(0, 16),))
    assert [level(policy, day) for day in (2, 3, 4, 5)] == [1, None, None, 2]
    assert gaps(policy) == (Gap("thing", "use", _day(3)),)


def test_of_two_rows_of_one_day_the_one_published_last_stands() -> None:
    earlier, later = Policy((row(5, 1),), (age(0, 16),)), Policy((row(5, 2),), (age(0, 18),))
    assert level(earlier.amended(later), 5) == 2
    assert earlier.amended(later).on(_day(0))[AGE] == 18
    assert level(later.amended(earlier), 5) == 1


def test_an_amendment_of_an_earlier_day_leaves_the_later_row() -> None:
    assert level(Policy((row(5, 1),), ()).amended(Policy((row(3, 2),), ())), 5) == 1


def test_before_its_first_day_a_threshold_has_its_first_number() -> None:
    policy = Policy((), (age(5, 18), age(0, 16)))
    assert [policy.on(_day(day))[AGE] for day in (-400, 0, 4, 5)] == [16, 16, 16, 18]


def test_a_threshold_that_would_be_missing_on_a_day_is_named() -> None:
    assert thresholds_missing(shipped()) == ()
    whole = shipped().amended(Policy((), (age(0, 18, until=9),)))
    assert thresholds_missing(whole) == ()
    assert set(thresholds_missing(Policy((), (age(0, 16),)))) == set(Threshold) - {AGE}
    others = tuple(found for found in shipped().thresholds if found.name is not AGE)
    ending = Policy((), (*others, age(0, 16, until=9)))
    assert thresholds_missing(ending) == (AGE,)
    assert thresholds_missing(ending.amended(Policy((), (age(9, 18),)))) == ()


def test_what_is_in_force_is_worked_out_once_a_day() -> None:
    policy = shipped()
    assert policy.on(START) is policy.on(START)


ROWS = st.lists(
    st.tuples(st.integers(0, 9), st.none() | st.integers(1, 9), st.integers(0, 2)).map(
        lambda drawn: row(drawn[0], drawn[2], None if drawn[1] is None else drawn[0] + drawn[1])
    ),
    max_size=6,
)


@given(ROWS, st.integers(-1, 20))
def test_any_rows_stand_as_the_sentence_says(rows: list[Requirement], days: int) -> None:
    day = _day(days)
    expected = None
    for found in rows:
        holds = found.in_force_from <= day and (found.in_force_until is None or day < found.in_force_until)
        if holds and (expected is None or found.in_force_from >= expected.in_force_from):
            expected = found
    assert Policy(tuple(rows), ()).on(day).requirement("thing", "use") == expected
