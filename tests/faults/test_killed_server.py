"""The server is killed while two hundred people are on their way. Nothing acknowledged is lost; nothing works twice."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable
from typing import Any

from sqlalchemy import bindparam, select, update

from tests.faults.flows import ACCOUNTS, Flow, Network, bearer, http_client, prepare, ring_of
from tests.support.server import Server
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
BOUND_WHEN_KILLED = 70
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
                await kill_on_the_way(server, Network(http, client_id, secret), flows)
            await check_whole(database)
            await set_grace(database, flows)
            assert server.command("audit", "verify").returncode == 0
            await asyncio.to_thread(server.start)
            async with http_client(server) as http:
                network = Network(http, client_id, secret)
                own = await network.own()
                # First the codes whose redemption got no answer: they live for a minute.
                await together(check_code(flow, network) for flow in flows if flow.sent == "code")
                await together(check_binding(flow, network, own) for flow in flows)
                await together(check_refresh(flow, network) for flow in flows)
                await together(check_code(flow, network) for flow in flows if flow.sent != "code")
            await check_whole(database)
            verified = await asyncio.to_thread(server.command, "audit", "verify")
            assert verified.returncode == 0, verified.stdout + verified.stderr
    finally:
        await database.close()


async def together(checks: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All at once; the first that fails ends the others."""
    async with asyncio.TaskGroup() as group:
        for check in checks:
            group.create_task(check)


async def kill_on_the_way(server: Server, network: Network, flows: list[Flow]) -> None:
    bound = asyncio.Semaphore(0)

    async def kill() -> None:
        for _ in range(BOUND_WHEN_KILLED):
            await bound.acquire()
        await asyncio.to_thread(server.kill)

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
    if flow.binding is not None:
        assert binding == flow.binding, "an acknowledged binding was lost or changed"
    elif flow.sent == "bind":
        again = await flow.bind(network)
        assert again.status_code == (201 if binding is None else 200), again.text
        assert binding is None or again.json()["binding_id"] == binding["binding_id"]
    else:
        assert binding is None, "bound without having been asked"


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
