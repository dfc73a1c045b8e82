"""Who has fetched the published keys, on both databases: told by address, of servers only, and of nobody for long."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.support.watch import Watch
from vneid_idp.clients import key_readers, key_readiness, service
from vneid_idp.clients.key_readers import MOST_SHARED, KeyFetch, KeyReaders
from vneid_idp.clients.key_readiness import Readiness, Verdict, readiness
from vneid_idp.clients.tables import client_addresses
from vneid_idp.kernel.clock import DAY, HOUR, MINUTE, SECOND
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.keys import service as keys
from vneid_idp.keys.rules import KeyKind, KeyState
from vneid_idp.keys.service import ListedKey
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.members import Registrar
from vneid_idp.protocol.registration import Registration, read_registration
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
    for number in range(MOST_SHARED):
        proves(worker, replace(BANK, client_id=f"c{number}"), THERE)
        proves(worker, replace(BANK, client_id=f"d{number}"), HERE)
    proves(worker, SHOP, HERE)
    for address in (HERE, THERE):
        worker.fetched(address, 5)
    await worker.write_down(db)
    assert set(await known(db)) == {f"c{number}" for number in range(MOST_SHARED)}


async def test_an_address_is_known_for_a_day_after_it_was_last_seen(db: Database, watch: Watch) -> None:
    worker = readers(watch)
    for passed in (0, 23 * HOUR):
        watch.advance(passed)
        proves(worker, BANK, HERE)
        await worker.write_down(db)
    watch.advance(23 * HOUR)
    worker.fetched(HERE, 5)
    assert await db.transact(key_readers.sweep) == 0
    await worker.write_down(db)
    assert set(await known(db)) == {"bank"}
    watch.advance(2 * HOUR)
    later = readers(watch)
    later.fetched(HERE, 6)
    await later.write_down(db)
    assert (await known(db))["bank"].newest_key_at == 5, "it may be somebody else's by now"


async def test_when_they_were_last_fetched_is_told_to_the_hour(db: Database, watch: Watch) -> None:
    worker, start = readers(watch), watch.now()
    proves(worker, BANK, HERE)
    for passed, told in ((0, 0), (HOUR - 1, 0), (1, HOUR), (HOUR, 2 * HOUR)):
        watch.advance(passed)
        worker.fetched(HERE, 5)
        await worker.write_down(db)
        assert await known(db) == {"bank": KeyFetch(5, start + told)}


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


def registration() -> Registration:
    members = {"redirect_uris": ["https://rp.example/cb"], "client_name": "Bank"}
    return read_registration(members, Registrar(by_operator=True, sandbox=False))


async def test_a_deleted_client_leaves_nothing(db: Database, watch: Watch) -> None:
    worker = readers(watch)
    await db.transact(lambda unit: service.register(unit, registration(), client_id="bank"))
    for client, address in ((BANK, HERE), (SHOP, THERE)):
        proves(worker, client, address)
        worker.fetched(address, 5)
    await worker.write_down(db)
    await db.transact(lambda unit: service.delete(unit, "bank"))
    assert set(await known(db)) == {"shop"}
    (left,) = await stored(db)
    assert "shop" in left


async def test_every_client_is_looked_at(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_readiness, "_PAGE", 2)
    master = b"m" * 32
    async with db.writing() as unit:
        for number in range(5):
            await service.register(unit, registration(), client_id=f"c{number}")
        await keys.ensure(unit, master)
        await keys.rotate(unit, master, kinds=[KeyKind.ES256])
        (found,) = await key_readiness.find_readiness(unit)
    assert [each.client.client_id for each in found.clients] == [f"c{number}" for number in range(5)]


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
