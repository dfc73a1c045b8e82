"""A phone number that passes from one person to another is always somebody's sign-in name, and one person's only."""

import asyncio
from dataclasses import replace

import pytest

from tests.support.people import BLIND, VAULT, brought_into_step, persona, with_personas
from tests.support.watch import Watch
from vneid_idp.identity import accounts, lookup, sign_in_names
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.storage.unit import Database

PLAIN, COMPLETE, THIRD = (persona(slug).record for slug in ("plain", "complete", "guardian"))
PEOPLE = (PLAIN, COMPLETE, THIRD)
NEW = "+84950000999"


async def told(db: Database, person_id: str, phone: str | None, revision: int = 1) -> None:
    """The register says what phone somebody has."""
    record = next(each for each in PEOPLE if each.person_id == person_id)
    async with db.writing() as unit:
        await brought_into_step(unit, VAULT, BLIND, replace(record, phone=phone, revision=revision))


async def holder(db: Database, phone: str | None) -> str | None:
    assert phone is not None
    async with db.reading() as unit:
        found = await accounts.holder_of_name(unit, BLIND, phone)
        assert (await lookup.find_candidate(unit, VAULT, BLIND, phone)).person_id == found
    return found


async def test_who_is_named_before_the_other_has_left_has_the_number_then(db: Database) -> None:
    await with_personas(db)
    await told(db, PLAIN.person_id, COMPLETE.phone)
    assert await holder(db, COMPLETE.phone) == COMPLETE.person_id
    assert await holder(db, PLAIN.phone) is None
    assert await holder(db, PLAIN.personal_number) == PLAIN.person_id
    await told(db, COMPLETE.person_id, NEW)
    assert await holder(db, COMPLETE.phone) == PLAIN.person_id
    assert await holder(db, NEW) == COMPLETE.person_id


async def test_two_swap_their_numbers(db: Database) -> None:
    await with_personas(db)
    await told(db, PLAIN.person_id, COMPLETE.phone)
    await told(db, COMPLETE.person_id, PLAIN.phone)
    assert await holder(db, COMPLETE.phone) == PLAIN.person_id
    assert await holder(db, PLAIN.phone) == COMPLETE.person_id


async def test_who_waits_longest_is_next(db: Database, watch: Watch) -> None:
    await with_personas(db)
    first, second = sorted((THIRD.person_id, PLAIN.person_id), reverse=True)
    for someone in (first, second):
        await told(db, someone, COMPLETE.phone)
        watch.advance(MINUTE)
    await told(db, COMPLETE.person_id, NEW)
    assert await holder(db, COMPLETE.phone) == first
    await told(db, first, None, revision=2)
    assert await holder(db, COMPLETE.phone) == second


async def test_who_is_to_have_another_number_waits_no_more(db: Database) -> None:
    await with_personas(db)
    await told(db, PLAIN.person_id, COMPLETE.phone)
    await told(db, PLAIN.person_id, PLAIN.phone, revision=2)
    await told(db, COMPLETE.person_id, NEW)
    assert await holder(db, COMPLETE.phone) is None
    assert await holder(db, PLAIN.phone) == PLAIN.person_id


@pytest.mark.parametrize("end", ["close", "forget"])
async def test_a_name_of_an_account_that_ends_goes_to_who_waits_for_it(db: Database, end: str) -> None:
    await with_personas(db)
    await told(db, PLAIN.person_id, COMPLETE.phone)
    async with db.writing() as unit:
        if end == "close":
            await accounts.close(unit, COMPLETE.person_id)
        else:
            await accounts.forget(unit, VAULT, COMPLETE.person_id)
    assert await holder(db, COMPLETE.phone) == PLAIN.person_id


async def test_an_account_that_ended_waits_for_nothing(db: Database) -> None:
    await with_personas(db)
    await told(db, PLAIN.person_id, COMPLETE.phone)
    async with db.writing() as unit:
        await accounts.close(unit, PLAIN.person_id)
    await told(db, COMPLETE.person_id, NEW)
    assert await holder(db, COMPLETE.phone) is None


async def test_nor_does_it_take_the_number_that_the_register_tells_afterwards(db: Database) -> None:
    await with_personas(db)
    async with db.writing() as unit:
        await accounts.close(unit, PLAIN.person_id)
        before = await accounts.get(unit, PLAIN.person_id)
    await told(db, PLAIN.person_id, NEW)
    assert await holder(db, NEW) is None
    async with db.reading() as unit:
        assert await accounts.get(unit, PLAIN.person_id) == before
    await told(db, COMPLETE.person_id, NEW)
    assert await holder(db, NEW) == COMPLETE.person_id


async def at_once(db: Database, first: tuple[str, tuple[str, ...]], second: tuple[str, tuple[str, ...]]) -> None:
    """Two put their names, the second while the first has not committed."""
    written = asyncio.Event()

    async def lead() -> None:
        async with db.writing() as unit:
            await sign_in_names.put(unit, first[0], [BLIND.of(accounts.SIGN_IN_NAME, name) for name in first[1]])
            written.set()
            await asyncio.sleep(0.2)

    async def follow() -> None:
        await written.wait()
        async with db.writing() as unit:
            await sign_in_names.put(unit, second[0], [BLIND.of(accounts.SIGN_IN_NAME, name) for name in second[1]])

    await asyncio.gather(lead(), follow())


async def test_who_takes_and_who_gives_at_once_do_not_miss_each_other(db: Database) -> None:
    await with_personas(db)
    assert COMPLETE.phone is not None
    assert PLAIN.phone is not None
    await at_once(db, (PLAIN.person_id, (COMPLETE.phone,)), (COMPLETE.person_id, (NEW,)))
    assert await holder(db, COMPLETE.phone) == PLAIN.person_id
    await at_once(db, (PLAIN.person_id, (PLAIN.phone,)), (COMPLETE.person_id, (COMPLETE.phone,)))
    assert await holder(db, COMPLETE.phone) == COMPLETE.person_id


async def test_who_ends_while_a_name_is_given_to_them_keeps_none(db: Database) -> None:
    await with_personas(db)
    await told(db, PLAIN.person_id, COMPLETE.phone)
    await at_once(db, (COMPLETE.person_id, (NEW,)), (PLAIN.person_id, ()))
    assert await holder(db, COMPLETE.phone) is None
