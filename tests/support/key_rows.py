"""Rows to write and to count: any table will do, this one needs nothing beside it."""

from sqlalchemy import bindparam, select, update

from vneid_idp.keys.tables import keys
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import (
    Database,
)

ADD = Statement(
    insert(keys).values(kind="t", generation=bindparam("number"), kid="k", announced_at=0, activate_at=bindparam("at"))
)
NUMBERS = Statement(select(keys.c.generation).order_by(keys.c.generation))
TOUCH = Statement(update(keys).where(keys.c.generation == bindparam("number")).values(kid="touched"))
COUNT = Statement(select(keys.c.activate_at).where(keys.c.generation == bindparam("number")))


async def numbers(db: Database) -> list[int]:
    """The numbers of the rows."""
    async with db.reading() as unit:
        return [row["generation"] for row in await unit.fetch(NUMBERS)]
