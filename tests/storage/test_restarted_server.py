"""PostgreSQL restarts under load: what was acknowledged is there, and all works again."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from sqlalchemy import bindparam, select, text, update

from tests.support.postgres import Cluster
from tests.support.watch import Watch
from vneid_idp.keys.tables import keys
from vneid_idp.storage.postgresql import PostgresqlDatabase
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import OutcomeUnknown, StorageUnavailable, Unit

_MOST = 4
_WORKERS = 12
_RESTARTS = 2
_ADD = Statement(insert(keys).values(kind=bindparam("kind"), generation=1, kid="k", announced_at=0, activate_at=0))
_RAISE = Statement(update(keys).where(keys.c.kind == bindparam("kind")).values(activate_at=keys.c.activate_at + 1))
_ALL = Statement(select(keys.c.kind, keys.c.activate_at))
_OURS = Statement(
    text(
        "SELECT count(*) AS found FROM pg_stat_activity "
        "WHERE application_name = 'vneid_idp' AND datname = current_database()"
    )
)


async def test_a_restart_under_load(postgresql_cluster: Cluster, postgresql_url: str, watch: Watch) -> None:
    database = PostgresqlDatabase(postgresql_url, watch, connections=_MOST)
    done: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    refused = 0
    running = True

    async def in_transaction(kind: str) -> None:
        async def count(unit: Unit) -> None:
            assert await unit.execute(_RAISE, kind=kind) == 1

        await database.transact(count)
        done[kind] += 1

    async def alone(kind: str) -> None:
        async with database.single() as unit:
            assert await unit.execute(_RAISE, kind=kind) == 1
        done[kind] += 1

    async def look(kind: str) -> None:
        async with database.reading() as unit:
            assert len(await unit.fetch(_ALL)) == len(await unit.fetch(_ALL)) == _WORKERS

    async def work(kind: str, act: Callable[[str], Awaitable[None]]) -> None:
        nonlocal refused
        while running:
            try:
                await act(kind)
            except OutcomeUnknown:
                unknown[kind] += 1
            except StorageUnavailable:
                refused += 1
                await asyncio.sleep(0.01)

    names = [f"worker {number}" for number in range(_WORKERS)]
    async with database.writing() as unit:
        await unit.execute_many(_ADD, [{"kind": name} for name in names])
    acts = (in_transaction, alone, look)
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for number, name in enumerate(names):
            group.create_task(work(name, acts[number % 3]))
        for _ in range(_RESTARTS):
            await asyncio.sleep(0.5)
            await asyncio.to_thread(postgresql_cluster.stop)
            postgresql_cluster.start()
            await asyncio.to_thread(postgresql_cluster.wait)
        before = done.total()
        while done.total() == before:  # noqa: ASYNC110 that something works after the restart; else the time is up
            await asyncio.sleep(0.01)
        running = False
    assert refused + unknown.total() > 0, "nobody noticed the restart"
    await _check_what_is_there(database, done, unknown)
    await database.close()
    assert database.connections._room._value == _MOST


async def _check_what_is_there(database: PostgresqlDatabase, done: Counter[str], unknown: Counter[str]) -> None:
    """What was acknowledged, and no more than may have happened besides; and no connection too many."""
    async with database.glance() as unit:
        found = {row["kind"]: row["activate_at"] for row in await unit.fetch(_ALL)}
    assert len(found) == _WORKERS
    for name, count in found.items():
        assert done[name] <= count <= done[name] + unknown[name], name
    async with database.glance() as unit:
        row = await unit.fetch_one(_OURS)
    assert row is not None
    assert row["found"] <= _MOST
