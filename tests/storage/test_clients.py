"""Relying parties and their assertions, on both databases."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.deeds import DEED
from tests.support.watch import Watch
from vneid_idp.audit.tables import events
from vneid_idp.clients import domains, service
from vneid_idp.clients.cache import ClientCache
from vneid_idp.clients.service import UnknownClient, assertion_once, proof_once
from vneid_idp.kernel.clock import DAY, HOUR, MINUTE, SECOND
from vneid_idp.kernel.secrets import digest
from vneid_idp.protocol import registration
from vneid_idp.protocol.members import Registrar
from vneid_idp.storage.database import open_database
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import AlreadyThere, Database

OPERATOR = Registrar(by_operator=True, sandbox=False)


def metadata(**changes: Any) -> registration.Registration:
    return registration.read_registration(
        {"redirect_uris": ["https://rp.example/cb"], "client_name": "Báo Mới", "scope": "openid phone"} | changes,
        OPERATOR,
    )


async def test_what_is_registered_is_read_again(db: Database, watch: Watch) -> None:
    async with db.writing() as unit:
        made = await service.register(unit, metadata(contacts=["a@rp.example"], default_max_age=60))
    async with db.reading() as unit:
        client = await service.get_client(unit, made.client.client_id)
    assert client == made.client
    assert client.scope == ("openid", "phone")
    assert client.metadata["contacts"] == ["a@rp.example"]
    assert client.default_max_age == 60
    assert client.issued_at == watch.now()
    assert made.secret is not None
    assert client.secret_digest == digest(made.secret)


async def test_neither_secret_nor_management_token_is_kept(db: Database, database_url: str) -> None:
    async with db.writing() as unit:
        made = await service.register(unit, metadata())
        client = await service.get_client(unit, made.client.client_id)
    assert str(made.secret) not in repr(client)
    async with db.reading() as unit:
        assert await service.find_managed_client(unit, client.client_id, "guess") is None
        assert await service.find_managed_client(unit, "cli_other", made.registration_access_token) is None
        assert await service.find_managed_client(unit, client.client_id, made.registration_access_token) == client


async def test_a_taken_client_id_is_refused(db: Database) -> None:
    async with db.writing() as unit:
        await service.register(unit, metadata(), client_id="quan-nuoc")
    with pytest.raises(AlreadyThere):
        async with db.writing() as unit:
            await service.register(unit, metadata(), client_id="quan-nuoc")


async def test_an_update_replaces_all_members_and_keeps_the_secret(db: Database) -> None:
    async with db.writing() as unit:
        made = await service.register(unit, metadata(contacts=["a@rp.example"]))
        changed, secret = await service.update(unit, made.client, metadata(client_name="Báo Cũ"))
    assert secret is None
    assert (changed.client_name, "contacts" in changed.metadata) == ("Báo Cũ", False)
    assert changed.secret_digest == made.client.secret_digest
    async with db.reading() as unit:
        assert await service.get_client(unit, made.client.client_id) == changed


async def test_a_client_that_becomes_public_loses_its_secret(db: Database) -> None:
    async with db.writing() as unit:
        made = await service.register(unit, metadata())
        public, _ = await service.update(unit, made.client, metadata(token_endpoint_auth_method="none"))
        again, secret = await service.update(unit, public, metadata())
    assert public.secret_digest is None
    assert secret is not None
    assert again.secret_digest == digest(secret) != made.client.secret_digest


async def test_disabling_is_idempotent_and_unknown_clients_are_refused(db: Database, watch: Watch) -> None:
    async with db.writing() as unit:
        made = await service.register(unit, metadata())
        await service.disable(unit, made.client.client_id, DEED)
    disabled_at = watch.now()
    watch.advance(DAY)
    async with db.writing() as unit:
        await service.disable(unit, made.client.client_id, DEED)
        assert (await service.get_client(unit, made.client.client_id)).disabled_at == disabled_at
        assert await service.find_managed_client(unit, made.client.client_id, made.registration_access_token) is None
        with pytest.raises(UnknownClient):
            await service.disable(unit, "cli_nobody", DEED)


async def test_deleting(db: Database) -> None:
    async with db.writing() as unit:
        made = await service.register(unit, metadata())
        await service.delete(unit, made.client.client_id)
        with pytest.raises(UnknownClient):
            await service.get_client(unit, made.client.client_id)
        with pytest.raises(UnknownClient):
            await service.delete(unit, made.client.client_id)
        rows = await unit.fetch(Statement(select(events.c.client_id).where(events.c.kind == "client.deleted")))
    assert [row["client_id"] for row in rows] == [made.client.client_id]


@pytest.mark.parametrize("overlap", [0, service.LONGEST_OVERLAP])
async def test_an_old_secret_stays_good_for_as_long_as_may_be(db: Database, overlap: int) -> None:
    async with db.writing() as unit:
        made = await service.register(unit, metadata())
        await service.rotate_secret(unit, made.client, DEED, overlap=overlap)
        client = await service.get_client(unit, made.client.client_id)
        assert client.previous_secret_until == unit.now + overlap


async def test_whoever_answers_at_two_domains_shows_either(db: Database) -> None:
    async with db.writing() as unit:
        uris = ["https://login.rp.example/cb", "https://other.example/cb"]
        client = (await service.register(unit, metadata(redirect_uris=uris, subject_type="public"))).client
        for domain in ("rp.example", "other.example"):
            asked = await domains.ask(unit, client, domain, DEED)
            assert asked.domain == domain
            await domains.record_look(unit, asked, "dns", DEED)
        other = (await service.register(unit, metadata())).client
        found = [(await service.get_client(unit, each.client_id)).verified_domains for each in (client, other)]
    assert found == [("other.example", "rp.example"), ()], "each has its own"


async def test_listing_is_paged_by_key(db: Database) -> None:
    async with db.writing() as unit:
        ids = [(await service.register(unit, metadata(), client_id=f"c{n}")).client.client_id for n in range(5)]
        first = await service.list_clients(unit, limit=3)
        rest = await service.list_clients(unit, after=first[-1].client_id, limit=3)
    assert [c.client_id for c in (*first, *rest)] == ids


async def test_the_cache_saves_statements_and_hears_of_other_processes_in_seconds(
    db: Database, database_url: str, watch: Watch
) -> None:
    cache = ClientCache(watch, db)
    async with db.writing() as unit:
        made = await service.register(unit, metadata())
    client_id = made.client.client_id
    assert await cache.get(client_id) == made.client
    before = db.statements
    assert await cache.get(client_id) == made.client
    assert db.statements == before

    other = open_database(database_url, watch)
    try:
        await other.transact(lambda unit: service.disable(unit, client_id, DEED))
    finally:
        await other.close()
    assert await cache.find(client_id) is not None
    watch.advance(5 * SECOND)
    assert await cache.find(client_id) is None


async def test_absence_is_remembered_briefly_and_apart(db: Database, watch: Watch) -> None:
    cache = ClientCache(watch, db, most=3)
    async with db.writing() as unit:
        made = await service.register(unit, metadata())
    await cache.get(made.client.client_id)
    for n in range(10):
        assert await cache.find(f"cli_{n}") is None
    before = db.statements
    assert await cache.find("cli_9") is None
    await cache.get(made.client.client_id)
    assert db.statements == before
    watch.advance(2 * SECOND)
    assert await cache.find("cli_9") is None
    assert db.statements == before + 1


async def test_an_assertion_counts_once_even_in_parallel(db: Database, watch: Watch) -> None:
    async def attempt() -> bool:
        async with db.single() as unit:
            return not await service.use_up(unit, "cli_a", assertion_once("jti-1", watch.now() + MINUTE))

    assert sorted(await asyncio.gather(*(attempt() for _ in range(50)))) == [False] * 49 + [True]


async def test_assertions_of_two_clients_do_not_meet_and_outlive_their_leeway(db: Database, watch: Watch) -> None:
    once = assertion_once("jti", watch.now() + MINUTE)
    async with db.writing() as unit:
        assert await service.use_up(unit, "cli_a", once) == ()
        assert await service.use_up(unit, "cli_b", once) == ()
    watch.advance(2 * MINUTE)
    async with db.writing() as unit:
        assert await service.forget_assertions(unit) == 0
        assert await service.use_up(unit, "cli_a", once) == (once,)
    watch.advance(HOUR)
    async with db.writing() as unit:
        assert await service.forget_assertions(unit) == 2


async def test_of_an_assertion_and_a_proof_at_once_each_is_told_to_be_used(db: Database, watch: Watch) -> None:
    assertion, proof = assertion_once("jti", watch.now()), proof_once("thumbprint", "jti", watch.now())
    async with db.writing() as unit:
        assert await service.use_up(unit, "cli_a", assertion, proof) == ()
        assert await service.use_up(unit, "cli_a", assertion_once("other", watch.now()), proof) == (proof,)
        assert await service.use_up(unit, "cli_a", assertion, proof_once("thumbprint", "other", 0)) == (assertion,)
        assert await service.use_up(unit, "cli_a", assertion, proof) == (assertion, proof)
