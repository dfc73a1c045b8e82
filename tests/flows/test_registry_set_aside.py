"""A change of the register that cannot be followed holds nobody else up, and is not forgotten."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.authority import change
from tests.support.country import Country
from tests.support.deeds import DEED
from vneid_idp.audit.service import EventKind
from vneid_idp.audit.tables import events
from vneid_idp.identity import accounts
from vneid_idp.identity.register import set_aside
from vneid_idp.identity.register.records import RegistryRecord, RegistryUnavailable, RegistryUnintelligible
from vneid_idp.identity.register.set_aside import NotSetAside, SetAside
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.storage.statement import Statement
from vneid_idp.use_cases import follow_registry as use_case
from vneid_idp.workers.follower import Follower

FOLLOW = "vneid_idp.workers.follower.follow_registry"


@pytest.fixture
def follower(land: Country) -> Follower:
    idp = land.idp
    return Follower(idp.db, idp.vault, idp.keys.blind, idp.registry, idp.policy)


@contextmanager
def stumbling_over(person_id: str) -> Iterator[None]:
    """A mistake of ours that shows only with this person."""
    real = use_case.follow_registry

    async def stumble(unit: Any, vault: Any, blind: Any, record: RegistryRecord, *rest: Any, **more: Any) -> Any:
        if record.person_id == person_id:
            raise KeyError("Nguyễn Thị Minh Anh")
        return await real(unit, vault, blind, record, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FOLLOW, stumble)
        yield


async def waiting(land: Country) -> list[SetAside]:
    async with land.idp.db.reading() as unit:
        return [each for _, each in await set_aside.list_set_aside(unit)]


async def died(land: Country, person_id: str) -> bool:
    async with land.idp.db.reading() as unit:
        account = await accounts.find(unit, person_id)
    return account is not None and account.deceased_at is not None


async def recorded(land: Country, kind: EventKind) -> list[Any]:
    statement = Statement(select(events.c.person_id, events.c.subject_id).where(events.c.kind == kind.value))
    async with land.idp.db.reading() as unit:
        return [(row["person_id"], row["subject_id"]) for row in await unit.fetch(statement)]


async def two_deaths(land: Country) -> tuple[str, str]:
    first, second = (land.people[slug].record.person_id for slug in ("plain", "complete"))
    for person_id in (first, second):
        await change(land, person_id, deceased_at=land.watch.now())
    return first, second


async def test_who_comes_after_it_is_followed_and_the_operator_has_it_tried_again(
    land: Country, follower: Follower, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = await two_deaths(land)
    with stumbling_over(first):
        assert await follower.round() == 2
        assert await follower.round() == 0
        assert (await died(land, first), await died(land, second)) == (False, True)
        (aside,) = await waiting(land)
        assert (aside.change.person_id, aside.change.facts, aside.error) == (first, ("death",), "KeyError")
        async with land.browser() as prober:
            health = (await prober.get("/healthz")).json()
        assert (health["status"], health["registry_changes_set_aside"]) == ("ok", 1)
        assert "registry.change_set_aside" in caplog.text
        assert "Minh" not in caplog.text
        with pytest.raises(KeyError):
            await follower.retry(aside.change.cursor, DEED)
    assert await waiting(land) == [aside]
    await follower.retry(aside.change.cursor, DEED)
    assert await died(land, first)
    assert await waiting(land) == []
    with pytest.raises(NotSetAside):
        await follower.retry(aside.change.cursor, DEED)
    # Nothing of this stands in the person's own history.
    assert await recorded(land, EventKind.REGISTER_SET_ASIDE) == [("", first)]
    assert await recorded(land, EventKind.REGISTER_RETRIED) == [("", first)]


async def test_a_later_change_of_the_same_person_brings_the_earlier_one(land: Country, follower: Follower) -> None:
    first, _ = await two_deaths(land)
    with stumbling_over(first):
        await follower.round()
    assert len(await waiting(land)) == 1
    await change(land, first, full_name="Lê Thị Mới")
    assert await follower.round() == 1
    assert await died(land, first)
    assert await waiting(land) == []


async def test_a_record_that_cannot_be_understood_holds_up_nobody_else(land: Country, follower: Follower) -> None:
    first, second = await two_deaths(land)
    with pytest.MonkeyPatch.context() as patch:
        real = SyntheticRegistry.find

        async def find_many(*_: Any) -> Any:
            raise RegistryUnintelligible

        async def find(self: SyntheticRegistry, person_id: str) -> RegistryRecord | None:
            if person_id == first:
                raise RegistryUnintelligible
            return await real(self, person_id)

        patch.setattr(SyntheticRegistry, "find_many", find_many)
        patch.setattr(SyntheticRegistry, "find", find)
        assert await follower.round() == 2
    assert (await died(land, first), await died(land, second)) == (False, True)
    assert [each.error for each in await waiting(land)] == ["RegistryUnintelligible"]


async def test_an_outage_sets_nothing_aside(land: Country, follower: Follower) -> None:
    await two_deaths(land)
    with pytest.MonkeyPatch.context() as patch:

        async def out(*_: Any) -> Any:
            raise RegistryUnavailable

        patch.setattr(SyntheticRegistry, "find_many", out)
        assert await follower.round() == 0
    assert await waiting(land) == []
    assert await follower.round() == 2


async def test_of_two_workers_one_sets_it_aside(land: Country, follower: Follower) -> None:
    first, _ = await two_deaths(land)
    with stumbling_over(first):
        await asyncio.gather(*(follower.round() for _ in range(3)))
    assert len(await waiting(land)) == 1
    assert len(await recorded(land, EventKind.REGISTER_SET_ASIDE)) == 1
