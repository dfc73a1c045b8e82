"""Where commands run: the settings of a production, or of a sandbox, on a fresh database."""

import os
from pathlib import Path

import pytest

from tests.support.commands import run
from tests.support.seeded import COUNT
from vneid_idp.settings import PREFIX, new_root_secret


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No setting from outside, and an empty folder."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return monkeypatch


@pytest.fixture
def production(environment: pytest.MonkeyPatch, database_url: str) -> pytest.MonkeyPatch:
    """The settings of a production on a fresh database."""
    environment.setenv("VNEID_IDP_ISSUER", "https://id.example")
    environment.setenv("VNEID_IDP_DATABASE_URL", database_url)
    environment.setenv("VNEID_IDP_SECRET", new_root_secret())
    environment.setenv("VNEID_IDP_REGISTRY", "synthetic")
    environment.setenv("VNEID_IDP_ALLOW_SYNTHETIC_REGISTRY", "true")
    return environment


@pytest.fixture
def sandbox(production: pytest.MonkeyPatch) -> None:
    """The same as a sandbox."""
    production.setenv("VNEID_IDP_ENVIRONMENT", "sandbox")


@pytest.fixture
def country(sandbox: None) -> None:
    """A sandbox with its seeded people."""
    run("migrate")
    run("citizens", "seed", "--count", str(COUNT))
