"""`python -m bench.registers`: what a carrier's register costs a row, however long it is.

Make-believe registers of several lengths are checked and taken over by the commands that an operator runs, in turn,
each in a process of its own, on a PostgreSQL with all their holders. What a command costs before its first row is
measured at a register of one, and taken off.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import orjson

from bench import processes
from bench.long_registers import lengthen
from bench.postgres import Cluster, running_cluster
from vneid_idp.settings import new_root_secret

_PROGRAM = str(Path(sys.executable).with_name("vneid-idp"))
_HOLDERS = re.compile(r"--count (\d+)")
_CLIENT = {"client_name": "Carrier", "redirect_uris": ["https://carrier.example/cb"], "scope": "openid"}
_WHY = ("--by", "bench", "--reason", "a benchmark")
_MOST_A_ROW, _MOST_MEMORY = 1.15, 300
"""How much more a row of the longest may cost than one of the shortest; MiB."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a command took. Times are seconds, those of the database by itself."""

    command: str
    rows: int
    wall: float
    cpu: float
    database: float
    memory: float
    """MiB at most."""


class Registers:
    """Registers of several lengths, and the commands that read them."""

    def __init__(self, folder: Path, cluster: Cluster, form: str, copies: int) -> None:
        self._folder, self._cluster, self._form, self._copies = folder, cluster, form, copies
        self._families = 0
        self._environment = os.environ | {
            "VNEID_IDP_ENVIRONMENT": "sandbox",
            "VNEID_IDP_ISSUER": "http://localhost:8000",
            "VNEID_IDP_DATABASE_URL": cluster.url("registers"),
            "VNEID_IDP_SECRET": new_root_secret(),
        }

    def prepare(self, lengths: Sequence[int]) -> None:
        """Write the registers, and have the population register know all of their holders, or those of the first copy
        of each."""
        self._cluster.create_database("registers")
        self._say("migrate")
        most = 0
        for rows in lengths:
            copies = 1 if rows == 1 else self._copies
            invented = self._file(rows) if copies == 1 else self._folder / "shorter.csv"
            said = self._say("numbers", "invent", str(invented), "--rows", str(rows // copies))
            if copies > 1:
                lengthen(invented, self._file(rows), copies)
                invented.unlink()
            found = _HOLDERS.search(said)
            assert found is not None, said
            most = max(most, int(found[1]))
        self._say("citizens", "seed", "--count", str(most), "--seed", "1", "--no-accounts")
        self._cluster.execute("CHECKPOINT")

    def run(self, command: str, rows: int) -> Run:
        """Have a command read the register of this length; each import is another carrier's first."""
        carrier = ("--client", self._carrier()) if command == "import" else ()
        self._cluster.execute("CHECKPOINT")
        database, began = processes.cpu_seconds(self._cluster.pid), time.monotonic()
        process = self._start("numbers", command, str(self._file(rows)), *carrier, *_WHY)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
        if process.returncode:
            raise SystemExit(f"numbers {command} of {rows:,} rows ended with {process.returncode}")
        cpu, memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
        database = processes.cpu_seconds(self._cluster.pid) - database
        return Run(command, rows, wall, cpu, database, memory)

    def _carrier(self) -> str:
        self._families += 1
        client_id = f"cli_carrier_{self._families}"
        metadata = self._folder / "client.json"
        family = f"carrier-{self._families}"
        metadata.write_bytes(orjson.dumps(_CLIENT | {"family": family}))
        self._say("clients", "register", str(metadata), "--client-id", client_id, *_WHY)
        return client_id

    def _file(self, rows: int) -> Path:
        return self._folder / f"{rows}.{self._form}"

    def _say(self, *arguments: str) -> str:
        done = subprocess.run(
            [_PROGRAM, *arguments], env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def _start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        null = subprocess.DEVNULL
        return subprocess.Popen([_PROGRAM, *arguments], env=self._environment, stdout=null, stderr=null)


def _table(runs: Sequence[Run], lengths: Sequence[int]) -> bool:
    """Print what a row costs; whether that grows with the length, or memory goes beyond what it may."""
    grown = False
    print("\n| command | rows | rows/s | CPU, µs a row | database CPU, µs a row | MiB | to the shortest |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for command in dict.fromkeys(run.command for run in runs):
        costs = []
        for rows in lengths:
            before_first = [run for run in runs if (run.command, run.rows) == (command, 1)]
            these = [run for run in runs if (run.command, run.rows) == (command, rows)]
            wall, cpu, database = (
                (median(map(measure, these)) - median(map(measure, before_first))) / rows for measure in _MEASURES
            )
            memory = max(run.memory for run in these)
            costs.append(cpu)
            ratio = cpu / costs[0]
            grown |= ratio > _MOST_A_ROW or memory > _MOST_MEMORY
            print(
                f"| {command} | {rows:,} | {1 / wall:,.0f} | {1e6 * cpu:.1f} | {1e6 * database:.1f} "
                f"| {memory:.0f} | {ratio:.2f} |"
            )
    return grown


_MEASURES: tuple[Callable[[Run], float], ...] = (
    lambda run: run.wall,
    lambda run: run.cpu,
    lambda run: run.database,
)


def main() -> None:
    """Run it; exit code 1 when a row of a long register costs more than one of a short one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", type=int, default=[100_000, 1_000_000], help="default: 100000 1000000")
    parser.add_argument("--commands", nargs="+", default=["check", "import"], choices=["check", "import"])
    parser.add_argument("--form", choices=["csv", "parquet"], default="csv", help="of the files (default: csv)")
    parser.add_argument(
        "--copies", type=int, default=1, help="write each as so many copies of a shorter one, whose holders are known"
    )
    parser.add_argument("--rounds", type=int, default=3, help="of each length in turn (default: 3)")
    options = parser.parse_args()
    runs = []
    with (
        tempfile.TemporaryDirectory(prefix="vneid-idp-registers-", dir="/var/tmp") as folder,
        running_cluster() as cluster,
    ):
        registers = Registers(Path(folder), cluster, options.form, options.copies)
        registers.prepare([1, *options.rows])
        for _ in range(options.rounds):
            for command in options.commands:
                for rows in (1, *options.rows):
                    run = registers.run(command, rows)
                    runs.append(run)
                    print(
                        f"{command:<7}{rows:>11,} rows {run.wall:7.1f} s, CPU {run.cpu:6.1f} s, database "
                        f"{run.database:6.1f} s, {run.memory:4.0f} MiB, load {os.getloadavg()[0]:.1f}",
                        flush=True,
                    )
    sys.exit(1 if _table(runs, options.rows) else 0)


if __name__ == "__main__":
    main()
