"""`python -m bench.matches`: what a four-field match costs, and whether its time tells who exists.

Requests of four kinds come in a drawn order, one after the other: what agrees, what differs from somebody's papers,
what is said of a number that is nobody's, and of somebody who has died. The last three are answered alike, and must
take as long: the difference of their medians is told with its interval, by bootstrap.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from bench import processes
from bench.in_process import Caller, Provider, provider
from bench.postgres import Cluster, running_cluster

_PATH = "/matches/v1/four-fields"
_AGREES, _DIFFERS, _NOBODY, _DECEASED = "agrees", "differs", "nobody's number", "of a deceased"
_ALIKE = (_DIFFERS, _NOBODY, _DECEASED)
_MOST = 0.03
"""By which share of a median two kinds that are answered alike may differ, beyond the noise."""
_RESAMPLED = 2_000


def _bodies(land: Provider) -> dict[str, list[dict[str, Any]]]:
    living = [each.record for each in land.people.values() if each.record.deceased_at is None]
    dead = [each.record for each in land.people.values() if each.record.deceased_at is not None]
    wrong = {"full_name": "Không Phải Người Này", "birthdate": "1901-01-01"}
    return {
        _AGREES: [
            {"id_number": each.personal_number, "full_name": each.full_name, "birthdate": each.birth_date.isoformat()}
            for each in living
        ],
        _DIFFERS: [{"id_number": each.personal_number, **wrong} for each in living],
        _NOBODY: [{"id_number": f"097196{999_900 + place}", **wrong} for place in range(len(living))],
        _DECEASED: [{"id_number": each.personal_number, **wrong} for each in dead],
    }


async def _measure(land: Provider, caller: Caller, kinds: Sequence[str]) -> list[float]:
    """What each request took, in seconds."""
    bodies, took = _bodies(land), []
    for place, kind in enumerate(kinds):
        request = caller.post(_PATH, bodies[kind][place % len(bodies[kind])])
        began = time.perf_counter()
        answer = await land.ask(*request)
        took.append(time.perf_counter() - began)
        assert (b'"birthdate":"match"' in answer.body) is (kind == _AGREES), answer.body
    return took


async def _run(cluster: Cluster, count: int) -> bool:
    draw = np.random.default_rng()
    async with provider(cluster, "matches") as land:
        caller = await land.carrier("match:four_fields")
        await _measure(land, caller, [_AGREES, *_ALIKE] * 50)
        database, cpu = processes.cpu_seconds(cluster.pid), time.process_time()
        await _measure(land, caller, [_AGREES] * count)
        cpu, database = time.process_time() - cpu, processes.cpu_seconds(cluster.pid) - database
        kinds = draw.permutation([_AGREES, *_ALIKE] * count).tolist()
        took = await _measure(land, caller, kinds)
    print(f"A match: {1e6 * cpu / count:,.0f} µs CPU here, proof and request made among it, and", end=" ")
    print(f"{1e6 * database / count:,.0f} µs of PostgreSQL's: {count / cpu:,.0f} a second of this core.\n")
    by_kind = {
        kind: np.array([each for each, of in zip(took, kinds, strict=True) if of == kind]) for kind in set(kinds)
    }
    return _table(by_kind, draw)


def _table(by_kind: dict[str, Any], draw: Any) -> bool:
    """Print what each kind took, and how far it is from what differs; whether that is more than noise."""
    tells, base = False, _medians(by_kind[_DIFFERS], draw)
    print("| answered | median, ms | against *differs*: share of the median (95 % interval) |\n|---|--:|--:|")
    for kind in (_AGREES, *_ALIKE):
        median = float(np.median(by_kind[kind]))
        low, high = np.percentile((_medians(by_kind[kind], draw) - base) / np.median(by_kind[_DIFFERS]), (2.5, 97.5))
        differs = median / float(np.median(by_kind[_DIFFERS])) - 1
        told = "" if kind == _DIFFERS else f"{differs:+.1%} ({low:+.1%} to {high:+.1%})"
        print(f"| {kind} | {1e3 * median:.2f} | {told} |")
        tells |= kind in _ALIKE and kind != _DIFFERS and (low > _MOST or high < -_MOST)
    return tells


def _medians(values: Any, draw: Any) -> Any:
    """Medians of samples that are drawn anew of these."""
    return np.array([np.median(draw.choice(values, len(values))) for _ in range(_RESAMPLED)])


def main() -> None:
    """Run it; exit code 1 when the time tells what the answer does not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1_000, help="requests of each kind (default: 1000)")
    options = parser.parse_args()
    with running_cluster() as cluster:
        tells = asyncio.run(_run(cluster, options.count))
    sys.exit(1 if tells else 0)


if __name__ == "__main__":
    main()
