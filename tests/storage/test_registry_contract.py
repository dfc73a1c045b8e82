"""One contract for both registries: the make-believe one asked directly, and through a server over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest

from tests.support.people import POPULATION, persona, with_personas
from tests.support.registers import holder_of
from tests.support.registry import served
from tests.support.watch import MORNING, Watch
from vneid_idp.identity.register.feed import Fact, RegistryChange
from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.identity.register.records import Card, CardKind, RegistryHealth, RegistryRecord
from vneid_idp.identity.register.reports import (
    CardIssued,
    Death,
    GuardianNamed,
    GuardianshipEnded,
    PhoneChanged,
    Report,
    ReportedFact,
    ReportRefused,
)
from vneid_idp.registries import REGISTRIES
from vneid_idp.sandbox.country.persona_list import personas
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.storage.unit import Database

PLAIN, GUARDIAN, CHILD = (persona(slug).record for slug in ("plain", "guardian", "child-9"))


@pytest.fixture(params=sorted(REGISTRIES))
async def registry(request: pytest.FixtureRequest, db: Database, watch: Watch) -> AsyncIterator[PopulationRegistry]:
    direct = SyntheticRegistry(await with_personas(db), POPULATION)
    match request.param:
        case "synthetic":
            yield direct
        case "http":
            async with served(direct, watch) as asked:
                yield asked
        case other:
            pytest.fail(f"The registry {other} keeps the contract that these tests ask: give it to them here.")


async def test_everybody_is_told_whole(registry: PopulationRegistry) -> None:
    everyone = {each.record.person_id: each.record for each in personas(MORNING)}
    assert await registry.find_many(list(everyone)) == everyone
    for record in (PLAIN, persona("foreigner").record, persona("deceased").record):
        assert await registry.find(record.person_id) == record
        assert await registry.find_by_number(record.personal_number) == record
    holders = {record.personal_number: holder_of(record) for record in everyone.values()}
    assert await registry.find_holders(list(holders)) == holders
    assert registry.health is RegistryHealth.OK


async def test_nobody_is_nobody(registry: PopulationRegistry) -> None:
    assert await registry.find("per_nobody") is None
    assert await registry.find_by_number("097095999999") is None
    assert await registry.find_many([]) == {}
    assert await registry.find_holders([]) == {}
    asked = ["097095999999", PLAIN.personal_number, PLAIN.personal_number]
    assert await registry.find_holders(asked) == {PLAIN.personal_number: holder_of(PLAIN)}
    assert await registry.find_many(["per_nobody", PLAIN.person_id, PLAIN.person_id]) == {PLAIN.person_id: PLAIN}
    assert await registry.children_of("per_nobody") == ()


async def test_children_are_the_living_eldest_first(registry: PopulationRegistry) -> None:
    assert await registry.children_of(GUARDIAN.person_id) == (persona("fifteen").record, CHILD)
    assert await registry.children_of(PLAIN.person_id) == ()
    await reported(registry, CHILD, Death(MORNING))
    assert await registry.children_of(GUARDIAN.person_id) == (persona("fifteen").record,)


async def reported(
    registry: PopulationRegistry, of: RegistryRecord, fact: ReportedFact, report_id: str = "rep_1"
) -> RegistryRecord:
    return await registry.report(Report(report_id, of.person_id, "per_clerk", fact))


@pytest.mark.parametrize(
    ("of", "fact", "changes", "about"),
    [
        (PLAIN, Death(MORNING - 5), {"deceased_at": MORNING - 5}, Fact.DEATH),
        (
            PLAIN,
            CardIssued(Card(CardKind.CITIZEN, date(2026, 11, 1), None)),
            {"card": Card(CardKind.CITIZEN, date(2026, 11, 1), None)},
            Fact.CARD,
        ),
        (CHILD, GuardianNamed("per_x"), {"guardian_ids": (*CHILD.guardian_ids, "per_x")}, Fact.GUARDIANS),
        (CHILD, GuardianshipEnded(GUARDIAN.person_id), {"guardian_ids": ()}, Fact.GUARDIANS),
        (PLAIN, PhoneChanged("+84950000999"), {"phone": "+84950000999"}, Fact.CONTACT),
        (PLAIN, PhoneChanged(None), {"phone": None}, Fact.CONTACT),
    ],
)  # fmt: skip
async def test_a_report_is_entered_once_and_told_in_the_feed(
    registry: PopulationRegistry, of: RegistryRecord, fact: ReportedFact, changes: dict[str, object], about: Fact
) -> None:
    expected = replace(of, revision=1, **changes)  # type: ignore[arg-type]
    for _ in range(2):
        assert await reported(registry, of, fact) == expected
    assert await registry.find(of.person_id) == expected
    [change] = await registry.changes(None, 10)
    assert (change.person_id, change.facts, change.at) == (of.person_id, (about,), MORNING)
    assert await registry.changes(change.cursor, 10) == ()


async def test_what_contradicts_is_refused(registry: PopulationRegistry) -> None:
    card = CardIssued(Card(CardKind.CITIZEN, date(2026, 11, 1), None))
    for of, fact in (
        (replace(PLAIN, person_id="per_nobody"), Death(MORNING)),
        (persona("deceased").record, card),
        (CHILD, GuardianNamed(CHILD.person_id)),
    ):
        with pytest.raises(ReportRefused):
            await reported(registry, of, fact)
    assert await registry.changes(None, 10) == ()


async def test_a_death_stands_as_it_was_first_told(registry: PopulationRegistry) -> None:
    await reported(registry, PLAIN, Death(MORNING - 9))
    assert (await reported(registry, PLAIN, Death(MORNING), "rep_2")).deceased_at == MORNING - 9
    assert len(await registry.changes(None, 10)) == 1


@pytest.mark.parametrize(
    ("second", "changes"),
    [
        (Report("rep_1", PLAIN.person_id, "per_clerk", Death(MORNING)), {"revision": 1}),
        (
            Report("rep_2", PLAIN.person_id, "per_other", PhoneChanged(None)),
            {"revision": 2, "phone": None},
        ),
    ],
    ids=["the same", "another"],
)
async def test_who_reports_while_another_report_is_entered_sees_it_and_writes_nothing_over(
    registry: PopulationRegistry, db: Database, second: Report, changes: dict[str, object]
) -> None:
    async with db.writing() as unit:
        entered = await POPULATION.report(unit, Report("rep_1", PLAIN.person_id, "per_clerk", Death(MORNING)))
        also = asyncio.create_task(registry.report(second))
        await asyncio.sleep(0.2)  # by then it waits for this unit
        assert not also.done()
    assert await also == replace(entered, **changes)  # type: ignore[arg-type]
    assert await registry.find(PLAIN.person_id) == await also


async def test_the_feed_is_read_in_pages_and_in_order(registry: PopulationRegistry) -> None:
    for number in range(5):
        await reported(registry, PLAIN, PhoneChanged(f"+8495000099{number}"), f"rep_{number}")
    whole = await registry.changes(None, 500)
    after: str | None = None
    seen: list[RegistryChange] = []
    while page := await registry.changes(after, 2):
        seen += page
        after = page[-1].cursor
    assert tuple(seen) == whole
    assert len({change.cursor for change in whole}) == 5


async def test_who_was_forgotten_here_is_let_go_of_as_often_as_one_likes(registry: PopulationRegistry) -> None:
    await registry.forget(PLAIN)
    await registry.forget(PLAIN)
    if isinstance(registry, SyntheticRegistry):  # one elsewhere goes on by itself
        assert await registry.find_by_number(PLAIN.personal_number) is None
