"""An office gives a level on what the register says at that instant, never on what it said before."""

import pytest

from tests.support.authority import change
from tests.support.country import Country
from tests.support.deeds import DEED
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.offices.acts import HolderDied
from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.documents import shipped
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.enrol_person import open_account, raise_level
from vneid_idp.workers.follower import Follower


@pytest.fixture
def direct(land: Country) -> Follower:
    """Follows the feed, asked directly."""
    idp = land.idp
    return Follower(idp.db, idp.vault, idp.keys.blind, idp.registry, idp.policy)


@pytest.mark.parametrize(("slug", "refusal"), [("no-account", accounts.LevelNotAllowed), ("level-1", HolderDied)])
async def test_no_level_is_given_on_a_word_of_the_register_that_is_out_of_date(
    land: Country, direct: Follower, slug: str, refusal: type[DomainError]
) -> None:
    """Of somebody without an account nothing is kept to compare with, and the feed would pass them over."""
    await direct.round()
    idp, person_id = land.idp, land.people[slug].record.person_id
    answer = await persons.ask(idp.db, idp.registry, person_id)
    await change(land, person_id, deceased_at=land.watch.now())
    assert await direct.round() == 1

    async def enrol(unit: Unit) -> None:
        assert answer is not None
        if slug == "no-account":
            await open_account(unit, idp.vault, idp.keys.blind, answer, 2, compared=True, policy=shipped(), deed=DEED)
        else:
            await raise_level(unit, idp.vault, idp.keys.blind, answer, compared=True, policy=shipped(), deed=DEED)

    with pytest.raises(persons.Overtaken):
        await idp.db.transact(enrol)
    answer = await persons.ask(idp.db, idp.registry, person_id)
    with pytest.raises(refusal):
        await idp.db.transact(enrol)
