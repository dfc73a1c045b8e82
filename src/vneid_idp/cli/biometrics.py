"""`biometrics evaluate | file | list`: how well a matcher of faces does, and what is on file about whose."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vneid_idp.biometrics import service
from vneid_idp.biometrics.report import BadEvaluation, Report, read_report, report_of
from vneid_idp.biometrics.rules import (
    ATTACK_ACCEPT_LIMIT,
    CONFIDENCE,
    FALSE_ACCEPT_LIMIT,
    FALSE_REJECT_LIMIT,
    Evaluation,
    Judgement,
    OperatingPoint,
    Rate,
    Verdict,
)
from vneid_idp.cli.terminal import (
    By,
    Reason,
    day_option,
    deed_of,
    fail,
    out,
    print_rows,
    settings_of,
    when,
    with_reading,
    with_unit,
)
from vneid_idp.kernel.clock import DAY, midnight

if TYPE_CHECKING:
    from vneid_idp.biometrics.evaluate import ScoreSets

app = typer.Typer(no_args_is_help=True, help="How well matchers of faces do, and what is on file about them.")

STATUS = {Verdict.PASSES: 0, Verdict.FAILS: 3, Verdict.TOO_SMALL: 4}
"""What `evaluate` exits with; 1 and 2 are for files that cannot be read and commands that are none."""
_SAID = {
    Verdict.PASSES: "passes",
    Verdict.FAILS: "FAILS",
    Verdict.TOO_SMALL: "the sample is too small to say",
}
_SHOWN = (0.1, 0.01, 0.001, 0.0001, 0.00001)
"""The false accept rates for which a threshold is printed."""

_Client = Annotated[str, typer.Option("--client", help="The relying party that uses the matcher.")]


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="The scores, as CSV or Parquet: the columns kind, score, instrument")],
    report: Annotated[Path | None, typer.Option(help="Write the evaluation as JSON, to be put on file.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Write the DET plot as SVG.")] = None,
) -> None:
    """Judge a matcher by its scores: whether a threshold holds what the law asks of own templates.

    `kind` is `genuine` or `impostor` (a comparison), `bona_fide` or `attack` (a presentation to the detection of
    attacks, which names its `instrument`); the higher a `score`, the more alike, or alive. Exits with 0 when the
    matcher passes, 3 when it fails, 4 when the sample is too small to say.
    """
    sets, evaluation, curve = _evaluated(file)
    _print_evaluation(sets, evaluation, curve)
    try:
        if report is not None:
            report.write_text(report_of(evaluation, curve).model_dump_json(indent=2) + "\n")
        if plot is not None:
            if not curve:
                fail("Without genuine and impostor scores there is nothing to plot.")
            from vneid_idp.biometrics.det_plot import write_det_plot

            write_det_plot(plot, curve, evaluation.matching.point)
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")
    raise typer.Exit(STATUS[evaluation.verdict])


def _evaluated(file: Path) -> tuple["ScoreSets", Evaluation, list[OperatingPoint]]:
    try:
        import matplotlib  # noqa: F401 - asked for before ten million scores are read

        from vneid_idp.biometrics import evaluate as judging
        from vneid_idp.biometrics.scores import BadScores, read_scores
    except ModuleNotFoundError as error:
        fail(f"This needs {error.name}, which servers do not: pip install 'vneid-idp[biometrics]'")
    try:
        sets = read_scores(file)
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    except BadScores as refusal:
        fail(f"{file}: {refusal}")
    return sets, judging.evaluate(sets), judging.curve(sets)


def _print_evaluation(sets: "ScoreSets", evaluation: Evaluation, curve: Sequence[OperatingPoint]) -> None:
    out.print(f"Scores with the SHA-256 {sets.digest}", markup=False)
    _print_judgement("Matching", evaluation.matching, ("FAR", FALSE_ACCEPT_LIMIT), ("FRR", FALSE_REJECT_LIMIT))
    _print_judgement(
        "Presentation attacks", evaluation.attacks, ("APCER", ATTACK_ACCEPT_LIMIT), ("BPCER", FALSE_REJECT_LIMIT)
    )
    rows: list[Sequence[str]] = [("Threshold", "FAR", "from", "to", "FRR", "from", "to")]
    for most in _SHOWN:
        point = next((each for each in curve if each.accepted["impostor"].observed <= most), None)
        if point is not None:
            rows.append((f"{point.threshold:.6g}", *_shares(point.accepted["impostor"]), *_shares(point.rejected)))
    if len(rows) > 1:
        out.print(f"\nOver thresholds, with intervals of {CONFIDENCE * 100:g} % (Clopper–Pearson):", markup=False)
        print_rows(*rows)
    out.print(f"\nVerdict: {_SAID[evaluation.verdict]}", style="bold", markup=False)


def _print_judgement(
    what: str, judgement: Judgement, accepting: tuple[str, float], rejecting: tuple[str, float]
) -> None:
    out.print(f"\n{what}: {_SAID[judgement.verdict]}", style="bold", markup=False)
    point = judgement.point
    if point is not None:
        rows: list[Sequence[str]] = [
            (f"at {point.threshold:.6g}", "errors", "of", "rate", "from", "to", "has to be below")
        ]
        for name, rate in point.accepted.items():
            worst = " (worst)" if len(point.accepted) > 1 and name == point.worst else ""
            rows.append((f"{accepting[0]} {name}{worst}", *_figures(rate), _share(accepting[1])))
        rows.append((rejecting[0], *_figures(point.rejected), _share(rejecting[1])))
        print_rows(*rows)
    for reason in judgement.reasons:
        out.print(reason, markup=False)


def _figures(rate: Rate) -> tuple[str, ...]:
    return (f"{rate.errors:,}", f"{rate.of:,}", *_shares(rate))


def _shares(rate: Rate) -> tuple[str, ...]:
    return (_share(rate.observed), _share(rate.lower), _share(rate.upper))


def _share(rate: float) -> str:
    return f"{rate * 100:.4g} %"


@app.command("file")
def file_report(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="What `biometrics evaluate --report` wrote", metavar="REPORT")],
    client: _Client,
    matcher: Annotated[str, typer.Option(help="The matcher and its version, as captures name it: example-face/3.2")],
    valid_until: Annotated[date, day_option("--valid-until", "The last day on which it counts.")],
    by: By,
    reason: Reason,
) -> None:
    """Put an evaluation on file. While the newest of a matcher passes and is valid, the client may compare faces with
    templates of its own by it; one that fails closes that."""
    deed = deed_of(by, reason)
    report = _read(file)
    filed = with_unit(
        settings_of(context),
        lambda unit: service.file_evaluation(
            unit, client, matcher, report, valid_until=midnight(valid_until) + DAY, deed=deed
        ),
    )
    out.print(f"The evaluation of {matcher} is on file as {filed.evaluation_id}: {report.verdict}.", markup=False)


def _read(file: Path) -> Report:
    try:
        return read_report(file.read_bytes())
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    except BadEvaluation as refusal:
        fail(f"{file}: {refusal}")


@app.command("list")
def list_filed(context: typer.Context, client: _Client) -> None:
    """List what is on file for a client, the newest first."""
    found = with_reading(settings_of(context), lambda unit: service.evaluations_of(unit, client))
    rows = [("evaluation_id", "Matcher", "Verdict", "Threshold", "Filed", "Counts before", "SHA-256 of the scores")]
    for each in found:
        report = each.report
        rows.append(
            (
                each.evaluation_id,
                each.matcher,
                report.verdict,
                "" if each.threshold is None else f"{each.threshold:.6g}",
                when(each.filed_at),
                when(each.valid_until),
                report.scores_sha256,
            )
        )
    print_rows(*rows)
