"""Processes under measurement: which core they run on, and the CPU time they used."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cores:
    """The server under test has one core to itself; load and database share the others."""

    server: int
    others: frozenset[int]


def split_cores() -> Cores:
    """The cores this process may use, split; raises `SystemExit` where there is only one."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise SystemExit("the benchmark needs two cores: one for the server, one for load and database")
    return Cores(server=cores[0], others=frozenset(cores[1:]))


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def start(
    argv: Sequence[str], environment: Mapping[str, str], log: Path, core: int | None = None
) -> subprocess.Popen[bytes]:
    """Start a program on `core`, its output in `log`. Its process id stays that of the program itself."""
    with log.open("ab") as output:
        return subprocess.Popen(
            argv,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=None if core is None else _pin_to(core),
        )


def stop(process: subprocess.Popen[bytes], *, with_signal: int = signal.SIGTERM, patience: float = 10) -> None:
    """Ask `process` to end; kill it when it has not after `patience` seconds."""
    process.send_signal(with_signal)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, its living descendants, and those children that it has reaped."""
    families: dict[int, list[tuple[int, float]]] = {}
    own = 0.0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # The command name, in parentheses, may hold spaces; what follows it may not (proc(5)).
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended between the listing and the look
        seconds = sum(map(int, fields[11:15])) / _TICKS_PER_SECOND
        if int(entry.name) == pid:
            own = seconds
        families.setdefault(int(fields[1]), []).append((int(entry.name), seconds))
    return own + _of_descendants(pid, families)


def _of_descendants(pid: int, families: dict[int, list[tuple[int, float]]]) -> float:
    return sum(seconds + _of_descendants(child, families) for child, seconds in families.get(pid, []))


def _pin_to(core: int) -> Callable[[], None]:
    return lambda: os.sched_setaffinity(0, {core})
