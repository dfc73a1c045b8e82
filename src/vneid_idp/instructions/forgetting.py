"""Instructions that nobody needs any more: answered long ago, or of a carrier that is deleted."""

from sqlalchemy import BigInteger, ColumnElement, Delete, Text, bindparam, delete, select

from vneid_idp.instructions.tables import instructions
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Unit

_c = instructions.c
_PORTION = 20_000


def _some(which: ColumnElement[bool]) -> Delete:
    some = select(_c.instruction_id).where(which).limit(bindparam("most", type_=BigInteger))
    return delete(instructions).where(_c.instruction_id.in_(some))


_ANSWERED = Statement(_some(_c.answered_at < bindparam("before", type_=BigInteger)))
_OF_FAMILY = Statement(_some(_c.family_id == bindparam("of_family", type_=Text)))


async def forget_answered(unit: Unit, before: Instant, most: int) -> int:
    """Delete at most `most` that were answered before the instant `before`; how many."""
    return await unit.execute(_ANSWERED, before=before, most=most)


async def forget_carrier(unit: Unit, family_id: str) -> None:
    """Delete all that a carrier was told, in portions, so that no statement takes too long."""
    while await unit.execute(_OF_FAMILY, of_family=family_id, most=_PORTION) == _PORTION:
        pass
