"""A demo can be shown again and again with one person; production counts messages as strictly as ever."""

import pytest

from tests.support.country import Country, country
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.watch import Watch
from vneid_idp.kernel.clock import SECOND
from vneid_idp.settings import Environment
from vneid_idp.web.limits import Secret, TooManyAttempts, Tried

LEVEL_2 = "urn:vneid:level:2"


async def test_a_person_proves_level_two_again_and_again(land: Country, party: RelyingParty) -> None:
    for _ in range(8):
        land.watch.advance(31 * SECOND)
        person = Person(land, land.people["complete"])
        page = await person.sign_in(await person.start(party.request(acr_values=LEVEL_2)))
        assert isinstance(page, Page)
        page = await person.second(page)
        assert isinstance(page, Page)
        assert page.path.startswith("/consent/")


async def test_production_sends_five(sqlite_url: str, watch: Watch) -> None:
    changes = {"environment": Environment.PRODUCTION, "issuer": "https://id.example", "outbound_loopback": False}
    async with country(sqlite_url, watch, **changes) as running:
        for _ in range(5):
            await running.idp.limits.admit(Secret.MESSAGE, Tried("person"))
        with pytest.raises(TooManyAttempts):
            await running.idp.limits.admit(Secret.MESSAGE, Tried("person"))
