"""A program of the operator, and `admin/v1` in its name."""

from collections.abc import AsyncIterator

import pytest

from tests.support.admin import PROGRAM, Api
from tests.support.country import Country
from tests.support.tokens import own_token
from vneid_idp.clients.service import Registered
from vneid_idp.protocol.claims import OPERATOR_SCOPES


@pytest.fixture
async def program(land: Country) -> Registered:
    """A program of the operator that may do everything."""
    return await land.register(**PROGRAM, scope=" ".join(OPERATOR_SCOPES))


@pytest.fixture
async def api(land: Country, program: Registered) -> AsyncIterator[Api]:
    """`admin/v1` with everything permitted."""
    async with land.browser() as browser:
        yield Api(browser, own_token(land, program, OPERATOR_SCOPES))
