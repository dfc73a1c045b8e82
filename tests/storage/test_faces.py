"""Devices that take faces and evidence of theirs, on both databases: a client's own devices, and each evidence once."""

import asyncio
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from tests.support.deeds import DEED
from tests.support.faces import ID_NUMBER, ISSUER, KEY, claims, public, signed
from tests.support.watch import Watch
from vneid_idp.audit.tables import events
from vneid_idp.clients import service as clients
from vneid_idp.clients.service import forget_assertions
from vneid_idp.faces import devices, service
from vneid_idp.faces.devices import BadDevice, UnknownDevice
from vneid_idp.faces.evidence import FRESH_FOR, InvalidEvidence, SealedTemplate
from vneid_idp.faces.service import Believed
from vneid_idp.faces.templates import open_template
from vneid_idp.kernel.clock import HOUR
from vneid_idp.kernel.secrets import base64url
from vneid_idp.keys import service as keys
from vneid_idp.keys.jwe import encrypt_to
from vneid_idp.protocol.members import Registrar
from vneid_idp.protocol.registration import read_registration
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.delete_client import delete_client

CARRIER, OTHER = "carrier", "other-carrier"


async def add_client(unit: Unit, client_id: str) -> None:
    members = {"redirect_uris": ["https://rp.example/cb"], "client_name": "Sóng", "scope": "openid"}
    read = read_registration(members, Registrar(by_operator=True, sandbox=False))
    await clients.register(unit, read, client_id=client_id, deed=DEED)


async def register(db: Database, client_id: str = CARRIER, **jwk: Any) -> str:
    async def act(unit: Unit) -> str:
        await add_client(unit, client_id)
        return (await devices.register(unit, client_id, "Quầy 3", {**public(KEY), **jwk}, DEED)).device_id

    return await db.transact(act)


async def believe(db: Database, text: str, *client_ids: str) -> Believed:
    async with db.reading() as unit:
        return await service.believe(unit, client_ids or (CARRIER,), text, ISSUER, ID_NUMBER)


async def test_evidence_of_an_own_device_is_believed_and_of_no_other(db: Database, watch: Watch) -> None:
    device_id = await register(db)
    await db.transact(lambda unit: add_client(unit, OTHER))
    text = signed(claims(watch.now(), device=device_id))
    assert (await believe(db, text)).client_id == (await believe(db, text, OTHER, CARRIER)).client_id == CARRIER
    with pytest.raises(InvalidEvidence, match="not registered for this client"):
        await believe(db, text, OTHER)
    await db.transact(lambda unit: devices.remove(unit, device_id, DEED))
    with pytest.raises(InvalidEvidence, match="not registered for this client"):
        await believe(db, text)
    with pytest.raises(UnknownDevice):
        await db.transact(lambda unit: devices.remove(unit, device_id, DEED))
    async with db.reading() as unit:
        rows = await unit.fetch(Statement(select(events.c.kind, events.c.subject_id).order_by(events.c.event_id)))
    kinds = [row["kind"] for row in rows if row["subject_id"] == device_id]
    assert kinds == ["capture_device.registered", "capture_device.removed"]


async def test_devices_go_with_their_client(db: Database) -> None:
    await register(db)
    await db.transact(lambda unit: delete_client(unit, CARRIER))
    await db.transact(lambda unit: add_client(unit, CARRIER))
    async with db.reading() as unit:
        assert await devices.page(unit, CARRIER) == []


async def test_the_same_evidence_counts_once_whoever_is_faster(db: Database, watch: Watch) -> None:
    device_id = await register(db)
    evidence = await believe(db, signed(claims(watch.now(), device=device_id)))

    async def use() -> None:
        await db.transact(lambda unit: service.use_evidence(unit, evidence))

    refused = [each for each in await asyncio.gather(*(use() for _ in range(4)), return_exceptions=True) if each]
    assert [type(each) for each in refused] == [InvalidEvidence] * 3
    watch.advance(FRESH_FOR)
    await db.transact(forget_assertions)
    with pytest.raises(InvalidEvidence, match="used before"):
        await use()
    watch.advance(HOUR)
    assert await db.transact(forget_assertions) == 1


@pytest.mark.parametrize(
    ("name", "jwk", "sentence"),
    [
        ("", {}, "a line of at most"),
        ("Máy của 097196000001", {}, "without anybody's numbers"),
        ("Quầy 3", {"d": "x"}, "private"),
        ("Quầy 3", {"crv": "P-384"}, "signs with none of|cannot be read"),
        ("Quầy 3", {"kty": "XX"}, "not known here"),
        ("Quầy 3", {"use": "enc"}, "signs with none of"),
    ],
)
async def test_what_cannot_be_registered(db: Database, name: str, jwk: dict[str, Any], sentence: str) -> None:
    await db.transact(lambda unit: add_client(unit, CARRIER))
    with pytest.raises(BadDevice, match=sentence):
        await db.transact(lambda unit: devices.register(unit, CARRIER, name, {**public(KEY), **jwk}, DEED))


async def test_a_template_is_opened_that_was_sealed_to_the_published_key(db: Database, watch: Watch) -> None:
    ring = await db.transact(lambda unit: keys.ready(unit, b"0" * 32))
    (jwk,) = [key for key in orjson.loads(ring.jwks_bytes(watch.now()))["keys"] if key.get("use") == "enc"]
    content = bytes(range(256)) * 8

    def sealed(text: str) -> SealedTemplate:
        return SealedTemplate("model-1", encrypt_to(jwk, text, alg="RSA-OAEP", enc="A256GCM", cty=None))

    template = open_template(ring, sealed(base64url(content)), watch.now())
    assert (template.model, template.content) == ("model-1", content)
    assert "content" not in repr(template)
    for text in ("", "!", base64url(b"x" * 8193)):
        with pytest.raises(InvalidEvidence):
            open_template(ring, sealed(text), watch.now())
    with pytest.raises(InvalidEvidence, match="not sealed to a key of this provider"):
        open_template(ring, SealedTemplate("model-1", "a.b.c.d.e"), watch.now())
