"""A network that calls `bindings/v1`, in its own name and in a person's."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.bindings import Caller, Of
from tests.support.country import Country
from tests.support.family import Family
from tests.support.relying_party import RelyingParty
from tests.support.tokens import own_token, person_token


@pytest.fixture
async def network(land: Country) -> AsyncIterator[httpx.AsyncClient]:
    """The network's HTTP client."""
    async with land.browser() as client:
        yield client


@pytest.fixture
def of(network: httpx.AsyncClient, land: Country) -> Of:
    return lambda token: Caller(network, land, token)


@pytest.fixture
async def plain(land: Country, party: RelyingParty, of: Of) -> Caller:
    """The network, for the person `plain` at level 2."""
    return of(await person_token(land, party.registered, land.people["plain"].record.person_id))


@pytest.fixture
def own(land: Country, party: RelyingParty, of: Of) -> Caller:
    """The network in its own name."""
    return of(own_token(land, party.registered))


@pytest.fixture
async def family(land: Country, party: RelyingParty) -> Family:
    """A child of fifteen whose account the mother bound."""
    found = Family(land, party)
    answer = await found.binds(found.mother)
    assert answer.status_code == 201, answer.text
    assert (await found.stands())["supervised"]
    return found
