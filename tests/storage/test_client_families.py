"""Families of clients on both databases: told apart from each other, and a client goes with the one that it is in."""

from typing import Any

import orjson
import pytest
from sqlalchemy import select

from tests.support.deeds import DEED
from vneid_idp.audit.tables import events
from vneid_idp.clients import by_operator, families, service
from vneid_idp.clients.families import UnknownFamily
from vneid_idp.clients.service import UnknownClient
from vneid_idp.protocol import registration
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.protocol.members import Registrar
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database

MEMBERS: dict[str, Any] = {"redirect_uris": ["https://rp.example/cb"], "client_name": "Báo Mới", "scope": "openid"}
WHO = {"by": "ops-1", "reason": "A test needs it"}


async def register(db: Database, client_id: str, family: str | None) -> Client:
    members = MEMBERS if family is None else {**MEMBERS, "family": family}
    read = registration.read_registration(members, Registrar(by_operator=True, sandbox=False))
    async with db.writing() as unit:
        return (await service.register(unit, read, client_id=client_id, deed=DEED)).client


async def in_service(db: Database, *client_ids: str) -> list[bool]:
    async with db.writing() as unit:
        found = [(await service.get_client(unit, client_id)).disabled_at is None for client_id in client_ids]
        assert found == [await service.hold_client(unit, client_id) for client_id in client_ids]
    return found


async def test_what_is_done_to_one_family_is_done_to_no_other(db: Database) -> None:
    await register(db, "cli_a", "house")
    await register(db, "cli_b", "annex")
    await register(db, "cli_c", None)
    async with db.writing() as unit:
        await families.name(unit, "house", "The House", DEED)
        await families.disable(unit, "house", DEED)
        found = {family_id: await families.get(unit, family_id) for family_id in ("annex", "house")}
        assert {key: (each.family_id, each.name) for key, each in found.items()} == {
            "annex": ("annex", "annex"),
            "house": ("house", "The House"),
        }
        assert (found["annex"].disabled_at, found["house"].disabled_at) == (None, unit.now)
        assert await families.members(unit, "annex") == ("cli_b",)
    assert await in_service(db, "cli_a", "cli_b", "cli_c") == [False, True, True]
    async with db.writing() as unit:
        await families.disable(unit, "annex", DEED)
        await families.enable(unit, "house", DEED)
    assert await in_service(db, "cli_a", "cli_b", "cli_c") == [True, False, True]
    async with db.reading() as unit:
        rows = await unit.fetch(Statement(select(events).order_by(events.c.event_id)))
    told = [(row["subject_id"], orjson.loads(row["data"])) for row in rows if row["kind"] == "family.disabled"]
    assert sorted(told, key=str) == [("annex", WHO), ("house", WHO)]


async def test_they_are_listed_in_pages(db: Database) -> None:
    for number in range(5):
        await db.transact(lambda unit, name=f"f{number}": families.create(unit, name, name.upper(), DEED))  # type: ignore[misc]
    async with db.reading() as unit:
        first = await families.page(unit, limit=3)
        rest = await families.page(unit, after=first[-1].family_id, limit=3)
    assert [(each.family_id, each.name) for each in (*first, *rest)] == [(f"f{n}", f"F{n}") for n in range(5)]


async def test_a_client_goes_with_the_family_that_it_is_in_by_now(db: Database) -> None:
    client = await register(db, "cli_a", "house")
    for family, left in (("annex", "house"), (None, "annex")):
        async with db.writing() as unit:
            client, _ = await by_operator.update(unit, client, {**MEMBERS, "family": family}, DEED, sandbox=False)
            await families.disable(unit, left, DEED)
            assert await families.members(unit, left) == ()
        assert await in_service(db, "cli_a") == [True]
        if family is not None:
            await db.transact(lambda unit, family=family: families.disable(unit, family, DEED))  # type: ignore[misc]
            assert await in_service(db, "cli_a") == [False]


async def test_the_same_name_again_is_no_event_and_nobodys_family_is_none(db: Database) -> None:
    await register(db, "cli_a", "house")
    for _ in range(2):
        await db.transact(lambda unit: families.name(unit, "house", "The House", DEED))
    async with db.reading() as unit:
        rows = await unit.fetch(Statement(select(events.c.kind)))
    assert [row["kind"] for row in rows].count("family.named") == 1
    for act in (families.disable, families.enable):
        with pytest.raises(UnknownFamily):
            await db.transact(lambda unit, act=act: act(unit, "nobody", DEED))  # type: ignore[misc]


async def test_who_changes_a_client_that_was_deleted_meanwhile_is_told_so(db: Database) -> None:
    client = await register(db, "cli_a", None)
    await db.transact(lambda unit: service.delete(unit, "cli_a"))
    for act in (
        lambda unit: by_operator.update(unit, client, {**MEMBERS, "client_name": "X"}, DEED, sandbox=False),
        lambda unit: service.rotate_secret(unit, client, DEED),
        lambda unit: service.enable(unit, "cli_a", DEED),
    ):
        with pytest.raises(UnknownClient):
            await db.transact(act)


async def test_who_may_act_for_a_client_is_one_of_its_family(db: Database) -> None:
    await register(db, "cli_point", "house")
    await register(db, "cli_other", "annex")
    client = await register(db, "cli_app", "house")

    async def change(**changes: Any) -> None:
        nonlocal client
        async with db.writing() as unit:
            members = {**MEMBERS, "family": "house", **changes}
            client, _ = await by_operator.update(unit, client, members, DEED, sandbox=False)

    for wrong in (["cli_other"], ["cli_point", "cli_nobody"]):
        with pytest.raises(InvalidClientMetadata, match=f"may_act: {wrong[-1]} is no client of this family"):
            await change(may_act=wrong)
        assert client.may_act == ()
    await change(may_act=["cli_point"])
    assert client.may_act == ("cli_point",)
    async with db.writing() as unit:
        await service.delete(unit, "cli_point")
    await change(may_act=["cli_point"], client_name="Báo Cũ")
    with pytest.raises(InvalidClientMetadata, match="may_act: cli_point is no client"):
        await change(may_act=["cli_point"], family="annex")
