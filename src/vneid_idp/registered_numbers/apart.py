"""A part of a register and a proof of one of its numbers come one after the other, and the second sees the first.

A number that is proved while the part that brings it is written stands in no register yet, and is no verified number
yet: each would pass the other by, and the number would be on the ladder although it is proved. SQLite has one writer at
a time, and needs no lock.
"""

from sqlalchemy import Text, bindparam, func, literal_column, select

from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Unit

_key = func.hashtextextended(bindparam("of_family", type_=Text), literal_column("0"))
_ALONE = Statement(select(func.pg_advisory_xact_lock(_key)), sqlite=select(literal_column("1")))
_TOGETHER = Statement(select(func.pg_advisory_xact_lock_shared(_key)), sqlite=select(literal_column("1")))


async def write_alone(unit: Unit, family_id: str) -> None:
    """Keep proofs of the numbers of a carrier waiting until the unit ends, which writes a part of its register."""
    await unit.fetch(_ALONE, of_family=_name(family_id))


async def prove_together(unit: Unit, family_id: str) -> None:
    """Keep parts of the register of a carrier waiting until the unit ends, which proves a number of it."""
    await unit.fetch(_TOGETHER, of_family=_name(family_id))


def _name(family_id: str) -> str:
    return f"registered_numbers {family_id}"
