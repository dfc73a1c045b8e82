"""Fault tests: a server in a process of its own, on a database that outlives it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.server import Server, serving, settle


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """A running provider with its people, once on each database."""
    asyncio.run(settle(database_url))
    with serving(database_url, tmp_path) as running:
        yield running
