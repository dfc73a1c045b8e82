"""Flow tests run the whole provider in process, once on each database."""

from collections.abc import AsyncIterator

import pytest

from tests.support.country import Country, country
from tests.support.relying_party import RelyingParty
from tests.support.watch import Watch


@pytest.fixture
async def land(database_url: str, watch: Watch) -> AsyncIterator[Country]:
    """A running provider with its people."""
    async with country(database_url, watch) as running:
        yield running


@pytest.fixture
async def party(land: Country) -> RelyingParty:
    """A registered relying party."""
    return RelyingParty(land, await land.register())
