"""What the sweep will do on a day if nobody proves a number before: counted by its own rules, and nothing is done."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from vneid_idp.instructions.rules import InstructionKind, kind_of
from vneid_idp.kernel.clock import Instant, local_date, midnight
from vneid_idp.policy.intervals import Trigger
from vneid_idp.policy.ladder import Due
from vneid_idp.policy.rules import Policy
from vneid_idp.registered_numbers import due, groups
from vneid_idp.registered_numbers.climbing import stepped
from vneid_idp.registered_numbers.due import START
from vneid_idp.registered_numbers.rules import RegisteredNumber, RegisteredState
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.sweep_ladder import Steps, place_of

_PAGE = 1_000


@dataclass(frozen=True, slots=True, order=True)
class Foreseen:
    """Something that carriers will be told."""

    family_id: str
    kind: InstructionKind
    trigger: Trigger


@dataclass(frozen=True, slots=True, order=True)
class OnDay:
    """What a carrier will be told on a day, in Viet Nam."""

    day: date
    kind: InstructionKind
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class Prospect:
    """How the numbers of a carrier's register stand, and what comes of them if nobody proves anything."""

    states: Counter[RegisteredState]
    """Of the numbers that stand in the register."""
    coming: Counter[OnDay]


async def foresee_carrier(db: Database, policy: Policy, family_id: str, days: int) -> Prospect:
    """What comes of a carrier's numbers today and on so many days after it; what is overdue counts as due now. It costs
    by how many numbers differ in where they stand, and one walk through them."""
    found = Prospect(Counter(), Counter())
    async with db.reading() as unit:
        steps, ends = Steps(policy), midnight(local_date(unit.now) + timedelta(days=days + 1))
        for group in await groups.list_groups(unit, family_id):
            number = group.number
            if number.absent_at is None:
                found.states[number.state] += group.count
            for kind, at in _steps_until(number, steps.of(number), unit.now, ends):
                assert number.ladder is not None, "only a number on the ladder has steps"
                found.coming[OnDay(local_date(at), kind, number.ladder.trigger)] += group.count
    return found


async def foresee_ladder(db: Database, policy: Policy, on: date) -> Counter[Foreseen]:
    """How many numbers of each carrier will be moved on a day by which step; what is overdue counts as due now. Nothing
    on a day that is over."""
    begins, ends = midnight(on), midnight(on + timedelta(days=1))
    found: Counter[Foreseen] = Counter()
    async with db.reading() as unit:
        after, steps = START, Steps(policy)
        while numbers := await due.list_due(unit, ends - 1, after, _PAGE):
            for number in numbers:
                for kind, at in _steps_until(number, steps.of(number), unit.now, ends):
                    if at >= begins:
                        assert number.ladder is not None, "only a number on the ladder has steps"
                        found[Foreseen(number.family_id, kind, number.ladder.trigger)] += 1
            after = place_of(numbers[-1])
    return found


def _steps_until(
    number: RegisteredNumber, steps: tuple[Due, ...], now: Instant, ends: Instant
) -> Iterator[tuple[InstructionKind, Instant]]:
    """What a number is moved by before an instant, and when."""
    while number.ladder is not None and number.next_step is not None:
        at = max(now, number.next_step.at)
        if at >= ends:
            return
        number, step = stepped(number, steps, at)
        if step is not None:
            assert number.ladder is not None
            yield kind_of(step.step, number.ladder.trigger), at
