"""Clopper and Pearson's interval, held against values that others published and against scipy's own test."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from vneid_idp.biometrics.intervals import (
    fewest_without_error,
    lower_bound,
    most_errors_possible,
    most_errors_shown,
    rate,
    upper_bound,
)
from vneid_idp.biometrics.rules import CONFIDENCE


@pytest.mark.parametrize(
    ("errors", "of", "lower", "upper"),
    [  # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 5
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0000, 0.1684),
        (1, 29, 0.0009, 0.1776),
    ],
)
def test_the_interval_is_the_one_of_the_textbook(errors: int, of: int, lower: float, upper: float) -> None:
    found = rate(errors, of)
    assert (round(found.lower, 4), round(found.upper, 4)) == (lower, upper)


COUNTS = st.integers(1, 100_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@settings(max_examples=40)
@given(COUNTS)
def test_the_interval_is_the_one_of_scipy(counts: tuple[int, int]) -> None:
    expected = binomtest(*counts).proportion_ci(CONFIDENCE, method="exact")
    found = rate(*counts)
    assert (found.lower, found.upper) == pytest.approx((expected.low, expected.high), rel=1e-6, abs=1e-12)
    assert found.lower <= found.observed <= found.upper


@given(st.integers(1, 1_000_000), st.floats(1e-5, 0.2))
def test_the_most_errors_are_the_most(of: int, limit: float) -> None:
    for most, bound in ((most_errors_shown, upper_bound), (most_errors_possible, lower_bound)):
        errors = most(of, limit)
        assert errors < 0 or bound(errors, of) < limit
        assert errors == of or bound(errors + 1, of) >= limit


@pytest.mark.parametrize(("limit", "fewest"), [(0.0001, 36_887), (0.07, 51)])
def test_without_an_error_it_takes_so_many(limit: float, fewest: int) -> None:
    assert fewest_without_error(limit) == fewest
    assert most_errors_shown(fewest - 1, limit) == -1
    assert most_errors_shown(fewest, limit) == 0
