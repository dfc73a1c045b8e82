"""Fixtures that every level of tests shares: the watch, both databases, and sockets that reach only this machine."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support.key_pool import pooled_keys
from tests.support.leftovers import left_behind, mark
from tests.support.network import close_sockets
from tests.support.postgres import Cluster, running_cluster
from tests.support.schema import build
from tests.support.watch import Watch
from vneid_idp.storage.database import open_database
from vneid_idp.storage.unit import Database

MIGRATED = "template_migrated"
"""The database of the cluster that has the schema and nothing else."""

# How long an example takes says how busy the machine is, not whether the program is right.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.load_profile("here")


@pytest.fixture(scope="session", autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """No process outlives the tests: set up before everything else, so asked when all else was given up."""
    run = mark()
    yield
    assert left_behind(run) == [], "a test left a process behind"


@pytest.fixture(scope="session", autouse=True)
def _closed_sockets(_nothing_left_behind: None) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        close_sockets(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def _pooled_keys() -> Iterator[None]:
    with pooled_keys():
        yield


@pytest.fixture
def watch() -> Watch:
    """The clock of everything in this test."""
    return Watch()


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[Cluster]:
    """A temporary PostgreSQL with an empty, migrated database to copy."""
    with running_cluster() as cluster:
        cluster.prepare(MIGRATED, build)
        yield cluster


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.sqlite3"
    build(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The URL of a fresh SQLite database."""
    path = tmp_path / "fresh.sqlite3"
    shutil.copyfile(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql_cluster: Cluster) -> Iterator[str]:
    """The URL of a PostgreSQL database as new."""
    with postgresql_cluster.fresh(MIGRATED) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated database: the test runs once on each."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def db(database_url: str, watch: Watch) -> AsyncIterator[Database]:
    """An open, fresh, migrated database whose clock is `watch`: the test runs once on each kind."""
    database = open_database(database_url, watch)
    yield database
    await database.close()
