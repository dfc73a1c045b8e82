"""Ages turn at midnight in Viet Nam, and 29 February turns on 1 March."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.identity.ages import AgeBand, age, age_band, birthday, is_over
from vneid_idp.identity.register.cards import CardStatus, card_expires_at, card_status, citizen_card_expiry
from vneid_idp.identity.register.records import Card, CardKind
from vneid_idp.kernel.clock import VIETNAM

BIRTHS = st.dates(date(1900, 1, 1), date(2030, 12, 31))
YEARS = st.integers(0, 120)


def at(*parts: int) -> int:
    """An instant by Viet Nam's clock."""
    return int(datetime(*parts, tzinfo=VIETNAM).timestamp()) * 1000  # type: ignore[misc,arg-type]


@given(BIRTHS, YEARS)
def test_an_age_is_reached_at_midnight_and_not_a_moment_before(born: date, years: int) -> None:
    day = birthday(born, years)
    turning = at(day.year, day.month, day.day)
    assert is_over(born, years, turning)
    assert not is_over(born, years, turning - 1)
    assert age(born, turning) == years


@given(BIRTHS, st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1)))
def test_age_and_is_over_agree(born: date, moment: datetime) -> None:
    now = int(moment.replace(tzinfo=UTC).timestamp()) * 1000
    years = age(born, now)
    assert is_over(born, years, now) or years == 0
    assert not is_over(born, years + 1, now)


@given(BIRTHS, YEARS)
def test_a_birthday_is_never_early(born: date, years: int) -> None:
    day = birthday(born, years)
    assert (day.month, day.day) == (born.month, born.day) or (born.month, born.day, day.month, day.day) == (2, 29, 3, 1)


def test_born_on_29_february() -> None:
    born = date(2008, 2, 29)
    assert not is_over(born, 18, at(2026, 2, 28, 23, 59, 59))
    assert is_over(born, 18, at(2026, 3, 1))
    assert is_over(born, 16, at(2024, 2, 29))
    assert not is_over(born, 16, at(2024, 2, 28, 23, 59, 59))


def test_midnight_is_that_of_viet_nam() -> None:
    assert not is_over(date(2010, 11, 21), 16, int(datetime(2026, 11, 20, 16, 59, tzinfo=UTC).timestamp()) * 1000)
    assert is_over(date(2010, 11, 21), 16, int(datetime(2026, 11, 20, 17, tzinfo=UTC).timestamp()) * 1000)


@pytest.mark.parametrize(
    ("years", "band"),
    [
        (0, AgeBand.UNDER_13),
        (12, AgeBand.UNDER_13),
        (13, AgeBand.FROM_13_TO_15),
        (15, AgeBand.FROM_13_TO_15),
        (16, AgeBand.FROM_16_TO_17),
        (17, AgeBand.FROM_16_TO_17),
        (18, AgeBand.FROM_18),
        (99, AgeBand.FROM_18),
    ],
)
def test_age_bands(years: int, band: AgeBand) -> None:
    assert age_band(date(1990, 6, 1), at(1990 + years, 6, 1)) is band


def test_absurd_thresholds_are_answered() -> None:
    assert not is_over(date(1990, 6, 1), 999, at(2026, 1, 1))
    assert not is_over(date(2020, 6, 1), 9999, at(2026, 1, 1))
    assert age(date(2030, 1, 1), at(2026, 1, 1)) == 0


@pytest.mark.parametrize(
    ("issued", "until"),
    [
        (date(2010, 1, 1), date(2014, 6, 1)),  # at 9: until 14
        (date(2012, 6, 1), date(2025, 6, 1)),  # at 12, within two years before 14: until 25
        (date(2023, 5, 31), date(2025, 6, 1)),  # a day before the two years begin
        (date(2023, 6, 1), date(2040, 6, 1)),
        (date(2058, 5, 31), date(2060, 6, 1)),
        (date(2058, 6, 1), None),
    ],
)
def test_cards_are_renewed_at_14_25_40_and_60(issued: date, until: date | None) -> None:
    assert citizen_card_expiry(date(2000, 6, 1), issued) == until


def test_a_card_expires_at_midnight() -> None:
    card = Card(CardKind.CITIZEN, date(2020, 1, 1), date(2026, 1, 1))
    expires_at = card_expires_at(card)
    assert expires_at == at(2026, 1, 1)
    assert card_status(card, expires_at - 1) is CardStatus.VALID
    assert card_status(card, expires_at) is CardStatus.EXPIRED
    assert card_status(Card(CardKind.CITIZEN, date(2020, 1, 1), None), expires_at) is CardStatus.VALID
    assert card_status(None, expires_at) is CardStatus.NONE
    assert card_expires_at(None) is None


def test_the_day_after_is_another_day() -> None:
    born = date(2010, 11, 22)
    assert birthday(born, 16) - timedelta(days=1) == date(2026, 11, 21)
