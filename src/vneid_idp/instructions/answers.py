"""What carriers say came of instructions; and which are open, or overdue."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Text, and_, bindparam, func, select, update

from vneid_idp.instructions.rules import (
    AnsweredOtherwise,
    Instruction,
    InstructionKind,
    Outcome,
    Refusal,
    UnknownInstruction,
)
from vneid_idp.instructions.store import read_instruction
from vneid_idp.instructions.tables import instructions
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading, Unit


@dataclass(frozen=True, slots=True)
class Overdue:
    """What a carrier should have answered by now."""

    family_id: str
    count: int
    since: Instant
    """Since when, of the one that is overdue for the longest."""


_c = instructions.c
_now = bindparam("now", type_=BigInteger)
_family = _c.family_id == bindparam("of_family", type_=Text)
_SEIZE = Statement(
    select(instructions)
    .where(and_(_family, _c.instruction_id == bindparam("of_instruction", type_=Text)))
    .with_for_update()
)
_ANSWER = Statement(
    update(instructions)
    .where(_c.instruction_id == bindparam("of_instruction", type_=Text))
    .values(
        answered_at=_now,
        received_at=func.coalesce(_c.received_at, _now),
        outcome=bindparam("outcome", type_=Text),
        refusal=bindparam("refusal", type_=Text),
    )
)
_SUPERSEDE = Statement(
    update(instructions)
    .where(
        _c.number_id == bindparam("of_number", type_=Text),
        _c.place < bindparam("before", type_=BigInteger),
        _c.answered_at.is_(None),
    )
    .values(answered_at=_now, received_at=func.coalesce(_c.received_at, _now), outcome=Outcome.SUPERSEDED.value)
)
_SETTLE = Statement(
    update(instructions)
    .where(
        _c.number_id == bindparam("of_number", type_=Text),
        _c.kind == bindparam("kind", type_=Text),
        _c.answered_at.is_(None),
    )
    .values(answered_at=_now, received_at=func.coalesce(_c.received_at, _now), outcome=bindparam("outcome", type_=Text))
)
_open = _c.answered_at.is_(None)
_FIRST_TO_ANSWER = Statement(select(func.min(_c.answer_by).label("by")).where(_open))
_OVERDUE = Statement(
    select(_c.family_id, func.count().label("count"), func.min(_c.answer_by).label("since"))
    .where(_open, _c.answer_by <= _now)
    .group_by(_c.family_id)
    .order_by(_c.family_id)
)
_page = (
    select(instructions)
    .where(_family, _c.instruction_id > bindparam("after", type_=Text))
    .order_by(_c.instruction_id)
    .limit(bindparam("most", type_=BigInteger))
)
_LIST = Statement(_page)
_LIST_OPEN = Statement(_page.where(_c.answered_at.is_(None)))


async def list_of_family(
    unit: Reading, family_id: str, *, after: str | None, limit: int, only_open: bool
) -> tuple[Instruction, ...]:
    """A page of what a carrier was told, in the order of its making, or of that of it which is not answered; the last
    `instruction_id` is `after` of the next."""
    statement = _LIST_OPEN if only_open else _LIST
    rows = await unit.fetch(statement, of_family=family_id, after=after or "", most=limit)
    return tuple(map(read_instruction, rows))


async def acknowledge(
    unit: Unit, family_id: str, instruction_id: str, outcome: Outcome, refusal: Refusal | None
) -> Instruction:
    """Write down what a carrier says came of an instruction; the instruction as it is then. Saying the same again
    changes nothing. Earlier ones of the number that it said nothing of are superseded, and go out no more.

    Raises `UnknownInstruction`, also for another carrier's, and `AnsweredOtherwise`.
    """
    found = await _seize(unit, family_id, instruction_id)
    if found.answered_at is not None:
        if (found.outcome, found.refusal) != (outcome, refusal):
            raise AnsweredOtherwise
        return found
    await unit.execute(
        _ANSWER,
        of_instruction=instruction_id,
        now=unit.now,
        outcome=outcome.value,
        refusal=None if refusal is None else refusal.value,
    )
    await unit.execute(_SUPERSEDE, of_number=found.number_id, before=found.place, now=unit.now)
    return await _seize(unit, family_id, instruction_id)


async def settle_decision(unit: Unit, number_id: str, outcome: Outcome) -> None:
    """What the carrier was to decide about a number is decided, or needs no decision: it is asked no more."""
    await unit.execute(
        _SETTLE, of_number=number_id, kind=InstructionKind.DECIDE.value, outcome=outcome.value, now=unit.now
    )


async def overdue_since(unit: Reading) -> Instant | None:
    """Since when an instruction is overdue, the one that is so for the longest; nothing where none is."""
    row = await unit.fetch_one(_FIRST_TO_ANSWER)
    return None if row is None or row["by"] is None or row["by"] > unit.now else int(row["by"])


async def list_overdue(unit: Reading) -> tuple[Overdue, ...]:
    """What each carrier should have answered by now, where it is anything."""
    rows = await unit.fetch(_OVERDUE, now=unit.now)
    return tuple(Overdue(row["family_id"], row["count"], row["since"]) for row in rows)


async def _seize(unit: Unit, family_id: str, instruction_id: str) -> Instruction:
    row = await unit.fetch_one(_SEIZE, of_family=family_id, of_instruction=instruction_id)
    if row is None:
        raise UnknownInstruction
    return read_instruction(row)
