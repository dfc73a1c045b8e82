"""A report goes on file only as it was written: by today's limits, with figures that say what it says."""

from typing import Any

import orjson
import pytest

from tests.support.scores import score_sets
from vneid_idp.biometrics.evaluate import curve, evaluate
from vneid_idp.biometrics.report import BadEvaluation, read_report, report_of
from vneid_idp.biometrics.rules import Verdict

SETS = score_sets()
REPORT = report_of(evaluate(SETS), curve(SETS))


@pytest.mark.parametrize(
    "sets", [SETS, score_sets(genuine=(10_000, 900)), score_sets(attacks={}), score_sets(impostor=(0, 0))]
)
def test_a_report_is_read_as_it_was_written(sets: Any) -> None:
    report = report_of(evaluate(sets), curve(sets))
    assert read_report(report.model_dump_json().encode()) == report
    assert report.passes == (sets is SETS)


def changed(path: str, value: object) -> bytes:
    """The passing report with another value in one place."""
    members = orjson.loads(REPORT.model_dump_json())
    place = members
    *parents, last = path.split(".")
    for each in parents:
        place = place[each]
    place[last] = value
    return orjson.dumps(members)


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("verdict", "fails", "not that of its parts"),
        ("matching.verdict", "fails", "not that of its parts"),
        ("limits.false_accept", 0.001, "other limits"),
        ("limits.fewest_samples", 100, "other limits"),
        ("matching.false_accept.upper", 0.0001, "its figures do not"),
        ("matching.false_reject.upper", 0.05, "its figures do not"),
        ("matching.false_reject.of", 9_999, "its figures do not"),
        ("matching.threshold", None, "its figures do not"),
        ("matching.false_accept", None, "its figures do not"),
        ("presentation_attacks.apcer.mask.upper", 0.07, "its figures do not"),
        ("presentation_attacks.apcer", {}, "its figures do not"),
        ("presentation_attacks.bpcer.upper", 0.05, "its figures do not"),
        ("presentation_attacks.threshold", None, "its figures do not"),
        ("scores_sha256", "abc", "scores_sha256: "),
        ("signature", "abc", "signature: "),
        ("matching.threshold", "high", "matching.threshold: "),
    ],
)
def test_what_was_changed_is_refused(path: str, value: object, why: str) -> None:
    with pytest.raises(BadEvaluation, match=why):
        read_report(changed(path, value))


def test_what_is_no_report_is_refused() -> None:
    with pytest.raises(BadEvaluation, match="JSON"):
        read_report(b"kind,score\n")


def test_what_passed_by_other_limits_opens_nothing() -> None:
    others = REPORT.limits.model_copy(update={"false_accept": 0.001})
    assert REPORT.verdict is Verdict.PASSES
    assert not REPORT.model_copy(update={"limits": others}).passes
