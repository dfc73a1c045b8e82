"""Interop tests: clients that strangers wrote against a server in a process of its own."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import Cluster
from tests.support.schema import build
from tests.support.server import Server, serving, settle


def _settled(url: str) -> str:
    build(url)
    asyncio.run(settle(url))
    return url


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running provider on SQLite, with its people."""
    folder = tmp_path_factory.mktemp("server")
    with serving(_settled(f"sqlite:///{folder / 'provider.sqlite3'}"), folder) as server:
        yield server


@pytest.fixture(scope="session")
def on_postgresql(postgresql_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running provider on PostgreSQL, with its people."""
    folder: Path = tmp_path_factory.mktemp("server")
    postgresql_cluster.run("CREATE DATABASE interop")
    with serving(_settled(postgresql_cluster.url("interop")), folder) as server:
        yield server
