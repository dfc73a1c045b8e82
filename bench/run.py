"""`python -m bench.run`: both providers in turn on one machine, and how they compare.

The server under test has one core to itself; the load and PostgreSQL share the others. Rounds alternate between the
sides and change who goes first, so that neither warmth nor a busy neighbour favours one; a rehearsal of every flow goes
before the first round. Throughput is told per second and per second of the server's CPU time; the latter is the figure
to compare, since it does not depend on whether the other core could keep up.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
import uvloop

from bench import processes
from bench.contender import Contender, Running, last_words
from bench.flows import FLOWS, STAGES, FlowFailed, Session
from bench.load import Load, run_load
from bench.node_oidc_provider import NodeOidcProvider
from bench.ours import Ours
from bench.postgres import Cluster, running_cluster
from bench.report import Measurement, ratio_table, table
from bench.signatures import share

_CONTENDERS: dict[str, type[Ours | NodeOidcProvider]] = {"ours": Ours, "peer": NodeOidcProvider}
_FINANCIAL = "FAPI sign-in"
_RESULTS = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True, slots=True)
class Side:
    """A contender on stage."""

    contender: Contender
    running: Running
    sessions: list[Session]
    log: Path


def main() -> None:
    """Run the benchmark; exits with 1 when any answer was wrong."""
    options = _read_options(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # like Ctrl-C: what was started is stopped and deleted
    cores = processes.split_cores()
    os.sched_setaffinity(0, cores.others)
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster())
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        rows = uvloop.run(_run(options, cluster, cores, logs))
    print(f"\n{table(rows)}\n")
    if len(options.sides) == 2:
        print(f"{ratio_table(rows, *(_CONTENDERS[side].name for side in options.sides))}\n")
    if _FINANCIAL in options.flows:
        print(f"{share(rows, _FINANCIAL)}\n")
    output = Path(options.output)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(orjson.dumps([asdict(row) for row in rows], option=orjson.OPT_INDENT_2))


async def _run(options: argparse.Namespace, cluster: Cluster, cores: processes.Cores, logs: Path) -> list[Measurement]:
    rows: list[Measurement] = []
    for profile, flows in STAGES.items():
        if chosen := [flow for flow in flows if flow in options.flows]:
            rows += await _stage(options, cluster, cores, logs, profile, chosen)
    return rows


async def _stage(
    options: argparse.Namespace,
    cluster: Cluster,
    cores: processes.Cores,
    logs: Path,
    profile: str,
    flows: Sequence[str],
) -> list[Measurement]:
    load = Load(users=options.users, warm_up=options.warm_up, seconds=options.seconds)
    sides: list[Side] = []
    rows: list[Measurement] = []
    try:
        for name in options.sides:
            contender, log = _CONTENDERS[name](profile), logs / f"{name}-{profile}"
            side = Side(contender, await contender.start(cluster, cores.server, log), [], log)
            sides.append(side)
            side.sessions.extend(await _prepare(side, options.sessions))
        _print_header(options, cluster, sides)
        for number in range(options.rounds + 1):
            for flow in flows:
                for side in sides if number % 2 else reversed(sides):
                    row = await _turn(side, flow, load, cluster)
                    _print_turn(number, row)
                    rows += [row] if number else []
    finally:
        for side in sides:
            processes.stop(side.running.process)
    return rows


async def _prepare(side: Side, count: int) -> list[Session]:
    try:
        return await side.contender.prepare(side.running.target, count)
    except (AssertionError, FlowFailed) as failure:
        raise _failed(side, f"preparing: {failure}") from failure


def _failed(side: Side, complaint: str) -> SystemExit:
    return SystemExit(f"{side.contender.name}, {complaint}\nthe server's last words:\n{last_words(side.log)}")


async def _turn(side: Side, flow: str, load: Load, cluster: Cluster) -> Measurement:
    """One side's turn at one flow; raises `SystemExit` on a wrong answer, for speed without correctness is none."""
    cluster.execute("CHECKPOINT")  # both sides begin with clean buffers, and no checkpoint falls into a turn

    def usage() -> tuple[float, float, float]:
        server, database = map(processes.cpu_seconds, (side.running.process.pid, cluster.pid))
        return server, database, time.process_time()

    outcome = await run_load(side.running.target, FLOWS[flow], side.sessions, load, usage)
    if outcome.failures or len(outcome.latencies) < 2:
        found = "\n".join([*dict.fromkeys(outcome.failures)][:5])
        raise _failed(side, f"{flow}: {len(outcome.failures)} users met a wrong answer\n{found}")
    return Measurement.of(flow, side.contender.name, outcome)


def _print_header(options: argparse.Namespace, cluster: Cluster, sides: Sequence[Side]) -> None:
    for side in sides:
        print(f"- {side.running.description}")
    print(
        f"- PostgreSQL {cluster.version}, fsync on; {options.users} users at once, {options.sessions} sessions a side"
    )
    print(f"- {options.rounds} rounds of {options.seconds:g} s a flow and side, {options.warm_up:g} s of warm-up each")
    print(flush=True)


def _print_turn(number: int, row: Measurement) -> None:
    busy = [f"{share / row.seconds:.0%}" for share in (row.server_cpu, row.database_cpu, row.load_cpu)]
    print(
        f"{f'round {number}' if number else 'rehearsal':<10}{row.flow:<19}{row.contender:<19}"
        f"{row.per_second:7,.0f}/s {row.per_core:7,.0f}/core-s"
        f"   busy: server {busy[0]}, PostgreSQL {busy[1]}, load {busy[2]}",
        flush=True,
    )


def _read_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sides = list(_CONTENDERS)
    parser.add_argument("--sides", nargs="+", choices=sides, default=sides, help="who takes part (default: both)")
    parser.add_argument("--rounds", type=int, default=9, help="counted rounds, of each side in turn (default 9)")
    parser.add_argument("--seconds", type=float, default=2, help="counted seconds a round, flow and side (default 2)")
    parser.add_argument("--warm-up", type=float, default=0.5, help="uncounted seconds before them (default 0.5)")
    parser.add_argument("--users", type=int, default=32, help="virtual users at once (default 32)")
    parser.add_argument("--sessions", type=int, default=320, help="signed-in people a side (default 320)")
    parser.add_argument("--flows", nargs="+", choices=FLOWS, default=list(FLOWS), help="default: all")
    parser.add_argument("--output", default=str(_RESULTS), help="where each round's figures go, as JSON")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
