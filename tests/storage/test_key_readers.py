"""Who has fetched the published keys, on both databases: told by address, of servers only, and of nobody for long."""

import asyncio
from dataclasses import replace

from sqlalchemy import select

from tests.support.watch import Watch
from vneid_idp.clients import key_readers
from vneid_idp.clients.key_readers import MOST_SHARED, KeyFetch, KeyReaders
from vneid_idp.clients.key_readiness import Readiness, Verdict, readiness
from vneid_idp.clients.tables import client_addresses
from vneid_idp.kernel.clock import DAY, HOUR, MINUTE, SECOND
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.keys.rules import KeyKind, KeyState
from vneid_idp.keys.service import ListedKey
from vneid_idp.protocol.client import Client
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database

BANK, SHOP = Client("bank", "Bank"), Client("shop", "Shop")
APP = Client("app", "App", token_endpoint_auth_method="none")
HERE, THERE, PHONE = "203.0.113.7", "203.0.113.8", "198.51.100.9"


def readers(watch: Watch) -> KeyReaders:
    """Those of one worker."""
    return KeyReaders(watch, BlindIndex(b"k" * 32))


def proves(worker: KeyReaders, client: Client, address: str) -> None:
    """As the door of the token endpoint does."""
    if worker.wants_address(client):
        worker.proven(client.client_id, address)


async def known(db: Database) -> dict[str, KeyFetch]:
    async with db.reading() as unit:
        return await key_readers.fetches(unit)


async def stored(db: Database) -> list[str]:
    async with db.reading() as unit:
        return [str(dict(row)) for row in await unit.fetch(Statement(select(client_addresses)))]


async def test_a_fetch_from_where_a_client_authenticates_is_its_own(db: Database, watch: Watch) -> None:
    worker = readers(watch)
    proves(worker, BANK, HERE)
    proves(worker, SHOP, THERE)
    worker.fetched(HERE, 5)
    worker.fetched(PHONE, 5)
    await worker.write_down(db)
    assert await known(db) == {"bank": KeyFetch(5, watch.now())}


async def test_of_two_workers_one_sees_the_fetch_and_one_the_client(db: Database, watch: Watch) -> None:
    one, other = readers(watch), readers(watch)
    one.fetched(HERE, 5)
    await one.write_down(db)
    assert await known(db) == {}
    proves(other, BANK, HERE)
    await other.write_down(db)
    watch.advance(10 * SECOND)
    await one.write_down(db)
    assert (await known(db))["bank"].newest_key_at == 5


async def test_nobodys_device_is_stored_and_no_address_in_the_clear(db: Database, watch: Watch) -> None:
    worker = readers(watch)
    for address in (HERE, PHONE):
        worker.fetched(address, 5)
    proves(worker, APP, PHONE)
    proves(worker, BANK, HERE)
    await worker.write_down(db)
    (row,) = await stored(db)
    assert "bank" in row
    assert HERE not in row
    watch.advance(DAY + 1)
    assert await db.transact(key_readers.sweep) == 1
    assert await stored(db) == []


async def test_an_address_is_kept_in_memory_for_an_hour(db: Database, watch: Watch) -> None:
    worker = readers(watch)
    worker.fetched(HERE, 5)
    watch.advance(HOUR)
    proves(worker, BANK, HERE)
    await worker.write_down(db)
    assert await known(db) == {}


async def test_a_shared_proxy_tells_nothing(db: Database, watch: Watch) -> None:
    worker = readers(watch)
    for number in range(MOST_SHARED + 1):
        proves(worker, replace(BANK, client_id=f"c{number}"), HERE)
    worker.fetched(HERE, 5)
    await worker.write_down(db)
    assert await known(db) == {}


async def test_what_is_known_is_never_taken_back(db: Database, watch: Watch) -> None:
    """A worker that has not heard of the newest key hands out the older set for some seconds."""
    late, worker = readers(watch), readers(watch)
    proves(worker, BANK, HERE)
    worker.fetched(HERE, 9)
    await worker.write_down(db)
    watch.advance(MINUTE)
    late.fetched(HERE, 5)
    await asyncio.gather(late.write_down(db), worker.write_down(db))
    assert (await known(db))["bank"].newest_key_at == 9


async def test_nothing_new_costs_no_statement(db: Database, watch: Watch) -> None:
    worker = readers(watch)
    before = db.statements
    await worker.write_down(db)
    assert db.statements == before
    proves(worker, BANK, HERE)
    assert not worker.wants_address(BANK), "once in ten seconds"
    await worker.write_down(db)
    watch.advance(10 * SECOND)
    proves(worker, BANK, HERE)
    before = db.statements
    await worker.write_down(db)
    assert db.statements == before, "what was written is good for an hour"


async def test_a_deleted_client_leaves_nothing(db: Database, watch: Watch) -> None:
    worker = readers(watch)
    proves(worker, BANK, HERE)
    worker.fetched(HERE, 5)
    await worker.write_down(db)
    await db.transact(lambda unit: key_readers.forget(unit, "bank"))
    assert (await known(db), await stored(db)) == ({}, [])


# What it means, without a database


def announced(kind: KeyKind = KeyKind.ES256, state: KeyState = KeyState.ANNOUNCED) -> ListedKey:
    return ListedKey(kind, 2, "kid", state, 100, 200, None, None)


def test_who_fetched_after_the_announcement_is_ready() -> None:
    for newest, expected in ((100, Readiness.FETCHED), (99, Readiness.NOT_SEEN)):
        (one,) = readiness([announced()], [BANK], {"bank": KeyFetch(newest, 150)})
        assert [(each.readiness, each.fetched_at) for each in one.clients] == [(expected, 150)]
    (one,) = readiness([announced()], [BANK], {})
    assert one.clients[0].readiness is Readiness.NOT_SEEN


def test_only_who_is_sent_signatures_of_the_kind_has_to_know_it() -> None:
    machine = replace(BANK, grant_types=("client_credentials",))
    gone = replace(BANK, disabled_at=1)
    other = replace(BANK, id_token_signed_response_alg="RS256")
    userinfo = replace(other, client_id="info", userinfo_signed_response_alg="ES256")
    (one,) = readiness([announced()], [machine, gone, other, userinfo], {})
    assert [each.client.client_id for each in one.clients] == ["info"]
    assert readiness([announced(state=KeyState.ACTIVE), announced(KeyKind.SEALING)], [BANK], {}) == ()


def test_whether_it_is_safe_to_switch() -> None:
    ready = {"bank": KeyFetch(100, 150)}
    for clients, expected in (
        ([], Verdict.NOBODY_NEEDS_IT),
        ([BANK], Verdict.SAFE),
        ([APP], Verdict.CANNOT_TELL),
        ([BANK, APP], Verdict.SAFE_AS_FAR_AS_SEEN),
        ([BANK, APP, SHOP], Verdict.NOT_YET),
    ):
        (one,) = readiness([announced()], clients, ready)
        assert one.verdict is expected
