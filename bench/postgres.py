"""A PostgreSQL cluster for one run: durable as in production, on a port of its own, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.processes import free_port

# Durability as shipped (fsync, synchronous_commit, full_page_writes); checkpoints are asked for between the
# measurements, so that none falls into one side's turn by chance.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
    "max_connections": "200",
    "jit": "off",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster."""

    port: int
    pid: int
    version: str

    def url(self, database: str, scheme: str = "postgresql") -> str:
        """The address of `database`, without a password: the cluster trusts the loopback interface."""
        return f"{scheme}://postgres@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str) -> None:
        """Run one statement as the superuser, outside a transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def create_database(self, name: str) -> None:
        """An empty database; `name` comes from the benchmark itself."""
        self.execute(f'CREATE DATABASE "{name}"')


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Start a cluster in a new directory; stop and delete it at the end."""
    # /var/tmp rather than /tmp: the latter may be memory, where fsync costs nothing.
    directory = Path(tempfile.mkdtemp(prefix="bench-postgres-", dir="/var/tmp"))
    try:
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            account = pwd.getpwnam("postgres")
            os.chown(directory, account.pw_uid, account.pw_gid)
        data, port = directory / "data", free_port()
        _run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
        settings = {**_SETTINGS, "port": str(port), "unix_socket_directories": str(directory)}
        with (data / "postgresql.auto.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        _run("pg_ctl", "-D", str(data), "-w", "-l", str(directory / "log"), "start")
        try:
            pid = int((data / "postmaster.pid").read_text().split()[0])
            yield Cluster(port=port, pid=pid, version=_run("postgres", "--version").split()[2])
        finally:
            _run("pg_ctl", "-D", str(data), "-w", "-m", "fast", "stop")
    finally:
        shutil.rmtree(directory)


def _run(program: str, *arguments: str) -> str:
    argv: Sequence[str] = [_find(program), *arguments]
    if os.geteuid() == 0:
        argv = ["runuser", "-u", "postgres", "--", *argv]
    # Output goes to a file: a pipe would be inherited by the server, and reading it would wait for the server's end.
    with tempfile.TemporaryFile() as output:
        code = subprocess.run(
            argv, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
        ).returncode
        output.seek(0)
        text = output.read().decode()
    if code:
        raise SystemExit(f"{program} failed ({code}):\n{text}")
    return text


def _find(program: str) -> str:
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[4]))
    found = str(installed[-1]) if installed else shutil.which(program)
    if found is None:
        raise SystemExit(f"{program} not found: install PostgreSQL's server programs")
    return found
