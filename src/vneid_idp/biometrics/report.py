"""An evaluation as a file of JSON: written by whoever evaluates, read again by whoever puts it on file."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vneid_idp.biometrics.rules import (
    ATTACK_ACCEPT_LIMIT,
    CONFIDENCE,
    FALSE_ACCEPT_LIMIT,
    FALSE_REJECT_LIMIT,
    FEWEST_SAMPLES,
    Evaluation,
    Judgement,
    OperatingPoint,
    Rate,
    Verdict,
    both,
)
from vneid_idp.kernel.errors import DomainError

_Share = Annotated[float, Field(ge=0, le=1)]


class BadEvaluation(DomainError):
    """What should go on file is no report of an evaluation, says nothing, or is out of date."""

    code = "bad_evaluation"
    status = 422
    title = "This evaluation cannot be put on file."


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class RateReport(_Part):
    """A rate, in errors a try, and the interval in which the true one lies."""

    errors: Annotated[int, Field(ge=0)]
    of: Annotated[int, Field(ge=1)]
    observed: _Share
    lower: _Share
    upper: _Share


class MatchingReport(_Part):
    """How well people are told apart, at the threshold that the law's limits choose."""

    verdict: Verdict
    reasons: tuple[str, ...]
    threshold: float | None
    false_accept: RateReport | None
    false_reject: RateReport | None


class AttacksReport(_Part):
    """How well presentation attacks are detected (ISO/IEC 30107-3)."""

    verdict: Verdict
    reasons: tuple[str, ...]
    threshold: float | None
    apcer: dict[str, RateReport]
    """By instrument."""
    worst_instrument: str | None
    bpcer: RateReport | None


class LimitsReport(_Part):
    """By what was judged."""

    confidence: _Share
    false_accept: _Share
    false_reject: _Share
    apcer: _Share
    bpcer: _Share
    fewest_samples: int


TODAY = LimitsReport(
    confidence=CONFIDENCE,
    false_accept=FALSE_ACCEPT_LIMIT,
    false_reject=FALSE_REJECT_LIMIT,
    apcer=ATTACK_ACCEPT_LIMIT,
    bpcer=FALSE_REJECT_LIMIT,
    fewest_samples=FEWEST_SAMPLES,
)
"""By what this program judges."""


class CurvePoint(_Part):
    """Both rates at a threshold."""

    threshold: float
    false_accept: RateReport
    false_reject: RateReport


class Report(_Part):
    """What the scores of a matcher say."""

    verdict: Verdict
    scores_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    limits: LimitsReport
    matching: MatchingReport
    presentation_attacks: AttacksReport
    curve: tuple[CurvePoint, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether the matcher may be relied on: it passed by the limits that are asked today."""
        return self.verdict is Verdict.PASSES and self.limits == TODAY


def report_of(evaluation: Evaluation, curve: Sequence[OperatingPoint]) -> Report:
    """The evaluation and its curve, to be written."""
    return Report(
        verdict=evaluation.verdict,
        scores_sha256=evaluation.scores_digest,
        limits=TODAY,
        matching=_matching(evaluation.matching),
        presentation_attacks=_attacks(evaluation.attacks),
        curve=tuple(
            CurvePoint(
                threshold=point.threshold,
                false_accept=_rate(point.accepted["impostor"]),
                false_reject=_rate(point.rejected),
            )
            for point in curve
        ),
    )


def read_report(text: bytes) -> Report:
    """What `vneid-idp biometrics evaluate --report` wrote. Raises `BadEvaluation`, also where its verdict is not what
    its figures say, or it was judged by other limits than `TODAY`."""
    try:
        report = Report.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the report"
        raise BadEvaluation(f"{place}: {first['msg']}") from error
    if report.limits != TODAY:
        raise BadEvaluation("It was judged by other limits than those of this program. Evaluate the scores again.")
    if report.verdict is not both(report.matching.verdict, report.presentation_attacks.verdict):
        raise BadEvaluation("Its verdict is not that of its parts.")
    if report.verdict is Verdict.PASSES and not _holds(report.matching, report.presentation_attacks):
        raise BadEvaluation("It says that the matcher passes, and its figures do not.")
    return report


def _holds(matching: MatchingReport, attacks: AttacksReport) -> bool:
    accepted, rejected, turned_away = matching.false_accept, matching.false_reject, attacks.bpcer
    if accepted is None or rejected is None or turned_away is None or not attacks.apcer:
        return False
    return (
        matching.threshold is not None
        and attacks.threshold is not None
        and min(accepted.of, rejected.of) >= FEWEST_SAMPLES
        and accepted.upper < FALSE_ACCEPT_LIMIT
        and all(rate.upper < ATTACK_ACCEPT_LIMIT for rate in attacks.apcer.values())
        and max(rejected.upper, turned_away.upper) < FALSE_REJECT_LIMIT
    )


def _matching(judgement: Judgement) -> MatchingReport:
    point = judgement.point
    return MatchingReport(
        verdict=judgement.verdict,
        reasons=judgement.reasons,
        threshold=None if point is None else point.threshold,
        false_accept=None if point is None else _rate(point.accepted["impostor"]),
        false_reject=None if point is None else _rate(point.rejected),
    )


def _attacks(judgement: Judgement) -> AttacksReport:
    point = judgement.point
    return AttacksReport(
        verdict=judgement.verdict,
        reasons=judgement.reasons,
        threshold=None if point is None else point.threshold,
        apcer={} if point is None else {name: _rate(rate) for name, rate in point.accepted.items()},
        worst_instrument=None if point is None else point.worst,
        bpcer=None if point is None else _rate(point.rejected),
    )


def _rate(rate: Rate) -> RateReport:
    return RateReport(errors=rate.errors, of=rate.of, observed=rate.observed, lower=rate.lower, upper=rate.upper)
