"""The ladder moves on both databases: many sweep at once, proofs come in between, policies change, clocks go back."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.deeds import DEED
from tests.support.on_ladder import FAMILY, SECRETS, keep, many_on_ladder, on_ladder
from tests.support.people import BLIND
from tests.support.watch import Watch
from vneid_idp.bindings.kinds import actions_of
from vneid_idp.instructions.rules import InstructionKind
from vneid_idp.instructions.tables import instructions
from vneid_idp.kernel.clock import DAY, MINUTE, local_date
from vneid_idp.policy import service as policies
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.intervals import Trigger
from vneid_idp.registered_numbers import store
from vneid_idp.registered_numbers.rules import RegisteredNumber, RegisteredState
from vneid_idp.registered_numbers.tables import registered_numbers
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases import replan_ladder as replanning
from vneid_idp.use_cases import sweep_ladder as sweeping
from vneid_idp.use_cases.foresee_ladder import Foreseen, OnDay, foresee_carrier, foresee_ladder
from vneid_idp.use_cases.prove_number import prove_number
from vneid_idp.use_cases.replan_ladder import replan_ladder
from vneid_idp.use_cases.sweep_ladder import sweep_ladder

_GIVEN = Statement(select(instructions).order_by(instructions.c.number_id, instructions.c.place))
_NUMBERS = Statement(select(registered_numbers).order_by(registered_numbers.c.number_id))


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "_BATCH", 7)
    monkeypatch.setattr(replanning, "_BATCH", 7)


async def given(db: Database) -> list[dict[str, Any]]:
    async with db.reading() as unit:
        return [dict(row) for row in await unit.fetch(_GIVEN)]


async def numbers(db: Database) -> list[RegisteredNumber]:
    async with db.reading() as unit:
        return [store.read_number(row) for row in await unit.fetch(_NUMBERS)]


async def prove(digest: str, unit: Unit) -> None:
    await prove_number(unit, BLIND, FAMILY, digest, "001096000001")


def due_in(number: RegisteredNumber, watch: Watch) -> int:
    assert number.next_step is not None
    return number.next_step.at - watch.now()


async def test_four_sweep_at_once_and_every_step_is_taken_once(db: Database, watch: Watch) -> None:
    made = many_on_ladder(100, Trigger.CLEAN_UP_2026, watch.now())
    await keep(db, made)
    assert await sweep_ladder(db, shipped(), SECRETS) == 0, "nothing is due yet"
    expected: list[str] = []
    for kind in ("notify", "cut_outgoing", "cut_both", "end"):
        watch.advance(due_in((await numbers(db))[0], watch))
        assert sum(await asyncio.gather(*(sweep_ladder(db, shipped(), SECRETS) for _ in range(4)))) == 100
        expected.append(kind)
        told: dict[str, list[tuple[int, str]]] = {}
        for row in await given(db):
            told.setdefault(row["number_id"], []).append((row["place"], row["kind"]))
        assert set(told) == {number.number_id for number in made}
        assert all(each == list(enumerate(expected, start=1)) for each in told.values())
        # A clock that goes back has nothing done again, nor when it comes forward.
        watch.set(watch.now() - DAY)
        assert await sweep_ladder(db, shipped(), SECRETS) == 0
        watch.advance(DAY)
        assert await sweep_ladder(db, shipped(), SECRETS) == 0
    assert {(number.state, number.next_step) for number in await numbers(db)} == {(RegisteredState.ENDED, None)}
    assert {(row["legal_reference"], row["trigger"]) for row in await given(db)} == {
        (due.legal_reference, "clean_up_2026") for due in shipped().intervals if due.trigger is Trigger.CLEAN_UP_2026
    }


async def test_of_a_proof_and_a_sweep_at_once_one_comes_first(db: Database, watch: Watch) -> None:
    count = 60
    await keep(db, many_on_ladder(count, Trigger.CLEAN_UP_2026, watch.now()))
    watch.advance(due_in((await numbers(db))[0], watch))
    await sweep_ladder(db, shipped(), SECRETS)
    watch.advance(due_in((await numbers(db))[0], watch))
    # Half are proved while outgoing service of all is cut.
    proved = [f"digest {number}" for number in range(0, count, 2)]
    await asyncio.gather(
        *(sweep_ladder(db, shipped(), SECRETS) for _ in range(3)),
        *(db.transact(partial(prove, digest)) for digest in proved),
    )
    await sweep_ladder(db, shipped(), SECRETS)
    told: dict[str, list[str]] = {}
    for row in await given(db):
        told.setdefault(row["number_id"], []).append(row["kind"])
    for number in await numbers(db):
        kinds = told[number.number_id]
        if number.number_digest in proved:
            assert (number.state, number.next_step) == (RegisteredState.VERIFIED, None)
            assert kinds in (["notify"], ["notify", "cut_outgoing", "restore"])
        else:
            assert number.state is RegisteredState.ONE_WAY
            assert kinds == ["notify", "cut_outgoing"]


async def test_a_proof_restores_once_and_after_the_end_nothing(db: Database, watch: Watch) -> None:
    await keep(db, [on_ladder(1, Trigger.CLEAN_UP_2026, watch.now()).with_facts(one_way_at=watch.now())])
    for _ in range(2):
        await db.transact(partial(prove, "digest 1"))
    await db.transact(partial(prove, "of nobody"))
    assert [(row["place"], row["kind"]) for row in await given(db)] == [(1, "restore")]


async def test_a_published_policy_plans_every_number_anew_and_the_sweep_does_what_it_says(
    db: Database, watch: Watch
) -> None:
    await db.transact(policies.ensure)
    since = watch.now()
    await keep(
        db,
        [*many_on_ladder(20, Trigger.CLEAN_UP_2026, since), on_ladder(99, Trigger.FOREIGNER_PASSPORT, since)],
    )
    await replan_ladder(db)
    watch.advance(MINUTE)
    assert await replan_ladder(db) == 0, "they are planned by this very policy"
    text = (
        '[[interval]]\ntrigger = "clean_up_2026"\nstep = "notice"\namount = 2\nunit = "days"\n'
        f'legal_reference = "A test"\nin_force_from = {local_date(since)}\n'
    )
    draft = await db.transact(lambda unit: policies.load(unit, text, actions_of(), DEED))
    whole = await db.transact(lambda unit: policies.publish(unit, draft.version, DEED, backdated="A test"))
    assert await replan_ladder(db) == 0, "not every process knows it yet"
    watch.advance(MINUTE)
    assert sum(await asyncio.gather(*(replan_ladder(db) for _ in range(3)))) == 20
    assert await replan_ladder(db) == 0
    watch.advance(3 * DAY)
    foreseen = await foresee_ladder(db, whole, local_date(watch.now()))
    assert (
        await sweep_ladder(db, whole, SECRETS)
        == 20 + foreseen[Foreseen(FAMILY, InstructionKind.NOTIFY, Trigger.FOREIGNER_PASSPORT)]
    )


async def test_what_is_foreseen_is_what_happens(db: Database, watch: Watch) -> None:
    await keep(
        db,
        [*many_on_ladder(10, Trigger.DISOWNED, watch.now()), on_ladder(99, Trigger.CLEAN_UP_2026, watch.now())],
    )
    before = await numbers(db)
    today, happened = local_date(watch.now()), Counter[Foreseen]()
    days = [date.fromordinal(today.toordinal() + day) for day in range(8)]
    foreseen = sum((await asyncio.gather(*(foresee_ladder(db, shipped(), day) for day in days))), Counter[Foreseen]())
    assert await numbers(db) == before, "nothing is done"
    assert await foresee_ladder(db, shipped(), date.fromordinal(today.toordinal() - 1)) == Counter()
    for _ in days:
        while await sweep_ladder(db, shipped(), SECRETS):
            pass
        watch.advance(DAY)
    for row in await given(db):
        happened[Foreseen(row["family_id"], InstructionKind(row["kind"]), Trigger(row["trigger"]))] += 1
    assert foreseen == happened != Counter()


async def test_what_a_carrier_foresees_is_what_happens_to_its_numbers(db: Database, watch: Watch) -> None:
    since, own = watch.now(), many_on_ladder(10, Trigger.DISOWNED, watch.now())
    passport = on_ladder(99, Trigger.FOREIGNER_PASSPORT, since)
    absent = replace(on_ladder(98, Trigger.DISOWNED, since), absent_at=since, next_step=None)
    foreign = replace(on_ladder(97, Trigger.DISOWNED, since), family_id="gio", number_digest="of another")
    await keep(db, [*own, passport, absent, foreign])
    watch.advance(DAY + MINUTE)
    await sweep_ladder(db, shipped(), SECRETS)
    await db.transact(partial(prove, "digest 3"))
    foreseen = await foresee_carrier(db, shipped(), FAMILY, 70)
    assert foreseen.states == {RegisteredState.ASKED: 10, RegisteredState.VERIFIED: 1}
    happened = Counter[OnDay]()
    for _ in range(71):
        while await sweep_ladder(db, shipped(), SECRETS):
            pass
        watch.advance(DAY)
    for row in await given(db):
        if row["family_id"] == FAMILY and row["made_at"] > since + DAY + MINUTE:
            happened[OnDay(local_date(row["made_at"]), InstructionKind(row["kind"]), Trigger(row["trigger"]))] += 1
    later = Counter({each: count for each, count in foreseen.coming.items() if each.day > local_date(since + DAY)})
    assert later == happened
    assert {(each.kind, each.trigger) for each in later} >= {
        ("notify", "disowned"),
        ("cut_outgoing", "disowned"),
        ("cut_outgoing", "foreigner_passport"),
    }
