"""Fixtures of the storage tests: they start where there is not even a schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile

import pytest

from tests.conftest import MIGRATED
from tests.support.fresh import Fresh
from tests.support.postgres import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without a table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    cluster: Cluster = request.getfixturevalue("postgresql_cluster")
    with cluster.fresh("template1") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Fresh:
    """As many databases as it takes: the test runs once on each kind."""
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgresql_cluster")
        return lambda: cluster.fresh(MIGRATED)
    migrated: Path = request.getfixturevalue("migrated_sqlite")

    @contextmanager
    def copied() -> Iterator[str]:
        path = tmp_path / "life.sqlite3"
        path.unlink(missing_ok=True)
        copyfile(migrated, path)
        yield f"sqlite:///{path}"

    return copied
