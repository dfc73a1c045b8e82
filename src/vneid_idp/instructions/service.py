"""Instructions: made in the unit that changes the facts of their numbers."""

from collections.abc import Iterable

from vneid_idp.instructions import store
from vneid_idp.instructions.rules import Instruction, NewInstruction, answer_by, restoration
from vneid_idp.kernel.secrets import new_id
from vneid_idp.registered_numbers.rules import RegisteredNumber
from vneid_idp.storage.unit import Unit


async def give(unit: Unit, new: Iterable[NewInstruction]) -> int:
    """Tell carriers what to do with numbers that were seized in this unit, one of each; how many. Few statements
    however many there are."""
    given = tuple(new)
    if not given:
        return 0
    places = await store.last_places(unit, [each.number.number_id for each in given])
    await store.add(unit, [_made(each, places.get(each.number.number_id, 0) + 1, unit.now) for each in given])
    return len(given)


async def restore(unit: Unit, changed: Iterable[tuple[RegisteredNumber, RegisteredNumber]]) -> None:
    """Tell carriers which numbers work again: those that were cut off before, and are no more. Whoever writes facts of
    numbers that may undo a suspension calls this in the same unit."""
    made = (restoration(before, after, unit.now) for before, after in changed)
    await give(unit, [each for each in made if each is not None])


def _made(new: NewInstruction, place: int, now: int) -> Instruction:
    number = new.number
    return Instruction(
        instruction_id=new_id("ins"),
        family_id=number.family_id,
        client_id=number.client_id,
        number_id=number.number_id,
        place=place,
        kind=new.kind,
        reason=new.reason,
        due_at=new.due_at,
        made_at=now,
        answer_by=answer_by(new.reason.trigger, now),
    )
