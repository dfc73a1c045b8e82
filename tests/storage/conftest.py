"""Fixtures of the storage tests: they start where there is not even a schema."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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
