"""How a feed is followed by several workers at once, and how much of it is work at all."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.authority import change
from tests.support.country import Country
from tests.support.events import kinds
from vneid_idp.identity.register.feed import RegistryChange
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.sandbox.country.citizens import citizens
from vneid_idp.sandbox.country.population import Population
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.workers.follower import Follower


@pytest.fixture
def follower(land: Country) -> Follower:
    idp = land.idp
    return Follower(idp.db, idp.vault, idp.keys.blind, idp.registry, idp.policy)


async def test_strangers_are_passed_over_together(land: Country, follower: Follower) -> None:
    """A country changes all day, and few of it are known here: what concerns nobody costs one step."""
    (stranger,) = (citizen.record for citizen in citizens(1, 77))
    async with land.idp.db.writing() as unit:
        await Population(land.idp.vault, land.idp.keys.blind).register(unit, stranger)

    async def statements(changes: int) -> int:
        for _ in range(changes):
            land.watch.advance(MINUTE)
            await change(land, stranger.person_id, full_name=f"Người Lạ {land.watch.now()}")
        before = land.idp.db.statements
        assert await follower.round() == changes
        return land.idp.db.statements - before

    await statements(1)
    assert await statements(1) == await statements(20)


async def test_who_finds_that_another_worker_went_on_leaves_it_the_rest(
    land: Country, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone, other = (land.people[slug].record.person_id for slug in ("plain", "complete"))
    for number, person_id in enumerate((someone, other, someone)):
        await change(land, person_id, full_name=f"Lê Thị Mới {number}")
    changes, made = SyntheticRegistry.changes, []

    async def and_another_is_faster(self: SyntheticRegistry, *asked: Any) -> Sequence[RegistryChange]:
        found = await changes(self, *asked)
        with monkeypatch.context() as patch:
            patch.setattr(SyntheticRegistry, "changes", changes)
            made.append(await follower.round())
        return found

    with monkeypatch.context() as patch:
        patch.setattr(SyntheticRegistry, "changes", and_another_is_faster)
        assert await follower.round() == 0, "it was none of its making"
    assert made[0] == 3
    assert [(await kinds(land, person_id))["register.told"] for person_id in (someone, other)] == [1, 1]
