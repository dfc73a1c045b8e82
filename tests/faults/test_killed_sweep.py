"""A worker is killed in the middle of a sweep: its batch is due as it was, and another one takes it."""

import asyncio
import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from tests.support.on_ladder import keep, many_on_ladder
from tests.support.watch import Watch
from vneid_idp.instructions.tables import instructions
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.intervals import Trigger
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.sweep_ladder import sweep_ladder

ROOT = Path(__file__).parents[2]


async def test_killed_before_the_commit_of_a_batch(db: Database, database_url: str, watch: Watch) -> None:
    made = many_on_ladder(20, Trigger.CLEAN_UP_2026, watch.now())
    await keep(db, made)
    assert made[0].next_step is not None
    watch.set(made[0].next_step.at)
    command = [sys.executable, "-m", "tests.faults.ladder_worker", database_url, str(watch.now())]
    victim = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)
    assert victim.stdout is not None
    assert await victim.stdout.readline() == b"holds\n"
    victim.kill()
    await victim.communicate()
    # Until the server notices that the victim is gone it holds what was the victim's.
    async with asyncio.timeout(30):
        given = 0
        while given < 15:
            given += await sweep_ladder(db, shipped())
    async with db.reading() as unit:
        rows = await unit.fetch(Statement(select(instructions.c.number_id)))
    assert sorted(row["number_id"] for row in rows) == [number.number_id for number in made]
    assert given == 15
