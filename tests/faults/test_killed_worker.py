"""A worker is killed in the middle of sending, and another one, in a process of its own, takes over.

Nothing is lost without a word, and nothing sent twice knowingly. Where the kill falls after the send and before that is
written down, nobody can know: a log-out token then goes out again under the same id, a code never.
"""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.people import SEALER
from tests.support.watch import Watch
from vneid_idp.audit.tables import events
from vneid_idp.delivery import service
from vneid_idp.delivery.channels import LEASE, Channel
from vneid_idp.delivery.sender import Delivery
from vneid_idp.delivery.service import Queued
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database

ROOT = Path(__file__).parents[2]
TOKEN, SMS = Channel.LOGOUT_TOKEN, Channel.SMS


@contextmanager
def worker(database_url: str, folder: Path, hang: str) -> Iterator[subprocess.Popen[str]]:
    """A worker at work; killed by SIGKILL at the latest when the block ends."""
    command = [sys.executable, "-m", "tests.faults.worker", database_url, str(folder), hang]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "works\n"
        yield process
    finally:
        process.kill()
        process.wait(30)
        process.stdout.close()


def said(process: subprocess.Popen[str], lines: int) -> set[str]:
    """The next lines that a worker says."""
    assert process.stdout is not None
    return {process.stdout.readline().strip() for _ in range(lines)}


def turn(watch: Watch, folder: Path, by: int = 0) -> None:
    """Turn the clock of all processes."""
    path = folder / "next"
    path.write_text(str(watch.advance(by)))
    path.replace(folder / "now")


async def enqueue(db: Database, channel: Channel, recipient: str) -> Delivery:
    async with db.writing() as unit:
        return await service.enqueue(unit, SEALER, channel, recipient, {"code": "135790"})


async def queue(db: Database) -> list[Queued]:
    async with db.reading() as unit:
        return await service.list_deliveries(unit)


async def until(condition: Callable[[list[Queued]], bool], db: Database) -> None:
    """Wait until the queue is so."""
    async with asyncio.timeout(60):
        while not condition(await queue(db)):  # noqa: ASYNC110 the queue is in the database
            await asyncio.sleep(0.05)


def sent(folder: Path) -> Counter[str]:
    """How often each went out."""
    return Counter(line.split()[1] for line in (folder / "sent").read_text().splitlines())


@pytest.mark.parametrize("killed", ["before", "after"])
async def test_killed_in_the_middle_of_sending(
    db: Database, database_url: str, watch: Watch, tmp_path: Path, killed: str
) -> None:
    token, code = await enqueue(db, TOKEN, "held"), await enqueue(db, SMS, "held")
    turn(watch, tmp_path, MINUTE)
    with worker(database_url, tmp_path, killed) as victim:
        assert await asyncio.to_thread(said, victim, 2) == {f"holds {TOKEN}", f"holds {SMS}"}
        with worker(database_url, tmp_path, "never"):
            # Both are at it now: what the one holds, the other leaves alone, and what comes in goes out once.
            for number in range(40):
                await enqueue(db, TOKEN, f"cli_{number % 10}")
            turn(watch, tmp_path, LEASE // 2)
            await until(lambda rows: {row.recipient for row in rows} == {"held"}, db)
            victim.kill()
            victim.wait(30)
            held = Counter({token.delivery_id: 1, code.delivery_id: 1} if killed == "after" else {})
            await nothing_more(tmp_path, held, others=40)
            turn(watch, tmp_path, LEASE - LEASE // 2 - 1)
            await nothing_more(tmp_path, held, others=40)
            turn(watch, tmp_path, 1)  # the lease is over
            await until(lambda rows: [row.given_up_at is None for row in rows] == [False], db)
    held[token.delivery_id] += 1
    await nothing_more(tmp_path, held, others=40)
    (dead,) = await queue(db)
    assert (dead.delivery_id, dead.last_outcome, dead.sealed) == (code.delivery_id, "interrupted", None)
    async with db.reading() as unit:
        recorded = [row["subject_id"] for row in await unit.fetch(Statement(select(events)))]
    assert recorded == [code.delivery_id]


async def nothing_more(folder: Path, held: Counter[str], others: int) -> None:
    """Of what was held so much went out, and each of the others once; nor does more go out when time is left for it."""
    await asyncio.sleep(0.5)
    found = sent(folder)
    assert {name: count for name, count in found.items() if name in held} == held
    assert [count for name, count in found.items() if name not in held] == [1] * others
