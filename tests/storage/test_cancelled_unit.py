"""A unit whose caller goes away is undone, and the next one starts clean."""

import asyncio

import pytest
from sqlalchemy import bindparam, select

from vneid_idp.keys.tables import keys
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Database

_ADD = Statement(
    insert(keys).values(kind="test", generation=bindparam("number"), kid="k", announced_at=0, activate_at=0)
)


@pytest.mark.parametrize("after_steps", range(6))
async def test_a_cancelled_unit_leaves_nothing_behind(db: Database, after_steps: int) -> None:
    async def write(number: int) -> None:
        async with db.writing() as unit:
            await unit.execute(_ADD, number=number)
            await asyncio.sleep(3600)

    async with db.writing():
        pass
    task = asyncio.create_task(write(1))
    for _ in range(after_steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with db.writing() as unit:
        assert await unit.fetch(Statement(select(keys))) == []
        await unit.execute(_ADD, number=2)
    async with db.reading() as reading:
        assert [row["generation"] for row in await reading.fetch(Statement(select(keys)))] == [2]
