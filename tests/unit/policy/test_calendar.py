"""The calendar of intervals: hours to the minute, days by the dates of Viet Nam, working days without its holidays."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.kernel.clock import HOUR, SECOND, VIETNAM, Instant, local_date, midnight
from vneid_idp.policy.calendar import Calendar
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.intervals import Holiday, TimeUnit

OFFICIAL = Calendar(shipped().holidays)
HOURS, DAYS, WORKING_DAYS = TimeUnit


def at(text: str) -> Instant:
    """An instant of the clock on a wall in Viet Nam."""
    return int(datetime.fromisoformat(text).replace(tzinfo=VIETNAM).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("since", "amount", "unit", "over"),
    [
        ("2026-06-15T08:00", 0, HOURS, "2026-06-15T08:00"),
        ("2026-06-15T23:30", 2, HOURS, "2026-06-16T01:30"),
        ("2028-02-28T23:00", 24, HOURS, "2028-02-29T23:00"),
        # The first day does not count: what happens at 00:00 and at 23:59 of a day is over together.
        ("2026-04-15T00:00", 60, DAYS, "2026-06-15T00:00"),
        ("2026-04-15T23:59", 60, DAYS, "2026-06-15T00:00"),
        ("2026-04-16T00:00", 60, DAYS, "2026-06-16T00:00"),
        ("2026-06-15T00:00", 60, DAYS, "2026-08-15T00:00"),
        ("2028-02-28T12:00", 1, DAYS, "2028-03-01T00:00"),
        ("2027-02-28T12:00", 1, DAYS, "2027-03-02T00:00"),
        ("2026-12-31T12:00", 1, DAYS, "2027-01-02T00:00"),
        ("2027-01-31T12:00", 30, DAYS, "2027-03-03T00:00"),
        # From a Friday; over a weekend; over Tet of 2027, which is off from Thursday to the Wednesday after.
        ("2026-11-27T09:00", 1, WORKING_DAYS, "2026-12-01T00:00"),
        ("2026-11-28T09:00", 1, WORKING_DAYS, "2026-12-01T00:00"),
        ("2027-02-03T09:00", 1, WORKING_DAYS, "2027-02-12T00:00"),
        ("2027-02-02T09:00", 2, WORKING_DAYS, "2027-02-12T00:00"),
        ("2026-02-13T09:00", 1, WORKING_DAYS, "2026-02-24T00:00"),
        # The Hung Kings' day of 2026 was a Sunday, 1 May of 2027 a Saturday: the Monday after is off as well.
        ("2026-04-24T09:00", 1, WORKING_DAYS, "2026-04-29T00:00"),
        ("2027-04-29T09:00", 1, WORKING_DAYS, "2027-05-05T00:00"),
        ("2026-11-23T09:00", 1, WORKING_DAYS, "2026-11-26T00:00"),
    ],
)
def test_an_interval_is_over(since: str, amount: int, unit: TimeUnit, over: str) -> None:
    assert OFFICIAL.after(at(since), amount, unit) == at(over)


def test_a_day_turns_at_midnight_in_viet_nam() -> None:
    turn = int(datetime(2026, 4, 15, 17, tzinfo=UTC).timestamp()) * SECOND  # the 16th begins there
    before, after = (OFFICIAL.after(instant, 1, DAYS) for instant in (turn - 1, turn))
    assert (before, after) == (at("2026-04-17T00:00"), at("2026-04-18T00:00"))


def test_a_later_row_takes_a_holiday_back_or_makes_a_saturday_a_working_day() -> None:
    monday, saturday = date(2026, 8, 31), date(2026, 8, 22)
    rows = [Holiday(day, "x", day == monday, "§") for day in (monday, saturday)]
    calendar = Calendar(rows)
    assert (calendar.is_working_day(monday), calendar.is_working_day(saturday)) == (False, True)
    assert Calendar([*rows, Holiday(monday, "x", False, "§")]).is_working_day(monday)
    assert not Calendar([]).is_working_day(saturday)


INSTANTS = st.integers(midnight(date(2000, 1, 1)), midnight(date(2199, 12, 31)))
HOLIDAYS = st.dictionaries(st.dates(date(2026, 12, 1), date(2027, 3, 31)), st.booleans(), max_size=40)


@given(INSTANTS, st.integers(1, 4_000))
def test_so_many_whole_days_pass_and_the_end_is_a_midnight(since: Instant, days: int) -> None:
    over = OFFICIAL.after(since, days, DAYS)
    assert over == midnight(local_date(over))
    assert local_date(over) - local_date(since) == timedelta(days=days + 1)
    assert days * 24 * HOUR < over - since <= (days + 1) * 24 * HOUR


@given(HOLIDAYS, st.integers(midnight(date(2026, 12, 1)), midnight(date(2027, 3, 31))), st.integers(1, 60))
def test_so_many_working_days_pass_and_the_last_is_one(off: dict[date, bool], since: Instant, amount: int) -> None:
    calendar = Calendar(Holiday(day, "x", is_off, "§") for day, is_off in off.items())
    over = calendar.after(since, amount, WORKING_DAYS)
    first, end = local_date(since) + timedelta(days=1), local_date(over)
    passed = [first + timedelta(days=number) for number in range((end - first).days)]
    assert sum(map(calendar.is_working_day, passed)) == amount
    assert calendar.is_working_day(passed[-1])
    assert over == midnight(end)


@given(INSTANTS, st.integers(0, 10 * 24 * HOUR), st.integers(1, 30), st.sampled_from(TimeUnit))
def test_what_begins_later_is_not_over_sooner(since: Instant, later: Instant, amount: int, unit: TimeUnit) -> None:
    assert OFFICIAL.after(since, amount, unit) <= OFFICIAL.after(since + later, amount, unit)
    assert OFFICIAL.after(since, amount, unit) < OFFICIAL.after(since, amount + 1, unit)
