"""Interop tests: clients that strangers wrote against a server in a process of its own."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import MIGRATED
from tests.interop.registered import Organisation, register_before
from tests.support.nginx import Proxy
from tests.support.postgres import Cluster
from tests.support.server import Server, serving, settle


def _copied(database: Path, folder: Path) -> str:
    return f"sqlite:///{shutil.copy(database, folder)}"


@pytest.fixture(scope="session")
def settled(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of SQLite's with keys and people, to be copied."""
    path = tmp_path_factory.mktemp("settled") / "provider.sqlite3"
    shutil.copyfile(migrated_sqlite, path)
    asyncio.run(settle(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def on_sqlite(settled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running provider on SQLite, with its people."""
    folder = tmp_path_factory.mktemp("server")
    with serving(_copied(settled, folder), folder) as server:
        yield server


@pytest.fixture(scope="session")
def on_postgresql(postgresql_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running provider on PostgreSQL, with its people."""
    folder: Path = tmp_path_factory.mktemp("server")
    postgresql_cluster.prepare("interop", lambda url: asyncio.run(settle(url)), like=MIGRATED)
    with serving(postgresql_cluster.url("interop"), folder) as server:
        yield server


@pytest.fixture(scope="session")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Proxy:
    """nginx, which runs once `behind_nginx` does."""
    return Proxy(tmp_path_factory.mktemp("nginx"))


@pytest.fixture(scope="session")
def organised(proxy: Proxy, settled: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Organisation]:
    """A database in which the operator has registered something, and what that is."""
    folder = tmp_path_factory.mktemp("organised")
    return folder, asyncio.run(register_before(_copied(settled, folder), proxy.people))


@pytest.fixture(scope="session")
def organisation(organised: tuple[Path, Organisation]) -> Organisation:
    """What the operator registered behind nginx."""
    return organised[1]


@pytest.fixture(scope="session")
def behind_nginx(proxy: Proxy, organised: tuple[Path, Organisation]) -> Iterator[Server]:
    """A running provider as clients of FAPI 2.0 meet it: over TLS, with certificates, and a nonce in each proof."""
    folder, _ = organised
    settings = {
        "VNEID_IDP_ISSUER": proxy.people,
        "VNEID_IDP_MTLS_ORIGIN": proxy.clients,
        "VNEID_IDP_TRUSTED_PROXIES": "127.0.0.1",
        "VNEID_IDP_CLIENT_AUTHORITIES": str(proxy.authority),
        "VNEID_IDP_DPOP_NONCE": "oidc, fapi2, ciba",
    }
    url = f"sqlite:///{folder / 'provider.sqlite3'}"
    with serving(url, folder, settings, proxy.authority) as server, proxy.before(server.address):
        yield server
