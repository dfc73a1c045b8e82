"""`vneid-idp biometrics`: scores judged at a desk, and the report put on file."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run
from tests.support.deeds import WHY
from tests.support.scores import score_sets, write_csv

MATCHER = ("--matcher", "example-face/3.2", "--valid-until", "2027-11-30")


@pytest.mark.parametrize(
    ("counts", "code", "said"),
    [
        ({}, 0, "Verdict: passes"),
        ({"genuine": (10_000, 900)}, 3, "Verdict: FAILS"),
        ({"attacks": {}}, 4, "There are no scores of the kind attack."),
    ],
)
def test_the_exit_status_is_the_verdict(tmp_path: Path, counts: dict[str, Any], code: int, said: str) -> None:
    file = write_csv(tmp_path / "scores.csv", score_sets(**counts))
    assert said in run("biometrics", "evaluate", str(file), code=code).stdout


def test_files_that_cannot_be_used_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "none.csv" in run("biometrics", "evaluate", "none.csv", code=1).stderr
    Path("bad.csv").write_text("kind,score\nmated,1\n")
    assert "bad.csv: Row 1" in run("biometrics", "evaluate", "bad.csv", code=1).stderr
    Path("one.csv").write_text("kind,score\ngenuine,1\n")
    assert "nothing to plot" in run("biometrics", "evaluate", "one.csv", "--plot", "det.svg", code=1).stderr
    unwritable = run("biometrics", "evaluate", "one.csv", "--report", "nowhere/report.json", code=1)
    assert "nowhere/report.json" in unwritable.stderr


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    said = run("biometrics", "evaluate", "scores.csv", code=1).stderr
    assert "matplotlib" in said
    assert "vneid-idp[biometrics]" in said


def test_a_report_is_put_on_file_and_listed(production: pytest.MonkeyPatch, tmp_path: Path) -> None:
    client = {"client_name": "Sóng", "redirect_uris": ["https://song.example/cb"], "scope": "openid"}
    Path("client.json").write_text(json.dumps(client))
    client_id = json.loads(run("clients", "register", "client.json", *WHY).stdout)["client_id"]
    write_csv(Path("scores.csv"), score_sets())
    run("biometrics", "evaluate", "scores.csv", "--report", "report.json", "--plot", "det.svg")
    assert Path("det.svg").read_text().startswith("<?xml")
    report = json.loads(Path("report.json").read_text())
    assert len(report["curve"]) > 20
    said = run("biometrics", "file", "report.json", "--client", client_id, *MATCHER, *WHY).stdout
    assert "passes" in said
    listed = run("biometrics", "list", "--client", client_id).stdout
    for text in ("example-face/3.2", "passes", "2027-11-30T17:00:00Z", report["scores_sha256"]):
        assert text in listed
    Path("report.json").write_text(json.dumps({**report, "verdict": "fails"}))
    refused = run("biometrics", "file", "report.json", "--client", client_id, *MATCHER, *WHY, code=1)
    assert "report.json: Its verdict is not that of its parts." in refused.stderr
    assert "none.json" in run("biometrics", "file", "none.json", "--client", client_id, *MATCHER, *WHY, code=1).stderr
    assert "No client" in run("biometrics", "list", "--client", "cli_nobody", code=1).stderr
