"""Flow tests run the whole provider in process, once on each database.

Keys and people are made once and copied: making RSA keys and seeding for every test would cost most of its time.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.conftest import MIGRATED
from tests.support.country import Country, country, populate
from tests.support.postgres import Cluster
from tests.support.relying_party import RelyingParty
from tests.support.watch import Watch
from tests.support.workers import Branch, WorkerProcess, workers

_POPULATED = "template_populated"


def _populate(url: str) -> None:
    asyncio.run(populate(url, Watch()))


@pytest.fixture(scope="session")
def populated_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with keys and people, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "populated.sqlite3"
    shutil.copyfile(migrated_sqlite, path)
    _populate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def populated_postgresql(postgresql_cluster: Cluster) -> Cluster:
    """A cluster with a database that has keys and people, to copy."""
    postgresql_cluster.prepare(_POPULATED, _populate, like=MIGRATED)
    return postgresql_cluster


@pytest.fixture
def sqlite_url(populated_sqlite: Path, tmp_path: Path) -> str:
    """The URL of a fresh, populated SQLite database."""
    path = tmp_path / "fresh.sqlite3"
    shutil.copyfile(populated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(populated_postgresql: Cluster) -> Iterator[str]:
    """The URL of a fresh, populated PostgreSQL database."""
    with populated_postgresql.fresh(_POPULATED) as url:
        yield url


@pytest.fixture
async def land(database_url: str, watch: Watch) -> AsyncIterator[Country]:
    """A running provider with its people."""
    async with country(database_url, watch) as running:
        yield running


@pytest.fixture(scope="module")
def processes() -> Iterator[tuple[WorkerProcess, ...]]:
    """Two workers: whole providers in processes of their own."""
    with workers(2) as started:
        yield started


@pytest.fixture
async def branches(
    land: Country, database_url: str, processes: tuple[WorkerProcess, ...]
) -> AsyncIterator[tuple[Branch, ...]]:
    """The country at each of the workers, on this database."""
    await asyncio.gather(*(process.open(database_url) for process in processes))
    yield tuple(Branch.of(land, process) for process in processes)
    await asyncio.gather(*(process.close() for process in processes))


@pytest.fixture
async def party(land: Country) -> RelyingParty:
    """A registered relying party."""
    return RelyingParty(land, await land.register())
