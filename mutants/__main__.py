"""`python -m mutants`: change the program in one place at a time, and count what no test notices.

The tests of units, storage and flows run on SQLite, once to learn which of them passes through which line, and then
those alone that may notice. Changes are drawn by lot among all that can be made to the packages below, one a place.
"""

import argparse
import difflib
import gc
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from mutants import covering, trial
from mutants.covering import Covering
from mutants.mutations import Mutation, mutations_of
from mutants.trial import Fate

_ROOT = Path(__file__).parent.parent
_PACKAGES = ("protocol", "consent", "bindings", "keys", "kernel")
_TESTS = ("tests/unit", "tests/certification", "tests/storage", "tests/flows")
_PYTEST = [
    sys.executable,
    "-m",
    "pytest",
    "-qq",
    "--tb=line",
    "-k",
    "not postgresql",
    "-p",
    "mutants.recorder",
    "-p",
    "no:xdist",
]
_AT_MOST = 0.02


def main() -> int:
    """Run it; 1 where more than two of a hundred survive."""
    asked = _parse()
    started = time.monotonic()
    record, modules = _record(asked.workers)
    trial.load_others(modules)
    gc.collect()
    gc.freeze()  # else each process would look through the whole record for garbage, and copy it
    drawn = _draw(asked.mutants, asked.seed)
    _see_the_program_pass(drawn, record, asked.seconds)
    print(f"{len(drawn)} changes; the tests took {time.monotonic() - started:.0f} s to watch", flush=True)
    fates: Counter[Fate] = Counter()
    for mutation, fate in _judge(drawn, record, asked.workers, asked.seconds):
        fates[fate] += 1
        if fate is not Fate.KILLED:  # what took for ever may have been held up by the machine: worth a look
            print(f"\n{fate.value}:\n{_difference(mutation)}", flush=True)
    survived = (fates[Fate.SURVIVED] + fates[Fate.NEVER_RUN]) / len(drawn)
    counts = ", ".join(f"{count} {fate.value}" for fate, count in fates.items())
    print(f"\n{counts}: {survived:.1%} survived (seed {asked.seed}, {time.monotonic() - started:.0f} s)")
    return int(survived > _AT_MOST)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument("--mutants", type=int, default=200, help="how many changes to draw")
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same changes of the same program")
    parser.add_argument("--seconds", type=float, default=20, help="how much of a core a change is worth")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="how many processes at a time")
    return parser.parse_args()


def _record(workers: int) -> tuple[Covering, set[str]]:
    """Run all the tests under watch, a share in each of `workers` processes."""
    files = sorted(path for folder in _TESTS for path in (_ROOT / folder).rglob("test_*.py"))
    with tempfile.TemporaryDirectory() as folder:
        records = [Path(folder) / f"{number}.json" for number in range(workers)]
        running = [_watch(files[number::workers], record) for number, record in enumerate(records)]
        endings = [process.wait() for process in running]
        if any(endings):
            said = "".join(record.with_suffix(".txt").read_text() for record in records)
            print(f"What fails on the program as it is counts for nothing:\n{said}", flush=True)
        if not set(endings) <= {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
            sys.exit("The tests were not run.")
        return covering.read(records)


def _watch(files: list[Path], record: Path) -> subprocess.Popen[bytes]:
    with record.with_suffix(".txt").open("wb") as said:
        command, known = [*_PYTEST, *map(str, files)], os.environ | {"MUTANTS_RECORD": str(record)}
        return subprocess.Popen(command, cwd=_ROOT, env=known, stdout=said)


def _draw(count: int, seed: int) -> list[Mutation]:
    # The schema is what the migrations make of it; a test compares the tables with that.
    files = (path for name in _PACKAGES for path in (_ROOT / "src/vneid_idp" / name).rglob("*.py"))
    paths = sorted(path for path in files if not path.stem.endswith("tables"))
    lot = random.Random(seed)
    places: dict[tuple[Path, tuple[int, int]], list[Mutation]] = {}
    for mutation in mutations_of(paths):
        places.setdefault((mutation.path, mutation.start), []).append(mutation)
    drawn = (lot.choice(places[place]) for place in lot.sample(sorted(places), len(places)))
    return list(islice((mutation for mutation in drawn if mutation.compiles()), count))


def _see_the_program_pass(drawn: list[Mutation], record: Covering, seconds: float) -> None:
    """Unchanged it passes where changes are tried: else all of them would be killed by the place."""
    for mutation in drawn[:3]:
        for tests in record.rounds_for(mutation, seconds)[:1]:
            under_trial = trial.begin(mutation, tests, mutation.path.read_text())
            while not under_trial.is_over():
                time.sleep(0.02)
            if under_trial.fate() is not Fate.SURVIVED:
                sys.exit(f"The tests of {mutation.path} fail on the program as it is.")


def _judge(drawn: list[Mutation], record: Covering, workers: int, seconds: float) -> Iterator[tuple[Mutation, Fate]]:
    under_way: dict[trial.Trial, list[list[str]]] = {}
    waiting = list(drawn)
    while waiting or under_way:
        while waiting and len(under_way) < workers:
            mutation = waiting.pop()
            rounds = record.rounds_for(mutation, seconds)
            if rounds:
                under_way[trial.begin(mutation, rounds[0])] = rounds[1:]
            else:
                yield mutation, Fate.NEVER_RUN
        time.sleep(0.02)
        for each in [each for each in under_way if each.is_over()]:
            rounds, fate = under_way.pop(each), each.fate()
            if fate is Fate.SURVIVED and rounds:
                under_way[trial.begin(each.mutation, rounds[0])] = rounds[1:]
            else:
                yield each.mutation, fate


def _difference(mutation: Mutation) -> str:
    before, after = mutation.path.read_text().splitlines(), mutation.source().splitlines()
    name = str(mutation.path.relative_to(_ROOT))
    return "\n".join(difflib.unified_diff(before, after, name, mutation.operator, n=1, lineterm=""))


if __name__ == "__main__":
    sys.exit(main())
