"""The server is killed while two hundred people are on their way, or its database and one of its workers. Nothing
acknowledged is lost; nothing works twice."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import bindparam, select, update

from tests.faults.flows import ACCOUNTS, Flow, Network, bearer, http_client, prepare, ring_of
from tests.support.postgres import DURABLE, Cluster, running_cluster
from tests.support.schema import build
from tests.support.server import Guest, Server, free_port, settle
from tests.support.visitor import Page, shown
from vneid_idp.audit.events import EventKind
from vneid_idp.audit.tables import events
from vneid_idp.bindings.engine.tables import binding_requests
from vneid_idp.bindings.social_accounts.tables import social_accounts
from vneid_idp.grants.tables import grants
from vneid_idp.kernel.clock import MINUTE, SECOND, SystemClock
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.protocol.grant_types.refresh_token import GRACE
from vneid_idp.protocol.tokens import RefreshToken
from vneid_idp.storage.database import open_database
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database

FLOWS = 200
SIGNING_IN = ("letter-d", "khmer", "hmong")
REFUSED = (400, "invalid_grant")

_EVENTS = Statement(select(events.c.kind, events.c.subject_id))
_GRANTS = Statement(select(grants.c.grant_id, grants.c.generation))
_BINDINGS = Statement(select(social_accounts.c.binding_id))
_REQUESTS = Statement(select(binding_requests.c.binding_id))
_SET_REFRESHED = Statement(
    update(grants).where(grants.c.grant_id == bindparam("of_grant")).values(refreshed_at=bindparam("at"))
)


async def test_killed_while_two_hundred_are_on_their_way(server: Server) -> None:
    database = open_database(server.database_url, SystemClock())
    try:
        async with asyncio.timeout(240):
            client_id, secret, flows = await prepare(database, FLOWS)
            async with http_client(server) as http:
                await kill_on_the_way(server.kill, Network(http, client_id, secret), flows)
            await check_whole(database)
            await set_grace(database, flows)
            assert server.command("audit", "verify").returncode == 0
            await asyncio.to_thread(server.start)
            await check_everything(server, database, client_id, secret, flows)
    finally:
        await database.close()


async def test_the_database_is_killed_and_one_of_two_workers_with_it(tmp_path: Path) -> None:
    with running_cluster(DURABLE) as cluster:
        cluster.prepare("migrated", build)
        server = Server(cluster.url("migrated"), tmp_path / "server.log", free_port(), workers=2)
        await settle(server.database_url)
        server.start()
        try:
            server.until_all_serve()
            async with asyncio.timeout(240), AsyncExitStack() as opened:
                await live_through(cluster, server, opened)
        finally:
            server.stop()


async def live_through(cluster: Cluster, server: Server, opened: AsyncExitStack) -> None:
    """The server goes on by itself when the database is back: nobody starts it anew."""
    victim = min(server.worker_pids())

    def kill() -> None:
        cluster.kill()
        os.kill(victim, signal.SIGKILL)

    before = open_database(server.database_url, SystemClock())
    client_id, secret, flows = await prepare(before, FLOWS // 2)
    await before.close()
    guests = [await opened.enter_async_context(server.visitor(slug)) for slug in SIGNING_IN]
    async with http_client(server) as http, asyncio.TaskGroup() as group:
        signed_in = [group.create_task(sign_in(guest)) for guest in guests]
        await kill_on_the_way(kill, Network(http, client_id, secret), flows)
    cluster.start()
    cluster.wait()
    await asyncio.to_thread(server.until_all_serve)
    assert victim not in server.worker_pids()
    after = open_database(server.database_url, SystemClock())
    opened.push_async_callback(after.close)
    await check_whole(after)
    await set_grace(after, flows)
    await check_everything(server, after, client_id, secret, flows)
    for guest, acknowledged in zip(guests, signed_in, strict=True):
        page = await guest.open("/me")
        assert isinstance(page, Page)
        assert page.path == "/me" or not acknowledged.result(), "a sign-in that was acknowledged was lost"


async def sign_in(guest: Guest) -> bool:
    """Sign in with the password; whether it was acknowledged before the database was gone."""
    try:
        page = await guest.open("/me")
        return shown(await guest.sign_in(page)).response.status_code == 200
    except (httpx.TransportError, AssertionError):
        return False


async def check_everything(server: Server, database: Database, client_id: str, secret: str, flows: list[Flow]) -> None:
    """What was acknowledged is there, and what got no answer is there as a whole or not at all."""
    async with http_client(server) as http:
        network = Network(http, client_id, secret)
        own = await network.own()
        # First the codes whose redemption got no answer: they live for a minute.
        await together(check_code(flow, network) for flow in flows if flow.sent == "code")
        await together(check_binding(flow, network, own) for flow in flows)
        await together(check_taken_back(flow, network) for flow in flows if flow.takes_back == "withdraw")
        await together(check_refresh(flow, network) for flow in flows if flow.takes_back != "withdraw")
        await together(check_code(flow, network) for flow in flows if flow.sent != "code")
    await check_whole(database)
    verified = await asyncio.to_thread(server.command, "audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


async def together(checks: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All at once; the first that fails ends the others."""
    async with asyncio.TaskGroup() as group:
        for check in checks:
            group.create_task(check)


async def kill_on_the_way(kill_all: Callable[[], None], network: Network, flows: list[Flow]) -> None:
    bound = asyncio.Semaphore(0)

    async def kill() -> None:
        for _ in range(len(flows) * 7 // 20):
            await bound.acquire()
        while not {"release", "withdraw"} <= {flow.done for flow in flows}:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await asyncio.to_thread(kill_all)

    async with asyncio.TaskGroup() as group:
        group.create_task(kill())
        for flow in flows:
            group.create_task(flow.run(network, bound))
    stages = Counter(flow.sent for flow in flows)
    assert stages["code"] + stages["bind"] + stages["refresh"] > 0, f"nobody was on the way: {stages}"


async def check_whole(database: Database) -> None:
    """Each change stands with its event and its Idempotency-Key, or none of them does."""
    async with database.reading() as unit:
        recorded = Counter((row["kind"], row["subject_id"]) for row in await unit.fetch(_EVENTS))
        generations = {row["grant_id"]: row["generation"] for row in await unit.fetch(_GRANTS)}
        bound = [row["binding_id"] for row in await unit.fetch(_BINDINGS)]
        requested = [row["binding_id"] for row in await unit.fetch(_REQUESTS)]
    assert sorted(bound) == sorted(requested)
    assert {name: count for name, count in recorded.items() if name[0] == EventKind.BINDING_VERIFIED} == {
        (EventKind.BINDING_VERIFIED, binding_id): 1 for binding_id in bound
    }
    assert {name: count for name, count in recorded.items() if name[0] == EventKind.GRANT_OPENED} == {
        (EventKind.GRANT_OPENED, grant_id): 1 for grant_id in generations
    }
    assert {grant_id: recorded[EventKind.REFRESH_USED, grant_id] + 1 for grant_id in generations} == generations


async def set_grace(database: Database, flows: list[Flow]) -> None:
    """Odd flows come back when a lost answer is no longer forgiven, even ones in time, however slow this machine is."""
    sealer = (await ring_of(database)).sealer
    async with database.writing() as unit:
        for flow in flows:
            if flow.refresh_tokens:
                token = RefreshToken.from_json(sealer.open_json(SealPurpose.REFRESH_TOKEN, flow.refresh_tokens[-1]))
                at = unit.now - GRACE - SECOND if flow.number % 2 else unit.now + MINUTE
                assert await unit.execute(_SET_REFRESHED, of_grant=token.grant_id, at=at) == 1


async def check_binding(flow: Flow, network: Network, own: dict[str, str]) -> None:
    status = await network.http.post(f"{ACCOUNTS}/status", json={"account_id": flow.account}, headers=own)
    binding = status.json()["binding"]
    if flow.done is not None:
        assert binding is None, "what was taken back is there again"
    elif flow.binding is not None and flow.sent in ("release", "withdraw"):
        assert binding in (None, flow.binding)
    elif flow.binding is not None:
        assert binding == flow.binding, "an acknowledged binding was lost or changed"
    elif flow.sent == "bind":
        again = await flow.bind(network)
        assert again.status_code == (201 if binding is None else 200), again.text
        assert binding is None or again.json()["binding_id"] == binding["binding_id"]
    else:
        assert binding is None, "bound without having been asked"


async def check_taken_back(flow: Flow, network: Network) -> None:
    """All of a consent is gone, or nothing of it."""
    if flow.sent not in (None, "withdraw"):
        return
    assert flow.access_token is not None
    told = await network.http.get("/userinfo", headers=bearer(flow.access_token))
    renewed = await network.refresh(flow.refresh_tokens[-1])
    bound = await network.http.post(
        f"{ACCOUNTS}/status", json={"account_id": flow.account}, headers=await network.own()
    )
    stands = {told.status_code == 200, renewed.status_code == 200, bound.json()["binding"] is not None}
    assert stands == {False} if flow.done else len(stands) == 1, (flow.done, told, renewed, bound.text)


async def check_refresh(flow: Flow, network: Network) -> None:
    if not flow.refresh_tokens:
        return
    latest = flow.refresh_tokens[-1]
    if flow.number % 2 == 0:
        first = await network.refresh(latest)
        assert first.status_code == 200, "an acknowledged refresh token was lost, or a lost answer not forgiven"
        if flow.number % 4 == 0:
            second = await network.refresh(first.json()["refresh_token"])
            assert second.status_code == 200, second.text
            assert await refused(network, latest), "a token of two generations ago worked"
            await check_ended(flow, network, second.json()["refresh_token"])
    elif len(flow.refresh_tokens) > 1:
        assert await refused(network, flow.refresh_tokens[-2]), "a rotated token worked after the grace"
        await check_ended(flow, network, latest)


async def check_ended(flow: Flow, network: Network, successor: str) -> None:
    """A replay takes the whole grant along."""
    assert await refused(network, successor)
    assert flow.access_token is not None
    assert (await network.http.get("/userinfo", headers=bearer(flow.access_token))).status_code == 401


async def refused(network: Network, token: str) -> bool:
    answer = await network.refresh(token)
    return (answer.status_code, answer.json().get("error")) == REFUSED


async def check_code(flow: Flow, network: Network) -> None:
    if flow.code is None:
        return
    answers = await asyncio.gather(flow.redeem(network), flow.redeem(network))
    worked = [answer.status_code for answer in answers].count(200) + bool(flow.refresh_tokens)
    assert worked <= 1, "a code worked twice"
    assert all((answer.status_code, answer.json().get("error")) in [REFUSED, (200, None)] for answer in answers)
