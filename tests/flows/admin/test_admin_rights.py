"""`admin/v1`: what a program may is asked in the unit that writes, whatever another worker still remembers of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.admin import DOORS, PROGRAM, READ, WHY, Api
from tests.support.country import METADATA, PURPOSE, Country
from tests.support.deeds import DEED
from tests.support.resource_servers import registration
from tests.support.watch import Watch
from vneid_idp.clients import by_operator, service
from vneid_idp.clients.service import Registered
from vneid_idp.storage.database import open_database
from vneid_idp.storage.unit import Unit

_DOCUMENT = """
[[requirement]]
kind = "social_account"
action = "post"
minimum_level = 2
own_proof = true
legal_reference = "A law to come, Article 1"
in_force_from = 2031-01-01
"""
_BODIES: dict[str, dict[str, Any]] = {
    "POST /admin/v1/clients": {"metadata": METADATA},
    "PUT /admin/v1/clients/{client_id}": {"metadata": {**METADATA, "client_name": "Khác"}},
    "PUT /admin/v1/clients/{client_id}/purposes": {"purposes": [{**PURPOSE, "optional": []}]},
    "POST /admin/v1/families": {"family_id": "carrier", "name": "Carrier"},
    "PUT /admin/v1/families/{family_id}/name": {"name": "The House"},
    "POST /admin/v1/resource-servers": {"metadata": registration()},
    "PUT /admin/v1/resource-servers/{server_id}": {"metadata": registration()},
    "POST /admin/v1/policy/versions": {"document": _DOCUMENT},
}
_READS_ONLY = "/policy/versions/{version}/simulate"
WRITES = [(method, path) for method, path in DOORS if method != "GET" and not path.endswith(_READS_ONLY)]


async def scope_taken(unit: Unit, client_id: str) -> None:
    client = await service.get_client(unit, client_id)
    await by_operator.update(unit, client, {**PROGRAM, "scope": READ}, DEED, sandbox=True)


async def disabled(unit: Unit, client_id: str) -> None:
    await service.disable(unit, client_id, DEED)


@pytest.mark.parametrize(("taken", "status"), [(scope_taken, 403), (disabled, 401)])
async def test_no_door_writes_for_a_program_that_lost_its_rights_after_the_check(
    api: Api,
    land: Country,
    program: Registered,
    taken: Callable[[Unit, str], Awaitable[None]],
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    database_url: str,
    watch: Watch,
) -> None:
    async def nothing(_: str) -> str:
        return ""

    monkeypatch.setattr(land.idp.witness, "texts", nothing)
    monkeypatch.setattr(land.idp.witness, "content", nothing)
    client_id = (await land.register(redirect_uris=["https://rp.example/cb"], family="house")).client.client_id
    domain = f"/admin/v1/clients/{client_id}/domains/rp.example"
    assert (await api("PUT", domain.removeprefix("/admin/v1"), **WHY)).status_code == 200
    remembered = await land.idp.clients.get(program.client.client_id)
    # Done by another worker: this one remembers the program as it was, and lets it in.
    elsewhere = open_database(database_url, watch)
    await elsewhere.transact(lambda unit: taken(unit, program.client.client_id))
    await elsewhere.close()
    async with land.idp.db.reading() as unit:
        before = await service.list_clients(unit)
    for method, path in WRITES:
        named = {"client_id": client_id, "family_id": "house", "server_id": "rsv_a"}
        url = path.format(**named, domain="rp.example", delivery_id="d", version=1)
        body = _BODIES.get(f"{method} {path}", {})
        seen = '"1"' if "clients/{client_id}" in path else None
        answer = await api(method, url.removeprefix("/admin/v1"), seen, **WHY, **body)
        assert answer.status_code == status, (method, path, answer.text)
        assert await land.idp.clients.get(program.client.client_id) is remembered, "the check had to be passed"
    async with land.idp.db.reading() as unit:
        assert await service.list_clients(unit) == before


async def test_a_write_waits_for_whoever_takes_the_scope_and_is_refused_then(
    api: Api, land: Country, program: Registered
) -> None:
    client_id = (await land.register()).client.client_id
    async with land.idp.db.writing() as unit:
        await scope_taken(unit, program.client.client_id)
        write = asyncio.create_task(api("POST", f"/clients/{client_id}/disable", **WHY))
        done, _ = await asyncio.wait({write}, timeout=0.3)
        assert not done, "it was decided before the scope was taken"
    assert (await write).status_code == 403
    async with land.idp.db.reading() as reading:
        assert (await service.get_client(reading, client_id)).disabled_at is None
