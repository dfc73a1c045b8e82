"""A register is classed batch by batch, and goes on behind what was written down as though it had never stopped."""

import io
from collections.abc import Collection, Mapping
from typing import cast

from tests.support.registers import HOLDER, RECORD
from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.identity.register.records import Holder
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.matching.mismatches import Claim
from vneid_idp.registers.classes import Classified, RowClass, Terms
from vneid_idp.registers.columns import COLUMNS
from vneid_idp.registers.faults import FaultCode
from vneid_idp.registers.reading import open_register
from vneid_idp.registers.rows_before import RowsBefore
from vneid_idp.sandbox.country.citizens import REFERENCE
from vneid_idp.use_cases.class_register import ClassedBatch, Guesses, classed_batches

TERMS = Terms(REFERENCE, most_numbers=3, minor_under_age=15)
CARD, BORN = RECORD.personal_number, RECORD.birth_date.isoformat()
ROWS = 5_000


class Asked:
    """A population register with one person, which remembers who was asked for."""

    def __init__(self) -> None:
        self.numbers: list[str] = []

    async def find_holders(self, numbers: Collection[str]) -> Mapping[str, Holder]:
        """See `Registry.find_holders`."""
        self.numbers += numbers
        return {CARD: HOLDER} if CARD in numbers else {}


class Uncounted:
    """Nothing that differs was said before."""

    blind = BlindIndex(b"k" * 32)

    async def known(self, _: Collection[str]) -> dict[str, set[str]]:
        """See `Guesses.known`."""
        return {}

    async def keep(self, _: Collection[Claim]) -> frozenset[str]:
        """See `Guesses.keep`."""
        return frozenset()


def line(serial: int, document: str = CARD) -> str:
    cells = [f"+8495{serial:07d}", "citizen_card", document, RECORD.full_name, BORN]
    return ",".join(cells + [""] * (len(COLUMNS) - len(cells)))


def register() -> io.BytesIO:
    """Of `ROWS` rows of strangers; among them two that cannot be read, five numbers of one person, and a stranger's
    that stands there once more."""
    lines = [line(serial, f"0971960{serial:05d}") for serial in range(ROWS)]
    for place in (10, 20, 2_100, 2_200, 4_500):
        lines[place] = line(place)
    lines[4_600] = lines[5]
    lines[30] = lines[4_999] = "x"
    return io.BytesIO("\n".join([",".join(COLUMNS), *lines]).encode())


async def classed(after: int = 0) -> tuple[list[ClassedBatch], Asked]:
    asked = Asked()
    opened = open_register(register())
    registry = cast("PopulationRegistry", asked)
    guesses = cast("Guesses", Uncounted())
    return [
        batch async for batch in classed_batches(registry, opened, RowsBefore(), TERMS, guesses, after=after)
    ], asked


def rows(batches: list[ClassedBatch]) -> dict[int, Classified]:
    return {each.row.line: each.classified for batch in batches for each in batch.rows}


async def test_each_row_is_classed_by_itself_and_those_before() -> None:
    batches, asked = await classed()
    found = rows(batches)
    of_the_person = {at: each.row_class for at, each in found.items() if each.row_class is not RowClass.NO_SUCH_PERSON}
    assert of_the_person == {
        12: RowClass.CONSISTENT,
        22: RowClass.CONSISTENT,
        2_102: RowClass.CONSISTENT,
        2_202: RowClass.TOO_MANY,
        4_502: RowClass.TOO_MANY,
        4_602: RowClass.DUPLICATE,
    }
    assert (len(found), sum(batch.unreadable for batch in batches)) == (ROWS - 2, 2)
    faults = [(fault.line, fault.code) for batch in batches for fault in batch.faults]
    assert faults == [(32, FaultCode.CELL_COUNT), (5_001, FaultCode.CELL_COUNT)]
    assert len(asked.numbers) == ROWS - 8 + 3, "each number once a batch, and of a duplicate nobody"
    assert batches[-1].last_line == ROWS + 1
    assert [batch.done for batch in batches] == sorted({batch.done for batch in batches})
    assert batches[-1].done == len(register().getvalue())


async def test_behind_what_was_written_down_the_same_rows_follow_and_nobody_else_is_asked_for() -> None:
    whole, asked = await classed()
    for place in range(len(whole)):
        rest, asked_then = await classed(after=whole[place].last_line)
        assert rest == whole[place + 1 :]
        assert asked_then.numbers == asked.numbers[len(asked.numbers) - len(asked_then.numbers) :]
        assert len(asked_then.numbers) < len(asked.numbers)


async def test_a_batch_that_was_written_down_in_part_is_gone_on_with_behind_it() -> None:
    whole, rest = rows((await classed())[0]), rows((await classed(after=3_000))[0])
    assert rest == {at: each for at, each in whole.items() if at > 3_000}
