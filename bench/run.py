"""`python -m bench.run`: both providers in turn on one machine, and how they compare.

The server under test has one core to itself; the load and PostgreSQL share the others. Rounds alternate between the
sides and change who goes first, so that neither warmth nor a busy neighbour favours one. Throughput is told per second
and per second of the server's CPU time; the latter is the figure to compare, since it does not depend on whether the
other core could keep up.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import orjson
import uvloop

from bench import processes
from bench.contender import Contender, Running
from bench.flows import FLOWS, Session
from bench.load import Load, run_load
from bench.node_oidc_provider import NodeOidcProvider
from bench.postgres import Cluster, running_cluster
from bench.report import Measurement, ratio_table, table

_RESULTS = Path(__file__).parent / "results"

Results = dict[tuple[str, str], list[Measurement]]


def main() -> None:
    """Run the benchmark; exits with 1 when any answer was wrong."""
    options = _read_options(sys.argv[1:])
    cores = processes.split_cores()
    os.sched_setaffinity(0, cores.others)
    contenders: list[Contender] = [NodeOidcProvider()]
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster())
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        results, failures = uvloop.run(_run(options, cluster, contenders, cores, logs))
    print(f"\n{table(results)}\n")
    names = [contender.name for contender in contenders]
    if len(names) == 2:
        print(f"{ratio_table(results, *names)}\n")
    _write(results, Path(options.output))
    if failures:
        raise SystemExit(
            f"{len(failures)} wrong answers, so the figures count for nothing; the first ones:\n"
            + "\n".join(failures[:5])
        )


async def _run(
    options: argparse.Namespace, cluster: Cluster, contenders: Sequence[Contender], cores: processes.Cores, logs: Path
) -> tuple[Results, list[str]]:
    load = Load(users=options.users, warm_up=options.warm_up, seconds=options.seconds)
    sides: list[tuple[Contender, Running, list[Session]]] = []
    results: Results = {}
    failures: list[str] = []
    try:
        for contender in contenders:
            running = await contender.start(cluster, cores.server, logs / contender.name)
            sides.append((contender, running, []))
            sides[-1][2].extend(await contender.prepare(running.target, options.sessions))
        _print_header(options, cluster, [running for _, running, _ in sides])
        for number in range(options.rounds):
            for flow in options.flows:
                for contender, running, sessions in sides if number % 2 == 0 else reversed(sides):
                    # Each turn begins with clean buffers, and no checkpoint falls into it.
                    cluster.execute("CHECKPOINT")
                    pids = (running.process.pid, cluster.pid, os.getpid())
                    outcome = await run_load(
                        running.target,
                        FLOWS[flow],
                        sessions,
                        load,
                        lambda pids=pids: tuple(map(processes.cpu_seconds, pids)),
                    )
                    failures += [f"{contender.name}, {flow}: {failure}" for failure in outcome.failures]
                    if len(outcome.latencies) < 2:
                        raise SystemExit(
                            f"{contender.name} completed nothing: {failures[:5]}\n{(logs / contender.name).read_text()}"
                        )
                    measurement = Measurement.of(flow, contender.name, outcome)
                    results.setdefault((flow, contender.name), []).append(measurement)
                    _print_turn(number + 1, measurement)
    finally:
        for _, running, _ in sides:
            processes.stop(running.process)
    return results, failures


def _print_header(options: argparse.Namespace, cluster: Cluster, runnings: Sequence[Running]) -> None:
    for running in runnings:
        print(f"- {running.description}")
    print(
        f"- PostgreSQL {cluster.version}, fsync on; {options.users} users at once, {options.sessions} sessions a side"
    )
    print(
        f"- {options.rounds} rounds of {options.seconds:g} s a flow, after {options.warm_up:g} s of warm-up\n",
        flush=True,
    )


def _print_turn(number: int, row: Measurement) -> None:
    busy = [f"{share / row.seconds:.0%}" for share in (row.server_cpu, row.database_cpu, row.load_cpu)]
    print(
        f"round {number}  {row.flow:<18} {row.contender:<18} {row.per_second:7,.0f}/s {row.per_core:7,.0f}/core-s"
        f"   busy: server {busy[0]}, PostgreSQL {busy[1]}, load {busy[2]}",
        flush=True,
    )


def _write(results: Results, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [asdict(row) for measurements in results.values() for row in measurements]
    path.write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
    print(f"Each round's figures: {path}")


def _read_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5, help="rounds, of each side in turn (default 5)")
    parser.add_argument("--seconds", type=float, default=5, help="counted seconds a round and flow (default 5)")
    parser.add_argument("--warm-up", type=float, default=2, help="uncounted seconds before them (default 2)")
    parser.add_argument("--users", type=int, default=32, help="virtual users at once (default 32)")
    parser.add_argument("--sessions", type=int, default=320, help="signed-in people a side (default 320)")
    parser.add_argument("--flows", nargs="+", choices=FLOWS, default=list(FLOWS), help="default: all")
    parser.add_argument("--output", default=str(_RESULTS / "latest.json"), help="where each round's figures go")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
