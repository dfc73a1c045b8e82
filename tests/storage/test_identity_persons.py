"""The rows on which those who act in a person's name meet those who take something away, on both databases."""

import asyncio

import pytest
from sqlalchemy import func, select

from tests.support.people import BLIND, VAULT, hashes, persona, with_personas
from tests.support.watch import Watch
from vneid_idp.identity import accounts, persons, tables
from vneid_idp.policy.documents import shipped
from vneid_idp.sandbox.country.seed import seed_citizens
from vneid_idp.storage.database import open_database
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database, Reading

PLAIN = persona("plain").record
_WITHOUT = Statement(
    select(tables.accounts.c.person_id).where(
        tables.accounts.c.person_id.not_in(select(tables.persons.c.person_id).scalar_subquery())
    )
)
_COUNT = Statement(select(func.count().label("many")).select_from(tables.persons))


async def without_row(unit: Reading) -> list[str]:
    return [row["person_id"] for row in await unit.fetch(_WITHOUT)]


async def test_who_was_seeded_with_an_account_has_a_row(db: Database) -> None:
    await with_personas(db)
    await seed_citizens(db, VAULT, BLIND, 60, 9, hashes=hashes())
    await seed_citizens(db, VAULT, BLIND, 90, 9, hashes=hashes())
    async with db.reading() as unit:
        assert await without_row(unit) == []
        row = await unit.fetch_one(_COUNT)
        assert row is not None
        assert row["many"] > 60


async def test_who_opens_an_account_has_a_row(db: Database) -> None:
    async with db.writing() as unit:
        await accounts.open_account(unit, VAULT, BLIND, PLAIN, 1, policy=shipped())
        assert await without_row(unit) == []


async def test_an_answer_is_overtaken_by_a_change_of_its_person_and_of_nobody_else(db: Database) -> None:
    answer = persons.RegisterAnswer(PLAIN, 0)
    async with db.writing() as unit:
        await persons.seize(unit, "per_other", PLAIN.person_id)
        await persons.tell(unit, "per_other")
        for take in (persons.hold, persons.seize):
            await take(unit, "per_other", PLAIN.person_id, answer=answer)
        await persons.tell(unit, PLAIN.person_id)
        for take in (persons.hold, persons.seize):
            with pytest.raises(persons.Overtaken):
                await take(unit, "per_other", PLAIN.person_id, answer=answer)
            await take(unit, PLAIN.person_id, answer=persons.RegisterAnswer(PLAIN, 1))


@pytest.mark.parametrize("known", [False, True])
async def test_who_seizes_waits_for_everybody_who_holds(db: Database, database_url: str, *, known: bool) -> None:
    if known:
        async with db.writing() as unit:
            await persons.ensure(unit, PLAIN.person_id)
    other = open_database(database_url, Watch())
    order: list[str] = []

    async def seize() -> None:
        async with other.writing() as taker:
            await persons.seize(taker, PLAIN.person_id)
            order.append("seized")

    try:
        async with db.writing() as unit:
            await persons.hold(unit, PLAIN.person_id)
            seizing = asyncio.create_task(seize())
            await asyncio.sleep(0.2)
            order.append("held")
        await seizing
    finally:
        await other.close()
    assert order == ["held", "seized"]


async def test_many_hold_at_once_and_in_any_order(postgresql_url: str, watch: Watch) -> None:
    database = open_database(postgresql_url, watch)
    inside = asyncio.Barrier(2)

    async def hold(*people: str) -> None:
        async with database.writing() as unit:
            await persons.hold(unit, *people)
            # Passed by both, or by neither: they are inside together.
            await asyncio.wait_for(inside.wait(), 5)

    try:
        async with database.writing() as unit:
            for name in ("per_a", "per_b"):
                await persons.ensure(unit, name)
        await asyncio.gather(hold("per_a", "per_b"), hold("per_b", "per_a"))
    finally:
        await database.close()
