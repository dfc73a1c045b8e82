"""A pytest plugin that writes down which tests pass through which lines, and how much of a core each takes.

Started with `-p mutants.recorder`, told where to write by `MUTANTS_RECORD`.
"""

import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

_record = Path(os.environ["MUTANTS_RECORD"])
_coverage = coverage.Coverage(source=["vneid_idp"], data_file=None)
_seconds: dict[str, float] = defaultdict(float)
_failed: set[str] = set()
_coverage.start()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """What runs now, runs for this test, and takes so long with its set-up, whatever else the machine does."""
    _coverage.switch_context(item.nodeid)
    began = time.process_time()
    yield
    _seconds[item.nodeid] += time.process_time() - began
    _coverage.switch_context("")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """What fails on the program as it is notices no change of it."""
    if report.failed:
        _failed.add(report.nodeid)


def pytest_sessionfinish() -> None:
    """Write it all down."""
    _coverage.stop()
    data = _coverage.get_data()
    lines = {path: data.contexts_by_lineno(path) for path in data.measured_files()}
    found = {"seconds": _seconds, "failed": sorted(_failed), "lines": lines, "modules": sorted(sys.modules)}
    _record.write_text(json.dumps(found))
