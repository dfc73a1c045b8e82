"""A pytest plugin that writes down which tests pass through which lines, and how long each takes.

Started with `-p mutants.recorder`, told where to write by `MUTANTS_RECORD`.
"""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

_record = Path(os.environ["MUTANTS_RECORD"])
_coverage = coverage.Coverage(source=["vneid_idp"], data_file=None)
_seconds: dict[str, float] = defaultdict(float)
_coverage.start()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """What runs now, runs for this test."""
    _coverage.switch_context(item.nodeid)
    yield
    _coverage.switch_context("")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """How long it takes, with its set-up."""
    _seconds[report.nodeid] += report.duration


def pytest_sessionfinish() -> None:
    """Write it all down."""
    _coverage.stop()
    data = _coverage.get_data()
    lines = {path: data.contexts_by_lineno(path) for path in data.measured_files()}
    _record.write_text(json.dumps({"seconds": _seconds, "lines": lines, "modules": sorted(sys.modules)}))
