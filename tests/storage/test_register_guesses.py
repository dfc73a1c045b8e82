"""A register is no oracle: however rows come, of one ID number a carrier learns as little as by matches, on both
databases."""

import asyncio
import io
from collections import Counter
from datetime import date

import pytest

from tests.support.deeds import DEED
from tests.support.registers import RECORD
from tests.support.uploads import BLIND, OTHER, SECRETS, Uploads, csv_of, row
from tests.support.watch import Watch
from vneid_idp.kernel.clock import DAY
from vneid_idp.matching import mismatches
from vneid_idp.matching.mismatches import MOST, OPERATORS, Claim, digest_of_claim, digest_of_number
from vneid_idp.policy.intervals import Trigger
from vneid_idp.registered_numbers.uploads import NumberOutcome
from vneid_idp.registers.classes import RowClass
from vneid_idp.registers.reading import open_register
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases import class_register
from vneid_idp.use_cases.check_register import check_register
from vneid_idp.use_cases.class_register import Guesses

NUMBER = digest_of_number(BLIND, RECORD.personal_number)


@pytest.fixture
async def song(db: Database, monkeypatch: pytest.MonkeyPatch) -> Uploads:
    """A carrier, of whose registers three rows are read at once."""
    monkeypatch.setattr(class_register, "_AT_ONCE", 3)
    return await Uploads(db).carrier()


def guess(serial: int) -> dict[str, str]:
    """A row that says another birth date for each serial."""
    return row(serial, birthdate=f"19{50 + serial}-01-01")


def claim(serial: int) -> Claim:
    """What `guess` says, as it is kept."""
    return Claim(NUMBER, digest_of_claim(BLIND, RECORD.personal_number, RECORD.full_name, date(1950 + serial, 1, 1)))


async def test_of_many_birth_dates_few_are_compared_and_the_right_one_is_not_found(song: Uploads, watch: Watch) -> None:
    guesses = [guess(serial) for serial in range(1, 12)]
    done = await song.upload(row(30, OTHER), *guesses, row(12), row(13), row(31, OTHER))
    assert done.classes == Counter(birthdate_differs=MOST, not_compared=8, consistent=2)
    right, wrong = await song.number(12), await song.number(11)
    assert right.row_class is wrong.row_class is RowClass.NOT_COMPARED
    assert (right.ladder, right.next_step) == (wrong.ladder, wrong.next_step)
    assert right.ladder is not None
    assert right.ladder.trigger is Trigger.CLEAN_UP_2026
    # Another file, with the right row before all others, tells no more; what was told once is told again.
    again = await song.upload(row(12), guess(20), guess(1), row(30, OTHER))
    assert again.classes == Counter(not_compared=2, birthdate_differs=1, consistent=1)
    watch.advance(DAY)
    mended = await song.upload(row(12), row(30, OTHER))
    assert mended.classes == Counter(consistent=2)
    assert (await song.number(12)).row_class is RowClass.CONSISTENT


async def test_equal_rows_count_once_and_what_agrees_does_not(song: Uploads) -> None:
    same = [guess(1) | {"phone_number": f"+8495{serial:07}"} for serial in range(40, 50)]
    done = await song.upload(*same, *(row(serial) for serial in range(1, 10)))
    assert done.classes[RowClass.NOT_COMPARED] == 0
    assert done.classes[RowClass.BIRTHDATE_DIFFERS] == len(same)
    async with song.db.reading() as unit:
        assert await mismatches.known(unit, song.family, [NUMBER]) == {NUMBER: {claim(1).claim_digest}}


async def test_a_number_that_stood_there_keeps_its_class_where_nothing_is_compared(song: Uploads, watch: Watch) -> None:
    await song.upload(row(12), row(13, full_name="Người Khác"))
    watch.advance(DAY)
    before = {serial: await song.number(serial) for serial in (12, 13)}
    done = await song.upload(*map(guess, range(1, 6)), row(12), row(13, full_name="Người Khác Nữa"))
    assert done.classes[RowClass.NOT_COMPARED] == 2
    assert done.outcomes[NumberOutcome.CHANGED] == 2
    for serial, number in before.items():
        now = await song.number(serial)
        assert (now.row_class, now.ladder, now.next_step) == (number.row_class, number.ladder, number.next_step)
    watch.advance(DAY)
    assert (await song.upload(row(12))).outcomes[NumberOutcome.CHANGED] == 1


async def test_what_operators_check_counts_for_carriers_and_theirs_for_it(song: Uploads) -> None:
    async def check(*rows: dict[str, str]) -> Counter[RowClass]:
        file = csv_of(*rows)
        _, to = await song.begin(csv_of(row(99)))
        guesses = Guesses(song.db, BLIND, OPERATORS)
        checked = await check_register(
            song.db.transact, to.registry, open_register(io.BytesIO(file)), to.terms, guesses, DEED,
            on_fault=lambda _: None, progress=lambda _: None,
        )  # fmt: skip
        return +checked.classes

    assert await check(guess(1), guess(2)) == Counter(birthdate_differs=2)
    other = await Uploads(song.db, "gio").carrier()
    assert +(await other.upload(*map(guess, (3, 4, 5, 6)))).classes == Counter(birthdate_differs=3, not_compared=1)
    assert await check(guess(7), row(8)) == Counter(not_compared=2)
    async with song.db.reading() as unit:
        assert len((await mismatches.known(unit, song.family, [NUMBER]))[NUMBER]) == 2, "another carrier's do not count"


async def test_of_many_at_once_no_more_are_kept_than_there_are(song: Uploads, watch: Watch) -> None:
    guesses = Guesses(song.db, SECRETS.blind, song.family)
    refused = await asyncio.gather(*(guesses.keep([claim(serial)]) for serial in range(12)))
    assert refused.count(frozenset({NUMBER})) == 12 - MOST
    known = (await guesses.known([NUMBER]))[NUMBER]
    assert len(known) == MOST
    watch.advance(DAY)
    assert await guesses.known([NUMBER]) == {}
    assert await song.db.transact(mismatches.sweep) == MOST


async def test_rows_whose_guesses_others_used_up_meanwhile_are_not_compared(
    song: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Guesses.known

    async def late(self: Guesses, numbers: list[str]) -> dict[str, set[str]]:
        found = await real(self, numbers)
        if not found:
            await self.keep([claim(serial) for serial in range(20, 25)])
        return found

    monkeypatch.setattr(Guesses, "known", late)
    done = await song.upload(guess(1), row(2), row(3, OTHER))
    assert done.classes == Counter(not_compared=2, consistent=1)
