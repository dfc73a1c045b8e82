"""Whatever a process writes about a client, by whichever face, it sees at once: nobody has to remember to say so."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import pytest

from tests.support.deeds import DEED
from tests.support.watch import Watch
from vneid_idp.clients import by_operator, domains, families, service, store
from vneid_idp.clients.cache import ClientCache
from vneid_idp.clients.images import Image
from vneid_idp.clients.logos import keep_logo
from vneid_idp.clients.store import MADE_OF
from vneid_idp.kernel.clock import HOUR
from vneid_idp.protocol import registration
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.members import Registrar
from vneid_idp.storage.database import open_database
from vneid_idp.storage.unit import Database, Reading, Unit

CLIENT_ID, FAMILY = "bank", "house"
LOGO = "https://rp.example/logo.png"
MEMBERS = {
    "redirect_uris": ["https://rp.example/cb"],
    "client_name": "Báo Mới",
    "scope": "openid",
    "family": FAMILY,
    "logo_uri": LOGO,
}


def read() -> registration.Registration:
    return registration.read_registration(MEMBERS, Registrar(by_operator=True, sandbox=False))


async def register(unit: Unit, _: Client | None) -> object:
    return await service.register(unit, read(), client_id=CLIENT_ID, deed=DEED)


async def rename(unit: Unit, client: Client | None) -> object:
    assert client is not None
    return await by_operator.update(unit, client, {**MEMBERS, "client_name": "Báo Cũ"}, DEED, sandbox=False)


async def rotate(unit: Unit, client: Client | None) -> object:
    assert client is not None
    return await service.rotate_secret(unit, client, DEED)


async def show_domain(unit: Unit, client: Client | None) -> object:
    assert client is not None
    asked = await domains.ask(unit, client, "rp.example", DEED)
    return await domains.record_look(unit, asked, "dns", DEED)


async def lose_domain(unit: Unit, _: Client | None) -> object:
    return await domains.record_look(unit, await domains.get_domain(unit, CLIENT_ID, "rp.example"), None, DEED)


WRITES: list[Callable[[Unit, Client | None], Awaitable[object]]] = [
    register,
    rename,
    rotate,
    show_domain,
    lose_domain,
    lambda unit, _: service.disable(unit, CLIENT_ID, DEED),
    lambda unit, _: service.enable(unit, CLIENT_ID, DEED),
    lambda unit, _: families.disable(unit, FAMILY, DEED),
    lambda unit, _: families.enable(unit, FAMILY, DEED),
    lambda unit, _: service.delete(unit, CLIENT_ID),
]


async def stored(db: Database) -> Client | None:
    """The client as it is, and as the cache has to give it: only where it is enabled."""
    async with db.reading() as unit:
        client = await service.find_client(unit, CLIENT_ID)
    return client if client is not None and client.disabled_at is None else None


async def test_every_write_is_seen_at_once_by_the_process_that_makes_it(db: Database, watch: Watch) -> None:
    cache = ClientCache(watch, db)
    for write in WRITES:
        before = await cache.find(CLIENT_ID)
        async with db.reading() as unit:
            client = await service.find_client(unit, CLIENT_ID)
        await db.transact(lambda unit, write=write, client=client: write(unit, client))  # type: ignore[misc]
        assert before != await cache.find(CLIENT_ID) == await stored(db), write


async def test_so_is_a_unit_of_one_statement(db: Database, watch: Watch) -> None:
    cache = ClientCache(watch, db)
    await db.transact(lambda unit: register(unit, None))
    before = await cache.get(CLIENT_ID)
    async with db.single() as unit:
        assert await keep_logo(unit, CLIENT_ID, LOGO, Image(b"picture", "image/png"))
    assert before.logo_digest is None
    assert (await cache.get(CLIENT_ID)).logo_digest is not None


async def test_what_was_undone_is_not_seen(db: Database, watch: Watch) -> None:
    cache = ClientCache(watch, db)
    await db.transact(lambda unit: register(unit, None))
    before = await cache.get(CLIENT_ID)

    async def undone(unit: Unit) -> None:
        await service.disable(unit, CLIENT_ID, DEED)
        assert await cache.find(CLIENT_ID) == before
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await db.transact(undone)
    assert await cache.find(CLIENT_ID) == before


async def test_what_was_read_before_a_write_is_not_kept_after_it(
    db: Database, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = ClientCache(watch, db)
    await db.transact(lambda unit: register(unit, None))

    async def find(unit: Reading, client_id: str) -> Client | None:
        found = await store.find(unit, client_id)
        await db.transact(lambda unit: service.disable(unit, client_id, DEED))
        return found

    with monkeypatch.context() as patch:
        patch.setattr("vneid_idp.clients.cache.store", SimpleNamespace(find=find))
        assert await cache.find(CLIENT_ID) is not None, "it was asked while the client was enabled"
    assert await cache.find(CLIENT_ID) is None


async def test_a_clock_that_was_turned_back_keeps_nothing_for_longer(
    db: Database, database_url: str, watch: Watch
) -> None:
    cache = ClientCache(watch, db)
    await db.transact(lambda unit: register(unit, None))
    assert await cache.find(CLIENT_ID) is not None
    assert await cache.find("cli_later") is None
    other = open_database(database_url, watch)
    try:
        await other.transact(lambda unit: service.disable(unit, CLIENT_ID, DEED))
        await other.transact(lambda unit: service.register(unit, read(), client_id="cli_later", deed=DEED))
    finally:
        await other.close()
    watch.set(watch.now() - HOUR)
    assert await cache.find(CLIENT_ID) is None
    assert await cache.find("cli_later") is not None


def test_it_listens_to_every_table_that_a_client_is_read_from() -> None:
    assert set(MADE_OF) == {"clients", "client_families", "client_logos", "client_domains"}
