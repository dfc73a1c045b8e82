"""Every number of which a step of the ladder is due is moved by it, and its carrier told: none twice, and none lost.

Any number of workers sweep at once. A batch is a unit of few statements, whatever there is in it: the numbers that
nobody else holds, what they are now, and the instructions. A worker that dies loses its batch, which is due as it was.
"""

from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from vneid_idp.identity.factors.distrusted_phones import Cause
from vneid_idp.instructions import service as instructions
from vneid_idp.instructions.rules import of_step
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.intervals import Step
from vneid_idp.policy.ladder import Due
from vneid_idp.policy.rules import Policy
from vneid_idp.registered_numbers import due
from vneid_idp.registered_numbers.climbing import stepped, steps_of
from vneid_idp.registered_numbers.due import START, Place
from vneid_idp.registered_numbers.rules import RegisteredNumber
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.lose_number import Lost, Secrets, lose_numbers

_BATCH = 1_000


class LeftAlone(Enum):
    """In place of what people are found by."""

    WHAT_RESTS_ON_NUMBERS = auto()
    """What rests on a number goes on, though its contract ends: days are made to pass of which people know nothing."""


@dataclass(frozen=True, slots=True)
class _Swept:
    given: int
    last: Place | None
    """Where the next batch begins; nothing after the last."""


async def sweep_ladder(db: Database, policy: Policy, secrets: Secrets | LeftAlone) -> int:
    """Take what is due by now; how many instructions follow. One step of a number a round: where several are due, the
    next round takes the next. What rests on a number ends with its contract, unless it is `LeftAlone`."""
    given, after = 0, START
    while True:
        swept = await db.transact(partial(_sweep, policy, secrets, after))
        given += swept.given
        if swept.last is None:
            return given
        after = swept.last


async def _sweep(policy: Policy, secrets: Secrets | LeftAlone, after: Place, unit: Unit) -> _Swept:
    numbers = await due.seize_due(unit, after, _BATCH)
    steps = Steps(policy)
    moved, new, lost = [], [], []
    for before in numbers:
        number, step = stepped(before, steps.of(before), unit.now)
        moved.append(number)
        if step is not None:
            new.append(of_step(before, step))
            if step.step is Step.ENDED:
                lost.append(Lost(before, Cause.ENDED))
    await due.move(unit, moved)
    await instructions.give(unit, new)
    if secrets is not LeftAlone.WHAT_RESTS_ON_NUMBERS:
        # Who is told that somebody was signed out is told by the worker that sends.
        await lose_numbers(unit, secrets, lost)
    return _Swept(len(new), place_of(numbers[-1]) if len(numbers) == _BATCH else None)


def place_of(number: RegisteredNumber) -> Place:
    """Where a number that is due stands in the order."""
    assert number.next_step is not None, "it is due"
    return Place(number.next_step.at, number.number_id)


class Steps:
    """The steps of the ladders of a batch, each worked out once: what came in one upload has one."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._found: dict[tuple[str, Instant], tuple[Due, ...]] = {}

    def of(self, number: RegisteredNumber) -> tuple[Due, ...]:
        """Those of a number; none where it is on no ladder."""
        if number.ladder is None:
            return ()
        key = number.ladder.trigger, number.ladder.since
        if key not in self._found:
            self._found[key] = steps_of(self._policy, number.ladder)
        return self._found[key]
