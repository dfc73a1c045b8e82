"""What scores say: a threshold that holds the law's limits, none that could, or too little to tell."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.scores import score_sets
from vneid_idp.biometrics.evaluate import Scores, ScoreSets, curve, evaluate, judge, operating_point
from vneid_idp.biometrics.rules import ATTACK_ACCEPT_LIMIT, FALSE_ACCEPT_LIMIT, FALSE_REJECT_LIMIT, Verdict

PASSES, FAILS, TOO_SMALL = Verdict


@pytest.mark.parametrize(
    ("counts", "matching", "attacks"),
    [
        ({}, PASSES, PASSES),
        ({"impostor": (36_886, 0)}, TOO_SMALL, PASSES),
        ({"impostor": (9_999, 0)}, TOO_SMALL, PASSES),
        ({"impostor": (36_887, 0)}, PASSES, PASSES),
        ({"impostor": (40_000, 1)}, TOO_SMALL, PASSES),
        ({"impostor": (100_000, 3)}, PASSES, PASSES),
        ({"impostor": (100_000, 4)}, TOO_SMALL, PASSES),
        ({"impostor": (100_000, 40)}, FAILS, PASSES),
        ({"impostor": (0, 0)}, TOO_SMALL, PASSES),
        ({"genuine": (9_999, 0)}, TOO_SMALL, PASSES),
        ({"genuine": (10_000, 457)}, PASSES, PASSES),
        ({"genuine": (10_000, 458)}, TOO_SMALL, PASSES),
        ({"genuine": (10_000, 544)}, TOO_SMALL, PASSES),
        ({"genuine": (10_000, 545)}, FAILS, PASSES),
        ({"genuine": (0, 0)}, TOO_SMALL, PASSES),
        ({"attacks": {}}, PASSES, TOO_SMALL),
        ({"attacks": {"mask": (51, 0), "screen": (50, 0)}}, PASSES, TOO_SMALL),
        ({"attacks": {"mask": (51, 0), "screen": (51, 0)}}, PASSES, PASSES),
        ({"attacks": {"mask": (1_000, 0), "screen": (100, 30)}}, PASSES, FAILS),
        ({"bona_fide": (0, 0)}, PASSES, TOO_SMALL),
        ({"bona_fide": (71, 0)}, PASSES, TOO_SMALL),
        ({"bona_fide": (72, 0)}, PASSES, PASSES),
        ({"bona_fide": (1_000, 100)}, PASSES, FAILS),
    ],
)
def test_what_the_scores_say(counts: dict[str, Any], matching: Verdict, attacks: Verdict) -> None:
    found = evaluate(score_sets(**counts))
    assert (found.matching.verdict, found.attacks.verdict) == (matching, attacks)
    worst = FAILS if FAILS in (matching, attacks) else TOO_SMALL if TOO_SMALL in (matching, attacks) else PASSES
    assert found.verdict is worst
    for part in (found.matching, found.attacks):
        assert bool(part.reasons) == (part.verdict is not PASSES)


def test_a_sample_that_can_show_nothing_is_told_what_it_takes() -> None:
    (reason,) = evaluate(score_sets(impostor=(36_886, 0))).matching.reasons
    assert reason.endswith("cannot show a rate below 0.01 %, even without an error: that takes 36,887.")


def test_the_worst_instrument_is_named() -> None:
    found = evaluate(score_sets(attacks={"mask": (200, 0), "screen": (200, 4), "printed_photo": (400, 4)}))
    assert found.attacks.point is not None
    assert found.attacks.point.worst == "screen"


def test_without_genuine_or_impostor_scores_there_is_no_curve() -> None:
    assert curve(score_sets(genuine=(0, 0))) == curve(score_sets(impostor=(0, 0))) == []


# Whole numbers, so that equal scores occur; large enough, so that every verdict does.
SCORES = st.tuples(st.integers(1, 3_000), st.integers(0, 60), st.integers(0, 2**32 - 1))


def drawn(count: int, centre: int, seed: int) -> Scores:
    return np.sort(np.round(np.random.default_rng(seed).normal(centre, 10, count)))


@settings(max_examples=40)
@given(SCORES, SCORES, SCORES)
def test_the_threshold_is_the_lowest_that_holds(
    one: tuple[int, int, int], other: tuple[int, int, int], right: tuple[int, int, int]
) -> None:
    unwanted, wanted = {"mask": drawn(*one), "screen": drawn(*other)}, drawn(right[0], right[1] + 30, right[2])
    found = judge(unwanted, wanted, ATTACK_ACCEPT_LIMIT, FALSE_REJECT_LIMIT, names=("attack", "bona_fide"))
    every = sorted({*np.concatenate([*unwanted.values(), wanted]).tolist(), np.inf})
    points = [operating_point(each, unwanted, wanted) for each in every]
    holding = [point for point in points if point.holds(ATTACK_ACCEPT_LIMIT, FALSE_REJECT_LIMIT)]
    assert (found.verdict is PASSES) == bool(holding)
    if holding:
        assert found.point == holding[0]
    possible = [
        point
        for point in points
        if point.rejected.lower < FALSE_REJECT_LIMIT
        and all(rate.lower < ATTACK_ACCEPT_LIMIT for rate in point.accepted.values())
    ]
    assert (found.verdict is FAILS) == (not possible)


@settings(max_examples=40)
@given(SCORES, SCORES)
def test_rates_move_against_each_other(genuine: tuple[int, int, int], impostor: tuple[int, int, int]) -> None:
    sets = ScoreSets("", drawn(*genuine), drawn(*impostor), np.empty(0), {})
    points = curve(sets)
    accepted = [point.accepted["impostor"].errors for point in points]
    rejected = [point.rejected.errors for point in points]
    assert accepted == sorted(accepted, reverse=True)
    assert rejected == sorted(rejected)
    assert [point.threshold for point in points] == sorted({point.threshold for point in points})


def test_what_reaches_the_threshold_is_accepted() -> None:
    sets = replace(score_sets(), genuine=np.array([0.4, 0.5, 0.6]), impostor=np.array([0.3, 0.5]))
    point = operating_point(0.5, {"impostor": sets.impostor}, sets.genuine)
    assert (point.accepted["impostor"].errors, point.rejected.errors) == (1, 1)
    assert FALSE_ACCEPT_LIMIT == 0.0001  # Circular 08/2026 Art. 8.2
