"""A carrier's register is held against the population register: how many of its rows are of which class.

Nothing of it is kept but keyed digests of what differs, for a day: what comes back is a count a class, and that a file
of few rows asks for no more than a few of somebody's names and birth dates a day follows from these. That it was done
is on record before anybody is asked for.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.registers.classes import RowClass, Terms
from vneid_idp.registers.faults import Fault
from vneid_idp.registers.reading import Register
from vneid_idp.registers.rows_before import RowsBefore
from vneid_idp.storage.unit import InUnit
from vneid_idp.use_cases.class_register import Guesses, classed_batches


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
    guesses: Guesses,
    deed: Deed,
    *,
    on_fault: Callable[[Fault], None],
    progress: Callable[[int], None],
) -> CheckedRegister:
    """The classes of a register, and how many cells or lines of it cannot be read; `on_fault` is told each of these,
    `progress` how much of `Register.total` is done.

    Raises `UnreadableRegister` and `RegistryUnavailable`, and what `in_unit` refuses.
    """
    event = Event(EventKind.NUMBERS_CHECKED, None, data=deed.data)
    await in_unit(lambda unit: record(unit, event))
    checked = CheckedRegister()
    async for batch in classed_batches(registry, register, RowsBefore(), terms, guesses):
        checked.classes.update(each.classified.row_class for each in batch.rows)
        checked.classes[RowClass.MALFORMED] += batch.unreadable
        checked.faults += len(batch.faults)
        for fault in batch.faults:
            on_fault(fault)
        progress(batch.done)
    return checked
