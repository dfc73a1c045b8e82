"""A service with a back channel, and somebody who signs in there."""

from collections.abc import AsyncIterator

import pytest

from tests.support.back_channel import OUT, Service, listening
from tests.support.country import Country
from tests.support.relying_party import Person, RelyingParty


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with listening() as found:
        yield found


@pytest.fixture
async def party(land: Country, service: Service) -> RelyingParty:
    return RelyingParty(land, await land.register(post_logout_redirect_uris=[OUT], backchannel_logout_uri=service.uri))


@pytest.fixture
def person(land: Country) -> Person:
    return Person(land, land.people["complete"])
