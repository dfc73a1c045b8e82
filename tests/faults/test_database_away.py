"""The database goes away and comes back, with two workers: the server stays, says why it cannot serve, and goes on."""

import asyncio
import os
import signal
import time
from pathlib import Path

import httpx
import pytest

from tests.support.postgres import Cluster, running_cluster
from tests.support.schema import build
from tests.support.server import Server, free_port, settle
from vneid_idp.settings import new_root_secret

PATIENCE_SECONDS = 90


def check_answer(server: Server, path: str, kind: str) -> None:
    """How the worker that waits answers there; the other may come first."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "waits for" not in (answer := httpx.post(server.issuer + path, timeout=30)).text:
        assert time.monotonic() < deadline
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["content-type"].startswith(kind)


def gone(pids: set[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_the_database_is_away_at_the_start_and_again_when_a_worker_dies(tmp_path: Path) -> None:
    with running_cluster() as cluster:
        cluster.prepare("migrated", build)
        server = Server(cluster.url("migrated"), tmp_path / "server.log", free_port(), workers=2)
        asyncio.run(settle(server.database_url))
        try:
            begins_without_its_database(cluster, server)
            loses_a_worker_meanwhile(cluster, server)
            ends_with_all_its_workers(server)
        finally:
            server.stop()


def begins_without_its_database(cluster: Cluster, server: Server) -> None:
    cluster.stop()
    server.launch()
    server.until(503, "waits for the database")
    check_answer(server, "/token", "application/json")
    check_answer(server, "/me", "text/plain")
    check_answer(server, "/bindings/v1/social-accounts", "application/problem+json")
    cluster.start()
    cluster.wait()
    server.until_all_serve()


def loses_a_worker_meanwhile(cluster: Cluster, server: Server) -> None:
    victim, other = sorted(server.worker_pids())
    cluster.stop()
    away = server.until(503, "The database cannot be reached")
    assert int(away.headers["Retry-After"]) > 0
    os.kill(victim, signal.SIGKILL)
    server.until(503, "waits for the database")
    cluster.start()
    cluster.wait()
    server.until_all_serve()
    assert other in server.worker_pids()
    assert victim not in server.worker_pids()


def ends_with_all_its_workers(server: Server) -> None:
    pids = server.worker_pids()
    assert len(pids) == 2
    server.kill()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline, "a worker outlived the process that was killed"
        time.sleep(0.05)


def test_workers_that_cannot_start_at_all_end_the_server_with_a_failure(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(settle(sqlite_url))
    server = Server(sqlite_url, tmp_path / "server.log", free_port(), workers=2)
    monkeypatch.setattr("tests.support.server.SECRET", new_root_secret())
    assert server.command("serve").returncode == 3


def test_a_database_without_tables_is_told_in_one_line(tmp_path: Path) -> None:
    for workers in (1, 2):
        server = Server(f"sqlite:///{tmp_path / 'empty.sqlite3'}", tmp_path / "log", free_port(), workers=workers)
        done = server.command("serve")
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1] == "The database has no tables yet. Make them first: vneid-idp migrate"
