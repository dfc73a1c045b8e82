"""The logos of relying parties, on both databases: what is due, and what is kept."""

import asyncio
from hashlib import sha256
from typing import Any

from tests.support.pictures import png
from tests.support.watch import Watch
from vneid_idp.clients import logos, service
from vneid_idp.clients.images import read_image
from vneid_idp.clients.logos import DueLogo, Logo
from vneid_idp.kernel.clock import DAY
from vneid_idp.kernel.secrets import base64url
from vneid_idp.protocol import registration
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.members import Registrar
from vneid_idp.storage.unit import Database

HERE, THERE = "https://rp.example/logo.png", "https://rp.example/other.png"
PICTURE, OTHER = png(), png(grey=40)


def metadata(logo_uri: str | None) -> registration.Registration:
    members: dict[str, Any] = {"redirect_uris": ["https://rp.example/cb"], "client_name": "Báo Mới"}
    if logo_uri is not None:
        members["logo_uri"] = logo_uri
    return registration.read(members, Registrar(by_operator=True, sandbox=False))


async def register(db: Database, logo_uri: str | None = HERE) -> Client:
    async with db.writing() as unit:
        return (await service.register(unit, metadata(logo_uri))).client


async def change(db: Database, client: Client, logo_uri: str | None) -> Client:
    async with db.writing() as unit:
        return (await service.update(unit, client, metadata(logo_uri)))[0]


async def due(db: Database) -> list[DueLogo]:
    async with db.reading() as unit:
        return await logos.due_logos(unit, 10)


async def fetch(db: Database, content: bytes = PICTURE) -> bool:
    (logo,) = await due(db)
    async with db.writing() as unit:
        assert await logos.take_attempt(unit, logo)
    async with db.writing() as unit:
        return await logos.keep_logo(unit, logo, read_image(content))


async def standing(db: Database, client: Client) -> Client:
    async with db.reading() as unit:
        return await service.get_client(unit, client.client_id)


async def find(db: Database, client_id: str, digest: str | None) -> Logo | None:
    async with db.reading() as unit:
        return await logos.find_logo(unit, client_id, digest or "")


async def test_a_logo_is_due_at_once_and_then_once_a_day(db: Database, watch: Watch) -> None:
    client = await register(db)
    assert client.logo_digest is None
    assert [logo.client_id for logo in await due(db)] == [client.client_id]
    assert await fetch(db)
    client = await standing(db, client)
    assert client.logo_digest == base64url(sha256(PICTURE).digest())
    assert await find(db, client.client_id, client.logo_digest) == Logo("image/png", PICTURE)
    watch.advance(DAY - 1)
    assert await due(db) == []
    watch.advance(1)
    assert await fetch(db, OTHER)
    assert await find(db, client.client_id, client.logo_digest) is None
    assert await find(db, client.client_id, (await standing(db, client)).logo_digest) == Logo("image/png", OTHER)


async def test_a_client_without_logo_has_none(db: Database) -> None:
    await register(db, None)
    assert await due(db) == []


async def test_one_worker_takes_the_attempt(db: Database) -> None:
    await register(db)
    (logo,) = await due(db)

    async def take() -> bool:
        async with db.writing() as unit:
            return await logos.take_attempt(unit, logo)

    assert sum(await asyncio.gather(*(take() for _ in range(10)))) == 1


async def test_what_fails_is_tried_again_more_and_more_rarely(db: Database, watch: Watch) -> None:
    await register(db)
    for pause in (*logos.PAUSES, logos.PAUSES[-1]):
        (logo,) = await due(db)
        async with db.writing() as unit:
            await logos.take_attempt(unit, logo)
        watch.advance(pause - 1)
        assert await due(db) == []
        watch.advance(1)
    await fetch(db)
    watch.advance(DAY)
    assert [logo.failures for logo in await due(db)] == [0]


async def test_another_address_ends_the_picture_and_the_same_one_only_renews_it(db: Database) -> None:
    client = await register(db)
    await fetch(db)
    client = await change(db, await standing(db, client), HERE)
    assert client == await standing(db, client)
    assert client.logo_digest is not None
    assert len(await due(db)) == 1
    moved = await change(db, client, THERE)
    assert moved == await standing(db, client)
    assert moved.logo_digest is None
    assert await find(db, client.client_id, client.logo_digest) is None
    assert [logo.logo_uri for logo in await due(db)] == [THERE]
    await fetch(db, OTHER)
    bare = await change(db, await standing(db, client), None)
    assert bare == await standing(db, client)
    assert bare.logo_digest is None
    assert await due(db) == []


async def test_a_picture_that_arrives_after_a_change_is_dropped(db: Database) -> None:
    client = await register(db)
    (late,) = await due(db)
    await change(db, client, THERE)
    async with db.writing() as unit:
        assert not await logos.keep_logo(unit, late, read_image(PICTURE))
    assert (await standing(db, client)).logo_digest is None


async def test_nothing_is_fetched_for_a_client_that_is_disabled_or_gone(db: Database) -> None:
    disabled, deleted = await register(db), await register(db)
    async with db.writing() as unit:
        await service.disable(unit, disabled.client_id)
        await service.delete(unit, deleted.client_id)
    assert await due(db) == []


async def test_an_address_that_cannot_be_one_is_not_looked_up(db: Database) -> None:
    assert await find(db, "cli\0", "digest") is None
    assert await find(db, "cli", "dig\0est") is None
