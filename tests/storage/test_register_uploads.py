"""A carrier's register is read into numbers, on both databases: once, again, in parts, and by two at a time."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.registers import RECORD
from tests.support.uploads import BLIND, OTHER, PROVED, SEALER, Uploads, csv_of, row
from tests.support.watch import Watch
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.subscriber_numbers.kind import SUBSCRIBER_NUMBER
from vneid_idp.bindings.subscriber_numbers.lifecycle import NumberMove
from vneid_idp.bindings.subscriber_numbers.service import (
    ConfirmedNumber,
    bind_number,
    digest_of_number,
    list_of_family,
)
from vneid_idp.bindings.subscriber_numbers.words import CarrierUnknown
from vneid_idp.clients.service import UnknownClient
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.instructions.tables import instructions
from vneid_idp.kernel.clock import DAY, HOUR, MINUTE
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.intervals import Step, Trigger
from vneid_idp.registered_numbers import service, store, uploads
from vneid_idp.registered_numbers.answers import Answer
from vneid_idp.registered_numbers.carrier_key import RegisterLeaving, find_key
from vneid_idp.registered_numbers.intake import UploadOvertaken
from vneid_idp.registered_numbers.rules import RegisteredNumber, RegisteredState
from vneid_idp.registered_numbers.uploads import NumberOutcome, UploadState
from vneid_idp.registers.classes import RowClass
from vneid_idp.registers.columns import Column, Line, UnreadableRegister
from vneid_idp.registers.csv_register import CsvRegister
from vneid_idp.registers.faults import Fault, FaultCode
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases import class_register
from vneid_idp.use_cases.delete_client import delete_client
from vneid_idp.use_cases.upload_register import TooManyUploads, UploadUnderWay

JUNK = (
    row(1, **PROVED),
    row(2),
    row(3, full_name="Người Khác"),
    row(4, None),
    row(5, id_document="097196"),
    row(2),
    row(6, service="machine"),
    row(7, OTHER),
)


@pytest.fixture
async def song(db: Database, monkeypatch: pytest.MonkeyPatch) -> Uploads:
    """A carrier, of whose registers two rows are read at once."""
    monkeypatch.setattr(class_register, "_AT_ONCE", 2)
    return await Uploads(db).carrier()


async def test_each_number_has_its_class_and_what_is_due_of_it(song: Uploads) -> None:
    done = await song.upload(*JUNK)
    assert (done.state, done.last_line, done.done, done.faults) == (UploadState.COMPLETE, 9, done.total, 1)
    assert done.classes == Counter(consistent=3, name_differs=1, incomplete=1, malformed=1, duplicate=1, machine=1)
    assert done.outcomes == Counter({NumberOutcome.ADDED: 6})
    found = {serial: await song.number(serial) for serial in (1, 2, 3, 4, 6, 7)}
    assert {serial: each.ladder and each.ladder.trigger for serial, each in found.items()} == {
        1: None, 2: Trigger.CLEAN_UP_2026, 3: Trigger.DISOWNED, 4: Trigger.DISOWNED, 6: None, 7: Trigger.CLEAN_UP_2026,
    }  # fmt: skip
    due = found[2].next_step
    assert due is not None
    assert due.step is Step.NOTICE
    assert found[2].holder_digest == found[1].holder_digest != found[7].holder_digest
    assert found[4].holder_digest is None
    assert [(each.step, each.numbers) for each in done.coming] == [(Step.NOTICE, 2)] * 2
    async with song.db.reading() as unit:
        assert await uploads.latest_read(unit, "song") == done
        faults = await uploads.list_faults(unit, done.upload_id)
        assert await uploads.list_of_family(unit, "song") == (done,)
        with pytest.raises(uploads.UnknownUpload):
            await uploads.get_of_family(unit, "gio", done.upload_id)
    assert [fault for _, fault in faults] == [Fault(6, Column.ID_DOCUMENT, FaultCode.NOT_AN_ID_NUMBER)]


async def test_what_did_not_change_is_not_written_and_what_is_missing_leaves_the_sweep(
    song: Uploads, watch: Watch
) -> None:
    await song.upload(row(1), row(2), row(3), row(4))
    before = await song.numbers()
    watch.advance(DAY)
    # A number is not missing whose row cannot be read.
    again = await song.upload(row(1), row(2, birthdate="1990-01-01"), row(4, birthdate="soon"))
    assert again.outcomes == Counter({NumberOutcome.UNCHANGED: 1, NumberOutcome.CHANGED: 1, NumberOutcome.MISSING: 1})
    assert await song.number(1) in before
    assert await song.number(4) in before
    worse, missing = await song.number(2), await song.number(3)
    assert worse.row_class is RowClass.BIRTHDATE_DIFFERS
    assert worse.ladder is not None
    assert (worse.ladder.trigger, worse.ladder.since) == (Trigger.DISOWNED, watch.now())
    assert (missing.absent_at, missing.next_step) == (watch.now(), None)
    watch.advance(DAY)
    back = await song.upload(row(1), row(2, **PROVED), row(3), row(4))
    assert back.outcomes == Counter({NumberOutcome.UNCHANGED: 2, NumberOutcome.CHANGED: 1, NumberOutcome.RETURNED: 1})
    mended, returned = await song.number(2), await song.number(3)
    assert (mended.ladder, mended.next_step) == (None, None)
    assert returned.absent_at is None
    assert returned.ladder is not None
    assert returned.ladder.since == watch.now()


async def happened(song: Uploads, number: RegisteredNumber, **facts: Any) -> None:
    async def work(unit: Unit) -> None:
        seized = await store.seize(unit, number.family_id, number.number_digest)
        assert seized is not None
        await store.write(unit, seized.with_facts(**facts))

    await song.db.transact(work)


async def test_what_people_said_stays_and_is_not_the_next_holders(song: Uploads, watch: Watch) -> None:
    wrong = {"full_name": "Người Khác"}
    await song.upload(row(1), row(2), row(3), row(4, **wrong))
    said = ({"confirmed_at": 5}, {"disowned_at": 5}, {"one_way_at": 5}, {"confirmed_at": 5})
    for serial, facts in enumerate(said, start=1):
        await happened(song, await song.number(serial), **facts)
    watch.advance(DAY)
    done = await song.upload(row(1, OTHER), row(2, **PROVED), row(3, **PROVED), row(4))
    assert done.outcomes == Counter({NumberOutcome.RECYCLED: 1, NumberOutcome.CHANGED: 3})
    (earlier,) = [each for each in await song.numbers() if each.facts.recycled_at]
    assert (earlier.state, earlier.facts.confirmed_at, earlier.next_step) == (RegisteredState.RECYCLED, 5, None)
    another = await song.number(1)
    assert another.number_id != earlier.number_id
    assert another.holder_digest != earlier.holder_digest
    assert another.state is RegisteredState.REGISTERED
    disowned = await song.number(2)
    assert disowned.state is RegisteredState.DISOWNED
    assert disowned.ladder is not None
    third = await song.number(3)
    assert third.state is RegisteredState.REGISTERED
    async with song.db.reading() as unit:
        given = [(row["number_id"], row["kind"]) for row in await unit.fetch(Statement(select(instructions)))]
    assert given == [(third.number_id, "restore")], "it was cut off, and its row is in order now"
    assert (await song.number(4)).state is RegisteredState.VERIFIED


KINDS: tuple[dict[str, str], ...] = (
    {}, PROVED, {"full_name": "Người Khác"}, {"birthdate": "1990-01-01"}, {"id_document": ""}, {"service": "machine"},
    {"id_document": OTHER.personal_number, "full_name": OTHER.full_name},
)  # fmt: skip
"""Ways in which a row may differ."""


def standing(numbers: list[RegisteredNumber]) -> Counter[Any]:
    """What is kept of the numbers that stand in a register now, whichever carrier's it is."""
    return Counter(
        (each.holder_digest, each.row_class, each.reasons, each.row_digest, each.facts, each.ladder, each.next_step)
        for each in numbers
        if each.absent_at is None and each.facts.recycled_at is None
    )


async def test_a_register_after_others_is_as_if_it_alone_had_come(song: Uploads) -> None:
    dice = Random(8)
    registers = [
        [row(serial, **dice.choice(KINDS)) for serial in dice.choices(range(1, 7), k=dice.randint(0, 8))]
        for _ in range(12)
    ]
    for number, rows in enumerate(registers):
        await song.upload(*rows)
        alone = await Uploads(song.db, f"alone-{number}").carrier()
        await alone.upload(*rows)
        assert standing(await song.numbers()) == standing(await alone.numbers())


class Killed(Exception):
    """The process is gone."""


async def test_whoever_goes_on_after_an_interruption_writes_nothing_twice(song: Uploads) -> None:
    file, left = csv_of(*JUNK), iter("kk.k..kkkk")

    async def in_unit(work: Callable[[Unit], Awaitable[Any]]) -> Any:
        if next(left) == ".":
            raise Killed
        return await song.db.transact(work)

    song.in_unit = in_unit
    for _ in range(3):
        with pytest.raises(Killed):
            await song.read(*await song.begin(file), file)
    done = await song.read(*await song.begin(file), file)
    alone = await Uploads(song.db, "alone").carrier()
    whole = await alone.upload(*JUNK)
    assert (done.classes, done.outcomes, done.faults) == (whole.classes, whole.outcomes, whole.faults)
    assert standing(await song.numbers()) == standing(await alone.numbers())
    async with song.db.reading() as unit:
        assert len(await uploads.list_faults(unit, done.upload_id)) == 1


async def test_of_the_latest_files_alone_it_is_kept_what_is_wrong_with_rows(
    song: Uploads, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "FILES_WITH_FAULTS", 2)
    monkeypatch.setattr(uploads, "MOST_FAULTS", 2)
    read = []
    for _ in range(3):
        watch.advance(MINUTE)
        read.append(await song.upload(*(row(each, id_document="097196") for each in range(1, 4))))
        watch.advance(MINUTE)
    async with song.db.reading() as unit:
        kept = [len(await uploads.list_faults(unit, each.upload_id)) for each in read]
    assert ([each.faults for each in read], kept) == ([3, 3, 3], [0, 2, 2])
    # Nor does a carrier hand in as many as it likes.
    monkeypatch.setattr(uploads, "MOST_A_DAY", 3)
    with pytest.raises(TooManyUploads):
        await song.upload(row(9))
    watch.advance(DAY - 5 * MINUTE)
    await song.upload(row(9))


async def test_of_two_that_read_one_file_one_is_overtaken_and_another_file_waits(song: Uploads, watch: Watch) -> None:
    file = csv_of(*JUNK)
    upload, to = await song.begin(file)
    assert (await song.begin(file))[0] == upload
    with pytest.raises(UploadUnderWay):
        await song.begin(csv_of(row(1)))
    both = await asyncio.gather(*(song.read(upload, to, file) for _ in range(2)), return_exceptions=True)
    (done,) = [each for each in both if not isinstance(each, UploadOvertaken)]
    assert not isinstance(done, BaseException)
    assert done.rows == len(JUNK)
    assert len(await song.numbers()) == 6
    abandoned, _ = await song.begin(file)
    watch.advance(HOUR)
    await song.upload(row(1))
    async with song.db.reading() as unit:
        left = await uploads.find(unit, abandoned.upload_id)
    assert left is not None
    assert (left.state, left.failure) == (UploadState.FAILED, "abandoned")


async def test_half_a_file_misses_no_number(song: Uploads) -> None:
    await song.upload(row(1), row(2))

    def rows(_: CsvRegister) -> Iterator[Line | Fault]:
        raise UnreadableRegister("It is damaged.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CsvRegister, "rows", rows)
        done = await song.upload(row(1))
    assert (done.state, done.failure) == (UploadState.FAILED, "It is damaged.")
    assert [each.absent_at for each in await song.numbers()] == [None, None]


async def test_only_a_client_of_a_carrier_uploads(db: Database) -> None:
    nobodys = await Uploads(db, "").carrier()
    with pytest.raises(CarrierUnknown):
        await nobodys.begin(csv_of(row(1)))
    with pytest.raises(UnknownClient):
        await Uploads(db, "gio").begin(csv_of(row(1)))


async def test_the_last_client_of_a_carrier_takes_its_register_along(song: Uploads) -> None:
    await song.upload(*JUNK)
    file = csv_of(row(1))
    upload, to = await song.begin(file)
    await song.db.transact(lambda unit: delete_client(unit, song.client_id))
    with pytest.raises(UploadOvertaken):
        await song.read(upload, to, file)
    async with song.db.reading() as unit:
        assert await find_key(unit, SEALER, song.family) is None
    again = await song.carrier()
    with pytest.raises(RegisterLeaving):
        await again.begin(file)
    await happened(song, await song.number(1), recycled_at=5)
    while await song.db.transact(lambda unit: service.forget_unreadable(unit, 2)) >= 2:
        pass
    assert await song.numbers() == []
    assert (await again.upload(row(1))).outcomes == Counter({NumberOutcome.ADDED: 1})


async def bind_verified(unit: Unit, song: Uploads, serial: int, who: RegistryRecord = RECORD) -> None:
    """Somebody, who has no account, binds the number of `row(serial)`, and is matched with it."""
    number = ConfirmedNumber(f"+8495{serial:07}", "identity_app", "prepaid", serial)
    bound = await bind_number(
        unit, Vault(SEALER), BLIND, number, client_id=song.client_id, family_id=song.family,
        person_id="per_1", consent_id="con_1",
    )  # fmt: skip
    papers = service.digest_of_holder(BLIND, who.personal_number)
    binding_id = bound.binding.binding_id
    brought = {"match_id": "mtc_1", "channel": "identity_app", "holder_digest": papers}
    await engine.move(unit, SUBSCRIBER_NUMBER, song.client_id, binding_id, NumberMove.VERIFY, **brought)


async def test_a_number_that_is_proved_while_its_row_arrives_is_on_no_ladder(song: Uploads) -> None:
    """Neither sees the other's row: who proves it finds no number, and who writes the number no proof."""
    file = csv_of(row(1), row(2))
    upload, to = await song.begin(file)
    async with song.db.writing() as unit:
        await bind_verified(unit, song, 1)
        digest = digest_of_number(BLIND, song.family, "+84950000001")
        assert await service.prove(unit, BLIND, song.family, digest, RECORD.personal_number) is None
        reading = asyncio.create_task(song.read(upload, to, file))
        await asyncio.wait([reading], timeout=0.5)
    await reading
    assert [(await song.number(each)).state.value for each in (1, 2)] == ["verified", "registered"]


async def test_a_number_that_is_bound_and_verified_is_proved_and_not_for_another_holder(song: Uploads) -> None:
    async def bind(serial: int) -> None:
        await song.db.transact(lambda unit: bind_verified(unit, song, serial))

    async def change_device(serial: int) -> None:
        async def work(unit: Unit) -> None:
            (found,) = [
                each for each in await list_of_family(unit, song.family, after=None, limit=9) if each.sequence == serial
            ]
            await engine.move(unit, SUBSCRIBER_NUMBER, song.client_id, found.binding_id, NumberMove.RECHECK)

        await song.db.transact(work)

    await bind(4)
    await change_device(4)
    await song.upload(row(4))
    assert (await song.number(4)).state.value == "registered", "what was proved with another device"
    await bind(1)
    await song.upload(row(1), row(2), row(3))
    assert [(await song.number(each)).state.value for each in (1, 2)] == ["verified", "registered"]
    await bind(2)
    await bind(3)
    await song.upload(row(1, OTHER), row(2, birthdate="1990-01-01"), row(3))
    assert [(await song.number(each)).state.value for each in (1, 2, 3)] == ["registered", "verified", "registered"]


@pytest.mark.parametrize("order", ["row first", "binding first"])
async def test_nobody_cuts_off_the_number_of_whom_a_row_does_not_name(song: Uploads, order: str) -> None:
    """A binds it on a match, a register has it for B, and B says, as is true, that it is not theirs."""

    async def prove(unit: Unit) -> None:
        await bind_verified(unit, song, 1, OTHER)
        digest = digest_of_number(BLIND, song.family, "+84950000001")
        await service.prove(unit, BLIND, song.family, digest, OTHER.personal_number)

    if order == "row first":
        await song.upload(row(1))
        assert (await song.number(1)).next_step is not None
    await song.db.transact(prove)
    if order == "row first":
        assert (await song.number(1)).next_step is None
    await song.upload(row(1, full_name="Người Khác"))
    number = await song.number(1)
    assert (number.ladder, number.facts.proved_at) == (None, None)
    said = partial(service.answer, blind=BLIND, id_number=RECORD.personal_number, number_id=number.number_id)
    _, after = await song.db.transact(lambda unit: said(unit, said=Answer.NOT_MINE, policy=shipped()))
    assert (after.state, after.ladder, after.next_step) == (RegisteredState.DISOWNED, None, None)
    # Of a number that nobody has bound the same word is the first step of its ladder.
    await song.upload(row(1), row(2))
    number_id = (await song.number(2)).number_id
    _, after = await song.db.transact(
        lambda unit: service.answer(unit, BLIND, RECORD.personal_number, number_id, Answer.NOT_MINE, shipped())
    )
    assert after.ladder is not None


async def test_who_was_authenticated_proves_the_row_of_their_own_papers_alone(song: Uploads) -> None:
    for serial in (1, 2, 3):
        await song.db.transact(partial(bind_verified, song=song, serial=serial, who=OTHER))
    await song.upload(row(1), row(2, OTHER), row(3, None))
    found = [(await song.number(each)).state.value for each in (1, 2, 3)]
    assert found == ["registered", "verified", "verified"], "a row without papers is of nobody else"
    assert (await song.number(1)).next_step is None, "nor is anybody cut off because of a row that is wrong"
    # The carrier sets its register right: the number is whose it was all the time, and stays bound.
    await song.upload(row(1, OTHER), row(2, OTHER), row(3, None))
    assert (await song.number(1)).state.value == "verified"
    async with song.db.reading() as unit:
        bound = await list_of_family(unit, song.family, after=None, limit=9)
    assert [each.state.value for each in bound] == ["verified"] * 3
