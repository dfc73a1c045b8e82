"""The form in which a row keeps an instruction, and the statements that add some."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import JSON, Text, bindparam, cast, func, select, true

from vneid_idp.instructions.rules import Ground, Instruction, InstructionKind, Outcome, Reason, Refusal
from vneid_idp.instructions.tables import instructions
from vneid_idp.policy.intervals import Trigger
from vneid_idp.storage.bulk import load
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Row, Unit

_c = instructions.c
_COLUMNS = (
    "instruction_id",
    "family_id",
    "client_id",
    "number_id",
    "place",
    "kind",
    "trigger",
    "triggered_at",
    "legal_reference",
    "due_at",
    "made_at",
    "answer_by",
)
"""What a new one has; the others say what became of it."""
_PLAIN = (
    "instruction_id",
    "family_id",
    "client_id",
    "number_id",
    "place",
    "due_at",
    "made_at",
    "answer_by",
    "received_at",
    "event_error",
    "answered_at",
)
_ids = bindparam("ids", type_=Text)
# Ids come as a JSON array: one statement however many there are.
IDS_ON_POSTGRESQL = select(func.json_array_elements_text(cast(_ids, JSON)).column_valued("id"))
IDS_ON_SQLITE = select(func.json_each(_ids).table_valued("value").c.value)
_each = func.json_array_elements_text(cast(_ids, JSON)).table_valued("value", name="each")
_last = select(func.max(_c.place).label("place")).where(_c.number_id == _each.c.value).lateral("last")
# Each number is looked up by itself, whatever the planner believes to be in the table.
_LAST_PLACES = Statement(
    select(_each.c.value.label("number_id"), _last.c.place).select_from(_each.join(_last, true())),
    sqlite=select(_c.number_id, func.max(_c.place).label("place"))
    .where(_c.number_id.in_(IDS_ON_SQLITE))
    .group_by(_c.number_id),
)


async def last_places(unit: Unit, number_ids: Iterable[str]) -> dict[str, int]:
    """The place of the last instruction of each number that has one."""
    rows = await unit.fetch(_LAST_PLACES, ids=ids_of(number_ids))
    return {row["number_id"]: row["place"] for row in rows if row["place"] is not None}


async def add(unit: Unit, made: Iterable[Instruction]) -> None:
    """Insert instructions. One statement however many there are."""
    rows = [_row_of(each) for each in made]
    await load(unit, instructions, _COLUMNS, [tuple(row[name] for name in _COLUMNS) for row in rows])


def ids_of(ids: Iterable[str]) -> str:
    """Ids as the parameter of a statement."""
    return orjson.dumps(list(ids)).decode()


def _row_of(made: Instruction) -> Mapping[str, Any]:
    return {
        "instruction_id": made.instruction_id,
        "family_id": made.family_id,
        "client_id": made.client_id,
        "number_id": made.number_id,
        "place": made.place,
        "kind": made.kind.value,
        "trigger": made.reason.trigger.value,
        "triggered_at": made.reason.since,
        "legal_reference": made.reason.legal_reference,
        "due_at": made.due_at,
        "made_at": made.made_at,
        "answer_by": made.answer_by,
    }


def read_instruction(row: Row) -> Instruction:
    """The instruction in a row."""
    return Instruction(
        **{name: row[name] for name in _PLAIN},
        kind=InstructionKind(row["kind"]),
        reason=Reason(_trigger(row["trigger"]), row["triggered_at"], row["legal_reference"]),
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        refusal=None if row["refusal"] is None else Refusal(row["refusal"]),
    )


def _trigger(name: str) -> Trigger | Ground:
    return Ground.DISPUTED if name == Ground.DISPUTED else Trigger(name)
