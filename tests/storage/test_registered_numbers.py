"""Numbers of registers as they are kept, on both databases."""

import asyncio
from dataclasses import replace

import pytest

from vneid_idp.kernel.sealing import NotSealedHere, Sealer
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.intervals import Step, Trigger
from vneid_idp.registered_numbers import service, store, telling_store
from vneid_idp.registered_numbers.carrier_key import CarrierKey, destroy_key, ensure_key, find_key
from vneid_idp.registered_numbers.rules import Ladder, NextStep, NumberFacts, RegisteredNumber, RegisteredState
from vneid_idp.registered_numbers.tables import registered_numbers
from vneid_idp.registers.classes import RowClass
from vneid_idp.storage.bulk import load
from vneid_idp.storage.unit import Database

BLIND = BlindIndex(b"k" * 32)
SEALER = Sealer({1: b"r" * 32}, 1)
ID_NUMBER = "001096000001"
NUMBER = RegisteredNumber(
    number_id="nbr_1",
    family_id="song",
    client_id="cli_1",
    number_digest="n1",
    sealed_number="s1",
    holder_digest=service.digest_of_holder(BLIND, ID_NUMBER),
    row_class=RowClass.NINE_DIGIT_CARD,
    reasons=(RowClass.TOO_MANY, RowClass.MINOR),
    upload_id="upl_1",
    row_digest="r1",
    absent_at=None,
    facts=NumberFacts(registered_at=1, asked_at=2, one_way_at=3),
    ladder=Ladder(Trigger.CLEAN_UP_2026, 1, notices=1),
    next_step=NextStep(Step.TWO_WAY, 9),
)
WRONG = replace(NUMBER, facts=NumberFacts(registered_at=1, asked_at=2), ladder=None, next_step=None)
"""The same when somebody else was authenticated as having it."""


async def keep(db: Database, *numbers: RegisteredNumber) -> None:
    rows = [tuple(store.row_of(number)[name] for name in store.COLUMNS) for number in numbers]
    await db.transact(lambda unit: load(unit, registered_numbers, store.COLUMNS, rows))


async def test_a_number_comes_back_as_it_went_in(db: Database) -> None:
    bare = replace(NUMBER, number_id="nbr_2", number_digest="n2", ladder=None, next_step=None, holder_digest=None)
    await keep(db, NUMBER, bare)
    async with db.reading() as unit:
        assert await store.find(unit, "song", "n1") == NUMBER
        assert await store.find(unit, "song", "n2") == bare
        assert await store.find(unit, "another carrier", "n1") is None


@pytest.mark.parametrize("name", ["store._FIND", "store._SEIZE", "telling_store._STANDING", "telling_store._SEIZE"])
def test_a_number_is_looked_up_by_its_digest_alone(name: str) -> None:
    """While a carrier's first register arrives PostgreSQL takes it for one of few numbers, and would go through all of
    them for each: no index that begins with the carrier may serve."""
    module, statement = name.split(".")
    where = (
        getattr({"store": store, "telling_store": telling_store}[module], statement).postgresql().sql.partition("WHERE")
    )
    assert "number_digest =" in where[2]
    assert "family_id" not in where[2]


async def test_a_holder_has_the_numbers_of_all_carriers_and_nobody_elses(db: Database) -> None:
    other = replace(NUMBER, number_id="nbr_2", family_id="gio", number_digest="n1 of gio")
    gone = [
        replace(NUMBER, number_id="nbr_3", number_digest="n3", absent_at=5),
        replace(NUMBER, number_id="nbr_4", number_digest="n4").with_facts(recycled_at=5),
        replace(NUMBER, number_id="nbr_5", number_digest="n5", holder_digest="another"),
    ]
    await keep(db, NUMBER, other, *gone)
    async with db.reading() as unit:
        first = await service.list_of_holder(unit, BLIND, ID_NUMBER, after=None, limit=1)
        assert first == (NUMBER,)
        assert await service.list_of_holder(unit, BLIND, ID_NUMBER, after="nbr_1", limit=9) == (other,)
    await db.transact(lambda unit: service.forget_holder(unit, BLIND, ID_NUMBER))
    async with db.reading() as unit:
        assert await service.list_of_holder(unit, BLIND, ID_NUMBER, after=None, limit=9) == ()
        assert await store.find(unit, "song", "n1") == replace(NUMBER, holder_digest=None)


async def test_those_that_count_as_somebodys_stand_in_the_register_and_are_for_people(db: Database) -> None:
    facts = ("recycled_at", "ended_at", "disowned_at", "confirmed_at", "disputed_at", "two_way_at")
    others = {
        "absent": replace(NUMBER, absent_at=5),
        "machine": replace(NUMBER, row_class=RowClass.MACHINE),
        "organisation": replace(NUMBER, row_class=RowClass.ORGANISATION),
        "another's": replace(NUMBER, holder_digest="another"),
        "elsewhere": replace(NUMBER, family_id="gio"),
        **{name: NUMBER.with_facts(**{name: 5}) for name in facts},
    }
    named = [replace(each, number_id=f"nbr_{name}", number_digest=name) for name, each in others.items()]
    await keep(db, NUMBER, *named)
    async with db.reading() as unit:
        counted = await service.held_at(unit, BLIND, "song", ID_NUMBER)
    assert counted == {"n1", "confirmed_at", "disputed_at", "two_way_at"}


async def test_of_many_proofs_at_once_one_restores_the_number(db: Database) -> None:
    await keep(db, NUMBER)
    found = await asyncio.gather(
        *(db.transact(lambda unit: service.prove(unit, BLIND, "song", "n1", ID_NUMBER)) for _ in range(20)),
    )
    befores = [each[0].state for each in found if each is not None]
    assert befores.count(RegisteredState.ONE_WAY) == 1
    assert befores.count(RegisteredState.VERIFIED) == 19
    async with db.reading() as unit:
        after = await store.find(unit, "song", "n1")
    assert after is not None
    assert (after.ladder, after.next_step, after.facts.one_way_at) == (None, None, None)


async def test_who_is_not_the_registered_holder_proves_nothing_for_the_one_who_is(db: Database) -> None:
    await keep(db, NUMBER)
    assert await db.transact(lambda unit: service.prove(unit, BLIND, "song", "n1", "001096000002")) == (NUMBER, WRONG)
    assert await db.transact(lambda unit: service.prove(unit, BLIND, "song", "n1", "001096000002")) is None
    async with db.reading() as unit:
        assert await store.find(unit, "song", "n1") == WRONG


async def test_a_proof_after_the_end_restores_nothing(db: Database) -> None:
    ended = NUMBER.with_facts(ended_at=7)
    await keep(db, ended)
    assert await db.transact(lambda unit: service.prove(unit, BLIND, "song", "n1", ID_NUMBER)) is None
    async with db.reading() as unit:
        assert await store.find(unit, "song", "n1") == ended


async def test_a_carrier_has_one_key_and_without_it_nobody_reads_its_numbers(db: Database) -> None:
    keys = await asyncio.gather(*(db.transact(lambda unit: ensure_key(unit, SEALER, "song")) for _ in range(10)))
    sealed = keys[0].seal("+84951234567")
    assert {key.open(sealed) for key in keys} == {"+84951234567"}
    with pytest.raises(NotSealedHere):
        CarrierKey("gio", b"k" * 32).open(sealed)
    await db.transact(lambda unit: destroy_key(unit, "song"))
    async with db.reading() as unit:
        assert await find_key(unit, SEALER, "song") is None
