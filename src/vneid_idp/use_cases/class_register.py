"""A carrier's register is classed: each of its rows, held against the population register, batch by batch.

Whoever goes through the batches puts on record that they do, before they begin. What was written down of them need not
be classed again: the rows up to there are then read for what they say of those behind them, and nobody is asked for.

A file could ask: one ID number in many rows, each with another birth date. So of one ID number no more claims that
differ are compared in a day than a carrier has mismatches; they are counted before anything of them is told, and the
rows behind them are of a class that says nothing of the person.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.identity.register.records import Holder, find_all_holders
from vneid_idp.kernel.clock import Instant, local_date
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.matching import mismatches
from vneid_idp.matching.mismatches import Claim, digest_of_claim, digest_of_number, may_compare
from vneid_idp.policy.rules import Policy, Threshold
from vneid_idp.registers.classes import DIFFER, Classified, Found, Terms, asks_for, classify
from vneid_idp.registers.columns import Line
from vneid_idp.registers.faults import Fault
from vneid_idp.registers.reading import Register
from vneid_idp.registers.rows import RegisterRow, read_phone_number, read_row
from vneid_idp.registers.rows_before import RowsBefore
from vneid_idp.storage.unit import Database

_AT_ONCE = 2_000
"""Rows whose holders are asked for together."""


@dataclass(frozen=True, slots=True)
class Guesses:
    """Where it is counted what a carrier says that differs."""

    db: Database
    blind: BlindIndex
    family_id: str
    """The carrier, or `mismatches.OPERATORS`."""

    async def known(self, numbers: Collection[str]) -> dict[str, set[str]]:
        """As `mismatches.known`."""
        async with self.db.glance() as unit:
            return await mismatches.known(unit, self.family_id, numbers)

    async def keep(self, claims: Collection[Claim]) -> frozenset[str]:
        """As `mismatches.keep`."""
        return await self.db.transact(lambda unit: mismatches.keep(unit, self.family_id, claims))


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
    wanted: Mapping[str, str]
    """The digests of the ID numbers for which the population register has to be asked, by these."""
    unreadable: int
    faults: Sequence[Fault]
    last_line: int
    done: int


def terms_of(policy: Policy, now: Instant) -> Terms:
    """What decides of rows at an instant, by the policy."""
    rules = policy.at(now)
    return Terms(local_date(now), rules[Threshold.NUMBERS_WITHOUT_CONTRACT], rules[Threshold.NUMBER_ALONE_FROM_AGE])


async def classed_batches(
    registry: PopulationRegistry,
    register: Register,
    before: RowsBefore,
    terms: Terms,
    guesses: Guesses,
    *,
    after: int = 0,
) -> AsyncIterator[ClassedBatch]:
    """The rows of a register behind the line `after`, in their order. While the population register is asked about some
    of them the next are read, in a thread. `before` is told of all rows, those up to `after` among them.

    Raises `UnreadableRegister` and `RegistryUnavailable`.
    """
    batches = _read_batches(register, before, guesses.blind, after)
    batch = await asyncio.to_thread(next, batches, None)
    while batch is not None:
        following, classed = await asyncio.gather(
            asyncio.to_thread(next, batches, None), _class(registry, batch, terms, guesses)
        )
        yield classed
        batch = following


def _read_batches(register: Register, before: RowsBefore, blind: BlindIndex, after: int) -> Iterator[_ReadBatch]:
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
            wanted = {each.asked_for for each in read if each.asked_for is not None}
            digests = {number: digest_of_number(blind, number) for number in wanted}
            yield _ReadBatch(read, digests, unreadable, faults, last, register.done)


async def _class(registry: PopulationRegistry, batch: _ReadBatch, terms: Terms, guesses: Guesses) -> ClassedBatch:
    holders, known = await asyncio.gather(
        find_all_holders(registry, batch.wanted), guesses.known(batch.wanted.values())
    )
    comparing = _Comparing(batch.wanted, holders, known, terms, guesses.blind)
    rows = [ClassedRow(each.row, comparing.classified(each)) for each in batch.read]
    over = await guesses.keep(comparing.differing) if comparing.differing else frozenset[str]()
    if over:
        rows = [
            ClassedRow(each.row, comparing.not_compared(each))
            if each.asked_for is not None and batch.wanted[each.asked_for] in over
            else classed
            for each, classed in zip(batch.read, rows, strict=True)
        ]
    return ClassedBatch(rows, batch.unreadable, batch.faults, batch.last_line, batch.done)


class _Comparing:
    """Holds the rows of a batch against the population register, one after the other, as long as their ID number has
    mismatches left."""

    def __init__(
        self,
        digests: Mapping[str, str],
        holders: Mapping[str, Holder],
        tried: dict[str, set[str]],
        terms: Terms,
        blind: BlindIndex,
    ) -> None:
        self._digests, self._holders, self._tried = digests, holders, tried
        self._terms, self._blind = terms, blind
        self.differing: list[Claim] = []
        """What was found to differ and was not known to."""

    def classified(self, read: _Read) -> Classified:
        """The class of the next row."""
        number = read.asked_for
        if number is None:
            return classify(read.row, Found(None, read.stood_before, read.place), self._terms)
        claim = None
        if self._digests[number] in self._tried:
            claim = self._claim(read.row, number)
            if not may_compare(self._tried, claim):
                return self.not_compared(read)
        found = Found(self._holders.get(number), read.stood_before, read.place)
        classified = classify(read.row, found, self._terms)
        if classified.row_class in DIFFER or not DIFFER.isdisjoint(classified.also):
            self._count(claim or self._claim(read.row, number))
        return classified

    def not_compared(self, read: _Read) -> Classified:
        """The class of a row that is not held against anything."""
        return classify(read.row, Found(None, read.stood_before, read.place, is_compared=False), self._terms)

    def _claim(self, row: RegisterRow, number: str) -> Claim:
        return Claim(self._digests[number], digest_of_claim(self._blind, number, row.full_name, row.birth_date))

    def _count(self, claim: Claim) -> None:
        tried = self._tried.setdefault(claim.number_digest, set())
        if claim.claim_digest not in tried:
            tried.add(claim.claim_digest)
            self.differing.append(claim)
