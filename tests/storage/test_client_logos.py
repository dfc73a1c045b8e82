"""The logos of relying parties, on both databases: which are wanted, and what is kept."""

from hashlib import sha256
from typing import Any

from tests.support.pictures import png
from vneid_idp.clients import logos, service
from vneid_idp.clients.images import read_image
from vneid_idp.clients.logos import Logo
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.service import list_deliveries
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
    return registration.read_registration(members, Registrar(by_operator=True, sandbox=False))


async def register(db: Database, logo_uri: str | None = HERE) -> Client:
    async with db.writing() as unit:
        return (await service.register(unit, metadata(logo_uri))).client


async def change(db: Database, client: Client, logo_uri: str | None) -> Client:
    async with db.writing() as unit:
        return (await service.update(unit, client, metadata(logo_uri)))[0]


async def waiting(db: Database) -> list[str]:
    """The clients whose logos are to be fetched."""
    async with db.reading() as unit:
        return [row.recipient for row in await list_deliveries(unit) if row.channel is Channel.LOGO]


async def fetch(db: Database, client: Client, content: bytes = PICTURE, uri: str = HERE) -> bool:
    async with db.writing() as unit:
        return await logos.keep_logo(unit, client.client_id, uri, read_image(content))


async def stored(db: Database, client: Client) -> Client:
    async with db.reading() as unit:
        return await service.get_client(unit, client.client_id)


async def find(db: Database, client_id: str, digest: str | None) -> Logo | None:
    async with db.reading() as unit:
        return await logos.find_logo(unit, client_id, digest or "")


async def test_a_logo_is_wanted_at_once_and_kept(db: Database) -> None:
    client = await register(db)
    assert client.logo_digest is None
    assert await waiting(db) == [client.client_id]
    assert await fetch(db, client)
    client = await stored(db, client)
    assert client.logo_digest == base64url(sha256(PICTURE).digest())
    assert await find(db, client.client_id, client.logo_digest) == Logo("image/png", PICTURE)
    other = await register(db)
    assert await find(db, other.client_id, client.logo_digest) is None, "another client's"
    assert (await stored(db, other)).logo_digest is None
    assert await stored(db, client) == client
    assert await fetch(db, client, OTHER)
    assert await find(db, client.client_id, client.logo_digest) is None
    assert await find(db, client.client_id, (await stored(db, client)).logo_digest) == Logo("image/png", OTHER)


async def test_a_client_without_logo_has_none(db: Database) -> None:
    await register(db, None)
    assert await waiting(db) == []


async def test_another_address_ends_the_picture_and_the_same_one_only_renews_it(db: Database) -> None:
    client = await register(db)
    await fetch(db, client)
    client = await change(db, await stored(db, client), HERE)
    assert client == await stored(db, client)
    assert client.logo_digest is not None
    assert await waiting(db) == [client.client_id]
    moved = await change(db, client, THERE)
    assert moved == await stored(db, client)
    assert moved.logo_digest is None
    assert await find(db, client.client_id, client.logo_digest) is None
    assert await waiting(db) == [client.client_id]
    await fetch(db, client, OTHER, THERE)
    bare = await change(db, await stored(db, client), None)
    assert bare == await stored(db, client)
    assert bare.logo_digest is None
    assert await waiting(db) == []


async def test_a_picture_that_arrives_after_a_change_is_dropped(db: Database) -> None:
    client = await register(db)
    await change(db, client, THERE)
    assert not await fetch(db, client, uri=HERE)
    assert (await stored(db, client)).logo_digest is None


async def test_the_logo_of_a_client_that_is_gone_is_wanted_no_more(db: Database) -> None:
    client = await register(db)
    async with db.writing() as unit:
        await service.delete(unit, client.client_id)
    assert await waiting(db) == []
    assert not await fetch(db, client)


async def test_an_address_that_cannot_be_one_is_not_looked_up(db: Database) -> None:
    assert await find(db, "cli\0", "digest") is None
    assert await find(db, "cli", "dig\0est") is None
