"""Where commands run: the settings of a production, or of a sandbox, on a fresh database.

Where a test wants a country, its people were seeded once, by the commands that do it, and the database is a copy.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import MIGRATED
from tests.support.commands import run
from tests.support.postgres import Cluster
from tests.support.seeded import COUNT
from vneid_idp.settings import PREFIX, new_root_secret

_SECRET = new_root_secret()
_SEEDED = "template_seeded"


def _clear(patch: pytest.MonkeyPatch, folder: Path) -> None:
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        patch.delenv(name)
    patch.setenv("COLUMNS", "200")
    patch.chdir(folder)


def _settle(patch: pytest.MonkeyPatch, database_url: str) -> None:
    patch.setenv("VNEID_IDP_ISSUER", "https://id.example")
    patch.setenv("VNEID_IDP_DATABASE_URL", database_url)
    patch.setenv("VNEID_IDP_SECRET", _SECRET)
    patch.setenv("VNEID_IDP_REGISTRY", "synthetic")
    patch.setenv("VNEID_IDP_ALLOW_SYNTHETIC_REGISTRY", "true")


def _seed(url: str, folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        _clear(patch, folder)
        _settle(patch, url)
        patch.setenv("VNEID_IDP_ENVIRONMENT", "sandbox")
        run("citizens", "seed", "--count", str(COUNT))


@pytest.fixture(scope="session")
def seeded_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the seeded people, to copy."""
    folder = tmp_path_factory.mktemp("sqlite")
    shutil.copyfile(migrated_sqlite, folder / "seeded.sqlite3")
    _seed(f"sqlite:///{folder / 'seeded.sqlite3'}", folder)
    return folder / "seeded.sqlite3"


@pytest.fixture(scope="session")
def seeded_postgresql(postgresql_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """A cluster with a database that has them, to copy."""
    folder = tmp_path_factory.mktemp("postgresql")
    postgresql_cluster.prepare(_SEEDED, lambda url: _seed(url, folder), like=MIGRATED)
    return postgresql_cluster


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, migrated_sqlite: Path, tmp_path: Path) -> str:
    """The URL of a fresh SQLite database; with people, where there is a country."""
    populated = "country" in request.fixturenames
    template: Path = request.getfixturevalue("seeded_sqlite") if populated else migrated_sqlite
    path = tmp_path / "fresh.sqlite3"
    shutil.copyfile(template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(request: pytest.FixtureRequest, postgresql_cluster: Cluster) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database; with people, where there is a country."""
    populated = "country" in request.fixturenames
    cluster: Cluster = request.getfixturevalue("seeded_postgresql") if populated else postgresql_cluster
    with cluster.fresh(_SEEDED if populated else MIGRATED) as url:
        yield url


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No setting from outside, and an empty folder."""
    _clear(monkeypatch, tmp_path)
    return monkeypatch


@pytest.fixture
def production(environment: pytest.MonkeyPatch, database_url: str) -> pytest.MonkeyPatch:
    """The settings of a production on a fresh database."""
    _settle(environment, database_url)
    return environment


@pytest.fixture
def sandbox(production: pytest.MonkeyPatch) -> None:
    """The same as a sandbox."""
    production.setenv("VNEID_IDP_ENVIRONMENT", "sandbox")


@pytest.fixture
def country(sandbox: None) -> None:
    """A sandbox with its seeded people: by its name alone, see `sqlite_url`."""
