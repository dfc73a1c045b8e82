"""A carrier's register is classed: each of its rows, held against the population register, batch by batch.

Whoever goes through the batches puts on record that they do, before they begin. What was written down of them need not
be classed again: the rows up to there are then read for what they say of those behind them, and nobody is asked for.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.identity.register.records import Holder, find_all_holders
from vneid_idp.kernel.clock import Instant, local_date
from vneid_idp.policy.rules import Policy, Threshold
from vneid_idp.registers.classes import Classified, Found, Terms, asks_for, classify
from vneid_idp.registers.columns import Line
from vneid_idp.registers.faults import Fault
from vneid_idp.registers.reading import Register
from vneid_idp.registers.rows import RegisterRow, read_phone_number, read_row
from vneid_idp.registers.rows_before import RowsBefore

_AT_ONCE = 2_000
"""Rows whose holders are asked for together."""


@dataclass(slots=True)
class ClassedRow:
    """A row that can be read, and its class. Not frozen, as `RegisterRow` is not."""

    row: RegisterRow
    classified: Classified


@dataclass(frozen=True, slots=True)
class ClassedBatch:
    """Some rows of a register, one after the other."""

    rows: Sequence[ClassedRow]
    """Those that can be read."""
    unreadable: int
    """How many rows cannot."""
    faults: Sequence[Fault]
    """Why: one or more for each of those."""
    last_line: int
    """`Line.number` of the last row, whether it can be read or not: once all of this is written down, the place to
    begin `after`."""
    done: int
    """`Register.done` when it was read."""


@dataclass(slots=True)
class _Read:
    """A row that was read, and what the rows before it say."""

    row: RegisterRow
    asked_for: str | None
    """The personal ID number for which the population register has to be asked, if any."""
    stood_before: bool
    place: int


@dataclass(frozen=True, slots=True)
class _ReadBatch:
    """A batch before anybody was asked. Its other members are those of `ClassedBatch`."""

    read: Sequence[_Read]
    unreadable: int
    faults: Sequence[Fault]
    last_line: int
    done: int


def terms_of(policy: Policy, now: Instant) -> Terms:
    """What decides of rows at an instant, by the policy."""
    rules = policy.at(now)
    return Terms(local_date(now), rules[Threshold.NUMBERS_WITHOUT_CONTRACT], rules[Threshold.NUMBER_ALONE_FROM_AGE])


async def classed_batches(
    registry: PopulationRegistry, register: Register, before: RowsBefore, terms: Terms, *, after: int = 0
) -> AsyncIterator[ClassedBatch]:
    """The rows of a register behind the line `after`, in their order. While the population register is asked about some
    of them the next are read, in a thread. `before` is told of all rows, those up to `after` among them.

    Raises `UnreadableRegister` and `RegistryUnavailable`.
    """
    batches = _read_batches(register, before, after)
    batch = await asyncio.to_thread(next, batches, None)
    while batch is not None:
        wanted = {each.asked_for for each in batch.read if each.asked_for is not None}
        following, holders = await asyncio.gather(
            asyncio.to_thread(next, batches, None), find_all_holders(registry, wanted)
        )
        yield _classed(batch, holders, terms)
        batch = following


def _read_batches(register: Register, before: RowsBefore, after: int) -> Iterator[_ReadBatch]:
    lines = register.rows()
    while batch := list(islice(lines, _AT_ONCE)):
        read, faults = list[_Read](), list[Fault]()
        unreadable = 0
        for line in batch:
            row = (line,) if isinstance(line, Fault) else read_row(line)
            if isinstance(row, RegisterRow):
                stood_before = before.stood_before(row.phone_number)
                place = 1 if stood_before else before.place(row)
                if row.line > after:
                    read.append(_Read(row, None if stood_before else asks_for(row), stood_before, place))
                continue
            if isinstance(line, Line) and (phone_number := read_phone_number(line)):
                before.mention(phone_number)
            if row[0].line > after:
                faults += row
                unreadable += 1
        last = batch[-1].line if isinstance(batch[-1], Fault) else batch[-1].number
        if last > after:
            yield _ReadBatch(read, unreadable, faults, last, register.done)


def _classed(batch: _ReadBatch, holders: Mapping[str, Holder], terms: Terms) -> ClassedBatch:
    rows = [ClassedRow(each.row, classify(each.row, _found(each, holders), terms)) for each in batch.read]
    return ClassedBatch(rows, batch.unreadable, batch.faults, batch.last_line, batch.done)


def _found(read: _Read, holders: Mapping[str, Holder]) -> Found:
    holder = None if read.asked_for is None else holders.get(read.asked_for)
    return Found(holder, read.stood_before, read.place)
