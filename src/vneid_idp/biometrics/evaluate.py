"""A matcher judged by its scores: at which threshold it holds what the law asks, if at any. Pure.

A score is the higher, the more alike two faces are, or the more alive what stands before the camera; what reaches the
threshold is accepted. The threshold is chosen on the scores that it is judged by, which favours the matcher a little;
two-sided intervals, of which one side is used, bear that.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vneid_idp.biometrics.intervals import fewest_without_error, most_errors_possible, most_errors_shown, rate
from vneid_idp.biometrics.rules import (
    ATTACK_ACCEPT_LIMIT,
    FALSE_ACCEPT_LIMIT,
    FALSE_REJECT_LIMIT,
    FEWEST_SAMPLES,
    Evaluation,
    Judgement,
    OperatingPoint,
    Verdict,
)

Scores = NDArray[np.float64]

_CURVE_POINTS = 64
"""About how many thresholds a curve takes from either kind of scores."""


@dataclass(frozen=True, slots=True)
class ScoreSets:
    """The scores of one matcher, each set in ascending order."""

    digest: str
    genuine: Scores
    impostor: Scores
    bona_fide: Scores
    attacks: Mapping[str, Scores]
    """By instrument."""


def evaluate(sets: ScoreSets) -> Evaluation:
    """What the scores say."""
    return Evaluation(
        sets.digest,
        judge(
            {"impostor": sets.impostor} if len(sets.impostor) else {},
            sets.genuine,
            FALSE_ACCEPT_LIMIT,
            FALSE_REJECT_LIMIT,
            fewest=FEWEST_SAMPLES,
            names=("impostor", "genuine"),
        ),
        judge(sets.attacks, sets.bona_fide, ATTACK_ACCEPT_LIMIT, FALSE_REJECT_LIMIT, names=("attack", "bona_fide")),
    )


def judge(
    unwanted: Mapping[str, Scores],
    wanted: Scores,
    accept_limit: float,
    reject_limit: float,
    *,
    fewest: int = 1,
    names: tuple[str, str],
) -> Judgement:
    """Whether one threshold keeps every unwanted kind below one limit and the wanted below the other.

    `names` are what the kinds are called in the file, for the reasons.
    """
    missing = [name for name, count in zip(names, (len(unwanted), len(wanted)), strict=True) if count == 0]
    if missing:
        return Judgement(Verdict.TOO_SMALL, None, tuple(f"There are no scores of the kind {name}." for name in missing))
    shown = {name: most_errors_shown(len(scores), accept_limit) for name, scores in unwanted.items()}
    possible = {name: most_errors_possible(len(scores), accept_limit) for name, scores in unwanted.items()}
    lowest = operating_point(_threshold(unwanted, wanted, possible), unwanted, wanted)
    reasons = [
        f"{len(scores):,} comparisons or presentations of the kind {name} cannot show a rate below "
        f"{_percent(accept_limit)}, even without an error: that takes {fewest_without_error(accept_limit):,}."
        for name, scores in unwanted.items()
        if shown[name] < 0
    ]
    sizes = {**{name: len(scores) for name, scores in unwanted.items()}, names[1]: len(wanted)}
    reasons += [
        f"There are {count:,} scores of the kind {name}; {fewest:,} are the fewest."
        for name, count in sizes.items()
        if count < fewest
    ]
    point = lowest if -1 in shown.values() else operating_point(_threshold(unwanted, wanted, shown), unwanted, wanted)
    if lowest.rejected.lower >= reject_limit:
        return Judgement(
            Verdict.FAILS,
            point,
            (
                f"Wherever fewer than {_percent(accept_limit)} can be wrongly accepted, at least "
                f"{_percent(lowest.rejected.lower)} are wrongly rejected; the limit is {_percent(reject_limit)}.",
            ),
        )
    if not point.holds(accept_limit, reject_limit) and not reasons:
        lower, upper = _percent(point.rejected.lower), _percent(point.rejected.upper)
        reasons.append(
            f"At the threshold that shows fewer than {_percent(accept_limit)} wrongly accepted, between {lower} and "
            f"{upper} are wrongly rejected; more scores can show whether that is below {_percent(reject_limit)}."
        )
    return Judgement(Verdict.TOO_SMALL if reasons else Verdict.PASSES, point, tuple(reasons))


def _threshold(unwanted: Mapping[str, Scores], wanted: Scores, allowed: Mapping[str, int]) -> float:
    """The lowest threshold that lets pass no more of each unwanted kind than is allowed: a score that occurs, or just
    above all of them."""
    barred = max(
        (float(scores[-allowed[name] - 1]) for name, scores in unwanted.items() if allowed[name] < len(scores)),
        default=-np.inf,
    )
    above = [
        float(scores[place])
        for scores in (*unwanted.values(), wanted)
        if (place := int(np.searchsorted(scores, barred, side="right"))) < len(scores)
    ]
    return min(above, default=float(np.nextafter(barred, np.inf)))


def operating_point(threshold: float, unwanted: Mapping[str, Scores], wanted: Scores) -> OperatingPoint:
    """What happens at a threshold."""
    return OperatingPoint(
        threshold,
        {name: rate(len(scores) - _below(scores, threshold), len(scores)) for name, scores in unwanted.items()},
        rate(_below(wanted, threshold), len(wanted)),
    )


def _below(scores: Scores, threshold: float) -> int:
    return int(np.searchsorted(scores, threshold, side="left"))


def curve(sets: ScoreSets) -> list[OperatingPoint]:
    """False accept and false reject rates over thresholds that occur, close where either rate is small; none where
    there are no scores of one sort."""
    if not len(sets.genuine) or not len(sets.impostor):
        return []
    thresholds = {
        float(value)
        for scores, ranks in (
            (sets.genuine, _ranks(len(sets.genuine))),
            (sets.impostor[::-1], _ranks(len(sets.impostor))),
        )
        for value in scores[ranks]
    }
    return [operating_point(each, {"impostor": sets.impostor}, sets.genuine) for each in sorted(thresholds)]


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"


def _ranks(count: int) -> NDArray[np.int64]:
    """Places from an end of so many scores, the closer to it the closer together."""
    return np.unique(np.geomspace(1, count, _CURVE_POINTS).astype(np.int64)) - 1
