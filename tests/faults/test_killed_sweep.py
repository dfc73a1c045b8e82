"""A worker is killed in the middle of a sweep: its batch is due as it was, and another one takes it."""

import asyncio
import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from tests.support.on_ladder import SECRETS, keep, many_on_ladder
from tests.support.watch import Watch
from vneid_idp.instructions.tables import instructions
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.intervals import Trigger
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.sweep_ladder import sweep_ladder

ROOT = Path(__file__).parents[2]


async def worker(database_url: str, watch: Watch, how: str) -> asyncio.subprocess.Process:
    command = [sys.executable, "-m", "tests.faults.ladder_worker", database_url, str(watch.now()), how]
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)


async def test_of_four_that_sweep_one_is_killed_before_the_commit_of_a_batch(
    db: Database, database_url: str, watch: Watch
) -> None:
    made = many_on_ladder(60, Trigger.CLEAN_UP_2026, watch.now())
    await keep(db, made)
    assert made[0].next_step is not None
    watch.set(made[0].next_step.at)
    victim = await worker(database_url, watch, "holds")
    assert victim.stdout is not None
    assert await victim.stdout.readline() == b"holds\n"
    others = [await worker(database_url, watch, "sweeps") for _ in range(3)]
    # PostgreSQL's others take what the victim does not hold; SQLite's wait for it.
    await asyncio.sleep(0.5)
    victim.kill()
    await asyncio.gather(*(each.communicate() for each in (victim, *others)))
    assert [each.returncode for each in others] == [0] * 3
    # Until the server notices that the victim is gone it holds what was the victim's.
    async with asyncio.timeout(30):
        while len(rows := await given(db)) < 60:
            await sweep_ladder(db, shipped(), SECRETS)
    assert sorted(rows) == [(number.number_id, 1) for number in made]


async def given(db: Database) -> list[tuple[str, int]]:
    """Of which numbers something was told, and as the how manieth."""
    async with db.reading() as unit:
        rows = await unit.fetch(Statement(select(instructions.c.number_id, instructions.c.place)))
    return [(row["number_id"], row["place"]) for row in rows]
