"""`python -m bench.ladder`: what it costs to take a step of the ladder, however many numbers are due at once.

Numbers of a make-believe carrier are written into a PostgreSQL of their own, all due at one instant, and swept by the
code of the workers, by several processes at once. Lengths take turns, each on a database of its own.
"""

import argparse
import asyncio
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import processes
from bench.postgres import Cluster, running_cluster
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import Instant, SystemClock
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.secrets import BlindIndex, new_id, random_bytes
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.intervals import Trigger
from vneid_idp.registered_numbers import telling_store
from vneid_idp.registered_numbers.climbing import put_on
from vneid_idp.registered_numbers.rules import Ladder, NumberFacts, RegisteredNumber
from vneid_idp.registers.classes import RowClass
from vneid_idp.settings import new_root_secret
from vneid_idp.storage.database import open_database
from vneid_idp.use_cases.lose_number import Secrets
from vneid_idp.use_cases.sweep_ladder import sweep_ladder

_PROGRAM = str(Path(sys.executable).with_name("vneid-idp"))
_MOST_A_NUMBER = 1.15
"""How much more a number may cost where many are due than where few are."""
_PORTION = 10_000


@dataclass(frozen=True, slots=True)
class Run:
    """What a sweep took. Times are seconds, those of the database by itself."""

    numbers: int
    wall: float
    cpu: float
    database: float


class Present:
    """The instant at which everything is due."""

    def __init__(self, instant: Instant) -> None:
        self.instant = instant

    def now(self) -> Instant:
        """See `Clock`."""
        return self.instant


def _first(since: Instant) -> RegisteredNumber:
    number = RegisteredNumber(
        number_id="",
        family_id="carrier",
        client_id="cli_carrier",
        number_digest="",
        sealed_number="",
        holder_digest=None,
        row_class=RowClass.CONSISTENT,
        reasons=(),
        upload_id="upl",
        row_digest="",
        absent_at=None,
        facts=NumberFacts(registered_at=since),
    )
    return put_on(number, Ladder(Trigger.CLEAN_UP_2026, since), shipped())


def _work(task: tuple[str, Instant]) -> tuple[int, float]:
    """What one worker process does: how many numbers it moved, and the CPU time that it took."""
    url, at = task

    async def work() -> int:
        db = open_database(url, Present(at))
        # As the workers do; nobody has any of these numbers, so these keys open nothing.
        sealer = Sealer({1: random_bytes(32)}, 1)
        secrets = Secrets(Vault(sealer), sealer, BlindIndex(random_bytes(32)))
        given = await sweep_ladder(db, shipped(), secrets)
        await db.close()
        return given

    began = time.process_time()
    return asyncio.run(work()), time.process_time() - began


async def _fill(url: str, numbers: int) -> Instant:
    """Write so many numbers; the instant at which all are due."""
    clock = Present(SystemClock().now())
    db, first = open_database(url, clock), _first(clock.instant)
    pattern = telling_store.Pattern(first)
    for begun in range(0, numbers, _PORTION):
        rows = [
            pattern.row(new_id("nbr"), f"digest {number}", "sealed", None, "row")
            for number in range(begun, min(begun + _PORTION, numbers))
        ]
        await db.transact(lambda unit, rows=rows: telling_store.add(unit, rows))  # type: ignore[misc]
    await db.close()
    assert first.next_step is not None
    return first.next_step.at


def _sweep(cluster: Cluster, url: str, numbers: int, workers: int) -> Run:
    at = asyncio.run(_fill(url, numbers))
    cluster.execute("CHECKPOINT")
    # Started and with everything imported before the clock runs.
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        pool.map(_idle, range(workers), chunksize=1)
        database, began = processes.cpu_seconds(cluster.pid), time.monotonic()
        done = pool.map(_work, [(url, at)] * workers, chunksize=1)
        wall = time.monotonic() - began
    given = sum(moved for moved, _ in done)
    assert given == numbers, f"{given:,} of {numbers:,}"
    return Run(numbers, wall, sum(cpu for _, cpu in done), processes.cpu_seconds(cluster.pid) - database)


def _idle(_: int) -> None:
    time.sleep(0.5)


def _table(runs: Sequence[Run], lengths: Sequence[int]) -> bool:
    """Print what a number costs; whether that grows with how many are due."""
    grown, least = False, 0.0
    print("\n| due at once | numbers/s | CPU, µs a number | database CPU, µs a number | to the fewest |")
    print("|--:|--:|--:|--:|--:|")
    for numbers in lengths:
        these = [run for run in runs if run.numbers == numbers]
        wall, cpu, database = (
            median(values) / numbers
            for values in zip(*((run.wall, run.cpu, run.database) for run in these), strict=True)
        )
        least = least or cpu + database
        ratio = (cpu + database) / least
        grown |= ratio > _MOST_A_NUMBER
        print(f"| {numbers:,} | {1 / wall:,.0f} | {1e6 * cpu:.1f} | {1e6 * database:.1f} | {ratio:.2f} |")
    return grown


def main() -> None:
    """Run it; exit code 1 when a number costs more where many are due."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--numbers", nargs="+", type=int, default=[100_000, 1_000_000], help="default: 100000 1000000")
    parser.add_argument("--rounds", type=int, default=3, help="of each in turn (default: 3)")
    parser.add_argument("--workers", type=int, default=4, help="processes that sweep at once (default: 4)")
    options = parser.parse_args()
    runs = []
    with running_cluster() as cluster:
        for turn in range(options.rounds):
            for numbers in options.numbers:
                name = f"ladder_{turn}_{numbers}"
                cluster.create_database(name)
                environment = os.environ | {
                    "VNEID_IDP_ENVIRONMENT": "sandbox",
                    "VNEID_IDP_ISSUER": "http://localhost:8000",
                    "VNEID_IDP_DATABASE_URL": cluster.url(name),
                    "VNEID_IDP_SECRET": new_root_secret(),
                }
                subprocess.run([_PROGRAM, "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL)
                run = _sweep(cluster, cluster.url(name), numbers, options.workers)
                runs.append(run)
                print(
                    f"{numbers:>11,} numbers {run.wall:7.1f} s, CPU {run.cpu:6.1f} s, database {run.database:6.1f} s, "
                    f"load {os.getloadavg()[0]:.1f}",
                    flush=True,
                )
    sys.exit(1 if _table(runs, options.numbers) else 0)


if __name__ == "__main__":
    main()
