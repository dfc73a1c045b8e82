"""A PostgreSQL of the tests' own: a temporary cluster behind a Unix socket, and a database as new for each test.

One cluster a test process (so a worker of pytest-xdist has its own), no TCP port, nothing on disk that lasts. The
server refuses to run as root, therefore root hands it to an unprivileged user.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import TypedDict

import psycopg

from tests.support import snapshot

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    # Nothing here outlives the test, so nothing has to reach the disk; but see `DURABLE`.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_messages": "warning",
    "timezone": "UTC",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
"""For a server that is to be killed: what it acknowledged has to be there afterwards."""
_UNPRIVILEGED = ("postgres", "nobody")
_PATIENCE_SECONDS = 30


class PostgresqlMissing(RuntimeError):
    """There is no PostgreSQL server to start."""


def find_binaries() -> Path:
    """The folder that holds `initdb` and `postgres`: the PATH's, or the newest of Debian's.

    Raises `PostgresqlMissing`.
    """
    if found := shutil.which("initdb"):
        folder = Path(found).resolve().parent
        if (folder / "postgres").exists():
            return folder
    debian = [folder.parent for folder in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if debian:
        return max(debian, key=lambda folder: float(folder.parent.name))
    raise PostgresqlMissing("no PostgreSQL server here: run `make tools` as root, or `apt-get install postgresql`")


class Cluster:
    """A running server."""

    def __init__(self, folder: Path, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        self.folder = folder
        self._start = start
        self._server = start()
        self._made = 0
        self._turns = 0
        self._free: dict[str, list[str]] = {}
        self._snapshots: dict[str, snapshot.Snapshot] = {}
        self._keepers: dict[str, psycopg.Connection] = {}

    def stop(self) -> None:
        """Stop the server as an operator does: connections are ended, what was committed stays."""
        self._server.send_signal(signal.SIGINT)
        try:
            self._server.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()

    def kill(self) -> None:
        """End the server without a word, all of its processes: SIGKILL, as a power cut or the kernel would."""
        pid = self._server.pid
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        for each in (pid, *children):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self._server.wait(_PATIENCE_SECONDS)
        # It starts again when nobody has its shared memory any more.
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < deadline:
            time.sleep(0.02)

    def start(self) -> None:
        """Start a server that ended, from a thread that outlives it: the server goes with its parent thread."""
        self._server = self._start()

    def wait(self) -> None:
        """Return when the server answers; raises `PostgresqlMissing` when it ended instead."""
        _wait_for(self, self._server, self.folder)

    def url(self, database: str) -> str:
        """`postgresql://…` of `database`, through the Unix socket."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def run(self, statement: str) -> None:
        """Run one statement outside a transaction, as CREATE DATABASE wants it."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def fresh(self, template: str) -> Iterator[str]:
        """The URL of a database as `template` is, for one user at a time: a copy, or an earlier one brought back."""
        free = self._free.setdefault(template, [])
        name = free.pop() if free else self._copy(template)
        try:
            yield self.url(name)
        finally:
            if self._bring_back(name):
                free.append(name)
            else:
                self._keepers.pop(name).close()
                self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def part(self) -> None:
        """Close what brings databases back."""
        while self._keepers:
            self._keepers.popitem()[1].close()

    def _copy(self, template: str) -> str:
        self._made += 1
        name = f"test_{self._made}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        self._snapshots[name] = snapshot.take(self._alone_in(name))
        return name

    def _bring_back(self, name: str) -> bool:
        keeper = self._alone_in(name)
        self._turns += 1
        return self._snapshots[name].restore(keeper, self._turns)

    def _alone_in(self, name: str) -> psycopg.Connection:
        """A connection to a database when everybody else is gone. It is kept: a new one first learns what every table
        is, which takes longer than emptying them."""
        if name not in self._keepers:
            self._keepers[name] = psycopg.connect(self.url(name), autocommit=True)
        try:
            self._keepers[name].execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        except psycopg.OperationalError:  # a test restarted the server
            self._keepers.pop(name).close()
            return self._alone_in(name)
        return self._keepers[name]

    def prepare(self, template: str, build: Callable[[str], None], like: str = "template1") -> None:
        """Make the database `template`, as `like` is, and let `build` fill the one at the URL that it is given."""
        self.run(f"CREATE DATABASE {template} TEMPLATE {like}")
        build(self.url(template))


@contextmanager
def running_cluster(settings: Mapping[str, str] = MappingProxyType({})) -> Iterator[Cluster]:
    """A cluster, made now and destroyed with everything in it when the block ends; `settings` go over those above."""
    binaries = find_binaries()
    user = _server_user()
    # /tmp whatever TMPDIR says: a socket's path has room for 107 bytes, and the server's user must be able to enter.
    with tempfile.TemporaryDirectory(prefix="vneid-idp-test-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if user is not None:
            shutil.chown(folder, user=user.pw_uid, group=user.pw_gid)
        data = folder / "data"
        locale = ("-E", "UTF8", "--no-locale")
        _as(user, [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", *locale, "--no-sync"], folder)
        cluster = Cluster(folder, lambda: _start(user, binaries, data, folder, {**_SETTINGS, **settings}))
        try:
            cluster.wait()
            yield cluster
        finally:
            cluster.part()
            cluster.stop()


def _server_user() -> pwd.struct_passwd | None:
    """Who runs the server: an unprivileged user if we are root, else ourselves (None)."""
    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresqlMissing("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`")


def _as(user: pwd.struct_passwd | None, command: list[Path | str], folder: Path) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
        **_identity(user),
    )
    if done.returncode != 0:
        raise PostgresqlMissing(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def _start(
    user: pwd.struct_passwd | None, binaries: Path, data: Path, folder: Path, settings: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [str(binaries / "postgres"), "-D", str(data), "-k", str(folder), *options]
    if shutil.which("setpriv"):
        # A test run that is killed takes its server along.
        command = ["setpriv", "--pdeathsig", "INT", *command]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            command, cwd=folder, env=_environment(), stdout=log, stderr=log, start_new_session=True, **_identity(user)
        )


def _environment() -> dict[str, str]:
    # LC_ALL of the developer may name a locale that the cluster does not have; PG* would redirect it.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


class _Identity(TypedDict):
    user: int | None
    group: int | None
    extra_groups: list[int] | None


def _identity(user: pwd.struct_passwd | None) -> _Identity:
    if user is None:
        return {"user": None, "group": None, "extra_groups": None}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _wait_for(cluster: Cluster, server: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            psycopg.connect(cluster.url("postgres"), connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise PostgresqlMissing(f"the server did not start:\n{(folder / 'log').read_text()}") from None
            time.sleep(0.02)
