"""A change of the register that cannot be followed holds nobody else up, and is not forgotten."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from tests.support.authority import change
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.events import facts
from tests.support.events import recorded as events_recorded
from tests.support.office import colleague
from tests.support.pages import opened, post
from vneid_idp.audit.service import EventKind
from vneid_idp.audit.tables import events
from vneid_idp.identity import accounts
from vneid_idp.identity.offices.roles import Role
from vneid_idp.identity.register import set_aside
from vneid_idp.identity.register.feed import Fact, RegistryChange
from vneid_idp.identity.register.records import RegistryRecord, RegistryUnavailable, RegistryUnintelligible
from vneid_idp.identity.register.set_aside import NotSetAside, SetAside
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import InUnit, Unit
from vneid_idp.use_cases import follow_registry as use_case
from vneid_idp.use_cases.report_to_registry import Reporting
from vneid_idp.use_cases.retry_set_aside import StillSetAside, retry_set_aside
from vneid_idp.workers.follower import Follower
from vneid_idp.workers.tasks import seal_events

FOLLOW = ("vneid_idp.workers.follower.follow_registry", "vneid_idp.use_cases.retry_set_aside.follow_registry")
T = TypeVar("T")
OLD_FEED = "https://former.example"


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
        for place in FOLLOW:
            patch.setattr(place, stumble)
        yield


async def waiting(land: Country) -> list[SetAside]:
    async with land.idp.db.reading() as unit:
        return [each for _, each in await set_aside.list_set_aside(unit)]


async def retry(land: Country, cursor: str, feed: str = "synthetic", *, act: InUnit | None = None) -> None:
    idp = land.idp
    at = Reporting(idp.db, idp.vault, idp.keys.blind, idp.registry)
    await retry_set_aside(at, feed, cursor, await idp.policy.current(), DEED, act=act or idp.db.transact)


async def left_behind(land: Country, cursor: str, person_id: str) -> None:
    """A change of a register that is followed no more."""
    async with land.idp.db.writing() as unit:
        await set_aside.put(unit, OLD_FEED, RegistryChange(cursor, person_id, (Fact.DEATH,), unit.now), "KeyError")


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
        with pytest.raises(StillSetAside):
            await retry(land, aside.change.cursor)
    assert await waiting(land) == [aside]
    await retry(land, aside.change.cursor)
    assert await died(land, first)
    assert await waiting(land) == []
    with pytest.raises(NotSetAside):
        await retry(land, aside.change.cursor)
    # Nothing of this stands in the person's own history.
    assert await recorded(land, EventKind.REGISTER_SET_ASIDE) == [("", first)]
    assert await recorded(land, EventKind.REGISTER_RETRIED) == [("", first)]
    change_of = {"facts": ["death"], "cursor": aside.change.cursor}
    for kind, more in ((EventKind.REGISTER_SET_ASIDE, {"error": "KeyError"}), (EventKind.REGISTER_RETRIED, DEED.data)):
        assert [json.loads(data) for data in await events_recorded(land, kind)] == [{**change_of, **more}]


async def test_a_later_change_of_the_same_person_brings_the_earlier_one(land: Country, follower: Follower) -> None:
    first, _ = await two_deaths(land)
    with stumbling_over(first):
        await follower.round()
    assert len(await waiting(land)) == 1
    await change(land, first, full_name="Lê Thị Mới")
    assert await follower.round() == 1
    assert await died(land, first)
    assert await waiting(land) == []


async def test_of_two_operators_at_once_one_has_it_tried_again(land: Country) -> None:
    first, _ = await two_deaths(land)
    await left_behind(land, "7", first)

    async def after_a_colleague(work: Callable[[Unit], Awaitable[T]], /) -> T:
        await retry(land, "7", OLD_FEED)
        return await land.idp.db.transact(work)

    with pytest.raises(NotSetAside):
        await retry(land, "7", OLD_FEED, act=after_a_colleague)
    assert await recorded(land, EventKind.REGISTER_RETRIED) == [("", first)]


async def test_what_a_former_register_left_behind_has_a_way_out(land: Country) -> None:
    known = land.people["plain"].record.person_id
    await left_behind(land, "7", known)
    await left_behind(land, "8", "per_whom_nobody_knows")
    await change(land, known, deceased_at=land.watch.now())
    with pytest.raises(NotSetAside):
        await retry(land, "7")
    await retry(land, "7", OLD_FEED)
    assert await died(land, known)
    assert [each.change.cursor for each in await waiting(land)] == ["8"]
    await retry(land, "8", OLD_FEED)
    assert await waiting(land) == []


async def test_what_waits_longest_stands_first(land: Country) -> None:
    first, second = await two_deaths(land)
    await left_behind(land, "8", first)
    land.watch.advance(MINUTE)
    await left_behind(land, "7", second)
    assert [each.change.cursor for each in await waiting(land)] == ["8", "7"]


async def test_of_somebody_without_an_account_the_facts_of_the_change_are_told(land: Country) -> None:
    someone = land.people["no-account"].record.person_id
    await left_behind(land, "7", someone)
    await retry(land, "7", OLD_FEED)
    assert await facts(land, someone) == [["death"]]


async def test_who_is_in_step_again_is_so_for_every_change_and_every_feed(land: Country, follower: Follower) -> None:
    first, second = await two_deaths(land)
    await left_behind(land, "7", first)
    await left_behind(land, "8", second)
    with stumbling_over(first):
        await follower.round()
    # The second was followed; of the first both stand.
    assert {each.change.person_id for each in await waiting(land)} == {first}
    await retry(land, "7", OLD_FEED)
    assert await waiting(land) == []


async def test_the_console_says_it_and_has_it_tried_again(land: Country, follower: Follower) -> None:
    first, _ = await two_deaths(land)
    await left_behind(land, "7", "per_whom_nobody_knows")
    with stumbling_over(first):
        await follower.round()
        operator = await colleague(land, "guardian", Role.OPERATOR)
        await seal_events(land.idp.db)
        glance = await opened(operator, "/console")
        assert "Mọi thứ đang hoạt động" not in glance.text
        assert "2 thay đổi của Cơ sở dữ liệu dân cư chưa áp dụng được" in " ".join(glance.text.split())
        page = await opened(operator, "/console/register")
        for text in ("KeyError", "Việc chết", first, "từ nguồn khác"):
            assert text in page.text, text
        cursor = next(each.change.cursor for each in await waiting(land) if each.change.person_id == first)
        form = {"feed": "synthetic", "cursor": cursor}
        missing = await post(operator, page, "/console/register", **form, reason="")
        assert missing.response.status_code == 422
        again = await post(operator, page, "/console/register", **form, reason="Mended in this release")
        assert again.response.status_code == 422
        assert "Lần này cũng chưa áp dụng được" in again.text
        assert len(await waiting(land)) == 2
    done = await post(operator, page, "/console/register", **form, reason="Mended in this release")
    assert "Thay đổi đã được áp dụng" in done.text
    assert await died(land, first)
    form = {"feed": OLD_FEED, "cursor": "7"}
    await post(operator, page, "/console/register", **form, reason="The register was replaced")
    assert await waiting(land) == []
    await seal_events(land.idp.db)
    assert "Mọi thứ đang hoạt động" in (await opened(operator, "/console")).text
    by = land.people["guardian"].record.person_id
    events_of_it = await events_recorded(land, EventKind.REGISTER_RETRIED)
    assert [json.loads(data)["by"] for data in events_of_it] == [by, by]


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


async def test_a_change_that_the_rules_refuse_holds_up_nobody_else(
    land: Country, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await two_deaths(land)
    real = use_case.follow_registry

    async def refuse(unit: Any, vault: Any, blind: Any, record: RegistryRecord, *rest: Any, **more: Any) -> Any:
        if record.person_id == first:
            raise NotSetAside  # any refusal will do
        return await real(unit, vault, blind, record, *rest, **more)

    monkeypatch.setattr(FOLLOW[0], refuse)
    assert await follower.round() == 2
    assert (await died(land, first), await died(land, second)) == (False, True)
    assert [each.error for each in await waiting(land)] == ["NotSetAside"]


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
