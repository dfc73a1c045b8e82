"""One warm provider, and two clients of each variant: certification has a second one for what belongs to another."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network

import pytest
import pytest_asyncio

from tests.support.certification import AUTHORITY, MTLS_ORIGIN, Certified, Clients, Variant
from tests.support.country import Country, country, populate
from tests.support.schema import build
from tests.support.watch import Watch


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database with keys and people."""
    url = f"sqlite:///{tmp_path_factory.mktemp('certification') / 'provider.sqlite3'}"
    build(url)
    asyncio.run(populate(url, Watch()))
    return url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def land(database: str) -> AsyncIterator[Country]:
    """The provider, behind a proxy that ends TLS, with addresses for clients with certificates."""
    async with country(database, Watch(), mtls_origin=MTLS_ORIGIN) as running:
        running.app.state.idp = replace(
            running.idp, trusted_proxies=(ip_network("127.0.0.1"),), client_authorities=AUTHORITY.store
        )
        yield running


@pytest.fixture(scope="session")
def clients(land: Country) -> Clients:
    """All clients of this provider."""
    return Clients(land)


@pytest_asyncio.fixture(loop_scope="session")
async def client(clients: Clients, variant: Variant) -> Certified:
    """The first client of the variant that the test is asked for."""
    return await clients.of(variant, "first")


@pytest_asyncio.fixture(loop_scope="session")
async def second(clients: Clients, variant: Variant) -> Certified:
    """The second client of that variant."""
    return await clients.of(variant, "second")
