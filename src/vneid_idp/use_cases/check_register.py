"""A carrier's register is held against the population register: how many of its rows are of which class.

Nothing of it is kept, and of no single row anybody learns what the population register says: what comes back is a count
a class. That it was done is on record before anybody is asked for.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.identity.register.records import RegistryRecord, find_all_by_number
from vneid_idp.registers.classes import Found, RowClass, Terms, asks_for, classify
from vneid_idp.registers.columns import Line
from vneid_idp.registers.faults import Fault
from vneid_idp.registers.reading import Register
from vneid_idp.registers.rows import RegisterRow, read_row
from vneid_idp.registers.rows_before import RowsBefore
from vneid_idp.storage.unit import InUnit

_AT_ONCE = 2_000
"""Rows whose holders are asked for together."""


@dataclass(slots=True)
class CheckedRegister:
    """What was found."""

    classes: Counter[RowClass] = field(default_factory=Counter)
    faults: int = 0

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.classes.total()


async def check_register(
    in_unit: InUnit,
    registry: PopulationRegistry,
    register: Register,
    terms: Terms,
    deed: Deed,
    *,
    on_fault: Callable[[Fault], None],
    progress: Callable[[], None],
) -> CheckedRegister:
    """The classes of a register, and how many cells or lines of it cannot be read; `on_fault` is told each of these,
    `progress` that some more rows are done.

    Raises `UnreadableRegister` and `RegistryUnavailable`, and what `in_unit` refuses.
    """
    event = Event(EventKind.NUMBERS_CHECKED, None, data=deed.data)
    await in_unit(lambda unit: record(unit, event))
    checked, before, lines = CheckedRegister(), RowsBefore(), register.rows()
    try:
        while batch := list(islice(lines, _AT_ONCE)):
            rows: list[RegisterRow] = []
            for line in batch:
                read = read_row(line) if isinstance(line, Line) else (line,)
                if isinstance(read, RegisterRow):
                    rows.append(read)
                    continue
                checked.classes[RowClass.MALFORMED] += 1
                checked.faults += len(read)
                for fault in read:
                    on_fault(fault)
            people = await find_all_by_number(registry, {number for row in rows if (number := asks_for(row))})
            checked.classes.update(classify(row, _found(row, people, before), terms).row_class for row in rows)
            progress()
    finally:
        before.close()
    return checked


def _found(row: RegisterRow, people: dict[str, RegistryRecord], before: RowsBefore) -> Found:
    number = asks_for(row)
    if before.stood_before(row.phone_number):
        return Found(stood_before=True)
    return Found(None if number is None else people.get(number), place=before.place(row))
