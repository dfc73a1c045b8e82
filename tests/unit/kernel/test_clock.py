"""Instants, and the day in Vietnam."""

from datetime import UTC, date, datetime

import pytest

from vneid_idp.kernel.clock import DAY, SystemClock, local_date, to_rfc3339, to_seconds


def instant(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1000  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (instant(2026, 11, 21, 16, 59, 59) + 999, date(2026, 11, 21)),
        (instant(2026, 11, 21, 17), date(2026, 11, 22)),
        (instant(1969, 12, 31, 17), date(1970, 1, 1)),
    ],
)
def test_the_day_turns_at_midnight_in_vietnam(moment: int, day: date) -> None:
    assert local_date(moment) == day


def test_seconds_and_text() -> None:
    assert to_seconds(1999) == 1
    assert to_rfc3339(instant(2026, 11, 21, 1, 2, 3) + 999) == "2026-11-21T01:02:03Z"


def test_the_machines_clock_is_in_milliseconds() -> None:
    assert abs(SystemClock().now() - datetime.now(UTC).timestamp() * 1000) < DAY
