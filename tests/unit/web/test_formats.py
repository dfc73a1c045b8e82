"""Values as people read them."""

import datetime as dt

import pytest

from vneid_idp.web import formats

MIDNIGHT = 1_795_194_000_000
"""20 November 2026, 17:00 UTC: the first moment of the 21st in Vietnam."""


def test_dates_are_days_in_vietnam() -> None:
    assert formats.format_date(MIDNIGHT - 1) == "20/11/2026"
    assert formats.format_date(MIDNIGHT) == "21/11/2026"
    assert formats.format_date(dt.date(2004, 2, 29)) == formats.format_date("2004-02-29") == "29/02/2004"
    assert formats.format_date(dt.date(987, 1, 2)) == "02/01/0987"


def test_times_are_vietnamese() -> None:
    assert formats.format_clock(0) == "07:00"
    assert formats.format_datetime(0) == "01/01/1970 07:00"


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [(0, "0", "0"), (999, "999", "999"), (1_234_567, "1.234.567", "1,234,567"), (-1000, "-1.000", "-1,000")],
)
def test_numbers(value: int, vi: str, en: str) -> None:
    assert (formats.format_number(value, "vi"), formats.format_number(value, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("+84951234567", "0951 234 567"),
        ("0951234567", "0951 234 567"),
        ("+84 95 123 4567", "0951 234 567"),
        ("+15550100", "+15550100"),
        ("unknown", "unknown"),
    ],
)
def test_phone_numbers(value: str, shown: str) -> None:
    assert formats.format_phone(value) == shown


def test_masked_phone_number_tells_three_digits() -> None:
    assert formats.format_masked_phone("+84951234567") == "09•• ••• 567"
    assert formats.format_masked_phone("+15550100") == "••• ••• 100"


def test_id_numbers() -> None:
    assert formats.format_id_number("097204000123") == "097 204 000 123"
    assert formats.format_id_number("12345") == "12345"
