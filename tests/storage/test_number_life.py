"""Any life of a number in a carrier's register (`tests.support.number_life`), led on a database beside the rules."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import rule, run_state_machine_as_test
from sqlalchemy import select

from tests.support.deeds import DEED
from tests.support.fresh import Fresh
from tests.support.number_life import BLIND, DIGEST, PEOPLE, SOURCE, Given, NumberLife
from tests.support.on_ladder import SECRETS
from tests.support.people import SEALER
from tests.support.watch import Watch
from vneid_idp.bindings.kinds import actions_of
from vneid_idp.instructions import answers, stream
from vneid_idp.instructions import service as instructions
from vneid_idp.instructions.rules import Instruction, Outcome
from vneid_idp.instructions.store import read_instruction
from vneid_idp.instructions.tables import instructions as given_table
from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.kernel.secrets import new_id
from vneid_idp.policy import service as policies
from vneid_idp.policy.intervals import Interval
from vneid_idp.registered_numbers import intake, rechecking, service, store, uploads
from vneid_idp.registered_numbers.answers import Answer, NotToBeAnswered
from vneid_idp.registered_numbers.carrier_key import ensure_key
from vneid_idp.registered_numbers.intake import Part
from vneid_idp.registered_numbers.rechecking import Changed
from vneid_idp.registered_numbers.rules import RegisteredNumber
from vneid_idp.registered_numbers.service import NumberNotRegistered, digest_of_holder
from vneid_idp.registered_numbers.tables import registered_numbers
from vneid_idp.registered_numbers.telling import Told
from vneid_idp.registered_numbers.uploads import Progress, RegisterUpload, UploadState
from vneid_idp.storage.database import open_database
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.prove_number import prove_number
from vneid_idp.use_cases.replan_ladder import replan_ladder
from vneid_idp.use_cases.sweep_ladder import sweep_ladder

_NUMBERS = Statement(select(registered_numbers))
_GIVEN = Statement(select(given_table).order_by(given_table.c.number_id, given_table.c.place))
_REGISTERS = RegisterUpload(
    "", SOURCE.family_id, SOURCE.client_id, "file", "csv", UploadState.READING, 1, 0, 0, Counter(), Counter(), 0, None,
    None, None, 0, 0,
)  # fmt: skip


class KeptLife(NumberLife):
    """A life on a database: whatever happens leaves there what the rules say, and the carrier has it in order."""

    fresh: ClassVar[Fresh]

    def __init__(self) -> None:
        super().__init__()
        self.watch = Watch(self.now)
        self.runner = asyncio.Runner()
        self.database = type(self).fresh()
        self.db = open_database(self.database.__enter__(), self.watch)
        self.do(policies.ensure)

    def teardown(self) -> None:
        self.runner.run(self.db.close())
        self.runner.close()
        self.database.__exit__(None, None, None)

    def do(self, work: Callable[[Unit], Awaitable[Any]]) -> Any:
        """Do it in a unit of its own."""
        return self.runner.run(self.db.transact(work))

    def turn(self, now: Instant) -> None:
        super().turn(now)
        self.watch.set(now)

    def swept(self) -> None:
        self.runner.run(sweep_ladder(self.db, self.policy, SECRETS))
        self.compare()

    def uploaded(self, told: Told | None) -> None:
        async def work(unit: Unit) -> None:
            upload = replace(_REGISTERS, upload_id=new_id("upl"))
            assert await uploads.add(unit, upload)
            key = await ensure_key(unit, SEALER, SOURCE.family_id)
            if told is None:
                rows = [store.read_number(row) for row in await unit.fetch(_NUMBERS)]
                gone = [each.number_id for each in rows if each.facts.recycled_at is None]
                upload = await intake.miss(unit, upload, gone)
            else:
                kept = await intake.keep(unit, key, self.policy, upload, Part([told], Progress(1, 1)))
                await instructions.restore(unit, kept.changed)
                upload = kept.upload
            await intake.end(unit, upload, UploadState.COMPLETE)

        self.do(work)
        self.compare()

    def answered(self, said: Answer) -> None:
        async def work(unit: Unit) -> None:
            assert self.number is not None
            rows = [store.read_number(row) for row in await unit.fetch(_NUMBERS)]
            (number,) = [each for each in rows if each.facts.recycled_at is None]
            for who in PEOPLE:
                try:
                    changed = await service.answer(unit, BLIND, who, number.number_id, said, self.policy)
                except NumberNotRegistered:
                    assert self.number.holder_digest != digest_of_holder(BLIND, who)
                except NotToBeAnswered:
                    pass
                else:
                    await instructions.restore(unit, [changed])

        self.do(work)
        self.compare()

    def proved(self, who: str) -> None:
        self.do(lambda unit: prove_number(unit, BLIND, SOURCE.family_id, DIGEST, who))
        self.compare()

    def device_changed(self, at: Instant) -> None:
        holder = digest_of_holder(BLIND, PEOPLE[0])
        changed = Changed(SOURCE.family_id, SOURCE.client_id, DIGEST, "+84951234567", holder, at)
        self.do(lambda unit: rechecking.put_on_ladder(unit, SEALER, changed, self.policy))
        self.compare()

    def published(self, row: Interval) -> None:
        text = (
            f'[[interval]]\ntrigger = "{row.trigger}"\nstep = "{row.step}"\namount = {row.amount}\n'
            f'unit = "{row.unit}"\ntimes = {row.times}\n'
            f'legal_reference = "{row.legal_reference}"\nin_force_from = {row.in_force_from}\n'
        )
        draft = self.do(lambda unit: policies.load(unit, text, actions_of(), DEED))
        self.do(lambda unit: policies.publish(unit, draft.version, DEED))

    def planned(self) -> None:
        self.turn(self.now + MINUTE)
        self.runner.run(replan_ladder(self.db))
        self.compare()

    @rule()
    def poll(self) -> None:
        """The carrier takes what is there for it: of each number what comes next."""

        async def work(unit: Unit) -> None:
            found = await stream.list_unreceived(unit, SOURCE.client_id, SOURCE.family_id, since=0, most=9)
            rows = [read_instruction(row) for row in await unit.fetch(_GIVEN)]
            first: dict[str, Instruction] = {}
            for each in rows:
                if each.received_at is None:
                    first.setdefault(each.number_id, each)
            assert {each.instruction_id for each in found} == {each.instruction_id for each in first.values()}
            await stream.note_received(unit, SOURCE.client_id, [each.instruction_id for each in found])

        self.do(work)

    @rule()
    def acknowledge(self) -> None:
        """The carrier did the last of what it was told of a number, and so all before."""

        async def work(unit: Unit) -> None:
            rows = [read_instruction(row) for row in await unit.fetch(_GIVEN)]
            if not rows or rows[-1].answered_at is not None:
                return
            done = (SOURCE.family_id, rows[-1].instruction_id, Outcome.DONE, None)
            await answers.acknowledge(unit, *done)
            after = [read_instruction(row) for row in await unit.fetch(_GIVEN)]
            of_number = [each for each in after if each.number_id == rows[-1].number_id]
            assert all(each.answered_at and each.received_at for each in of_number)

        self.do(work)

    def compare(self) -> None:
        """What is kept is what the rules say, and what the carrier was told is in order."""

        async def look() -> tuple[list[RegisteredNumber], list[Instruction]]:
            async with self.db.reading() as unit:
                numbers = [store.read_number(row) for row in await unit.fetch(_NUMBERS)]
                return numbers, [read_instruction(row) for row in await unit.fetch(_GIVEN)]

        numbers, given = self.runner.run(look())
        kept = []
        for number in numbers:
            of_it = [each for each in given if each.number_id == number.number_id]
            assert [each.place for each in of_it] == list(range(1, len(of_it) + 1))
            told = [
                Given(each.kind, each.reason.trigger, each.reason.since, each.due_at, each.made_at) for each in of_it
            ]
            kept.append((_bare(number), told))
        expected = [*self.past, *([] if self.number is None else [self.number])]
        by_rule = [(_bare(number), self.carriers[number.number_id].given) for number in expected]
        assert sorted(kept, key=repr) == sorted(by_rule, key=repr)


def _given(each: Instruction) -> Given:
    return Given(each.kind, each.reason.trigger, each.reason.since, each.due_at, each.made_at)


def _bare(number: RegisteredNumber) -> RegisteredNumber:
    """A number without what each keeping of it has of its own."""
    return replace(number, number_id="", sealed_number="", upload_id="")


def test_any_life_is_kept_as_the_rules_say(fresh: Fresh) -> None:
    few = settings(
        max_examples=12, stateful_step_count=20, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
    )
    run_state_machine_as_test(type("LifeHere", (KeptLife,), {"fresh": staticmethod(fresh)}), settings=few)
