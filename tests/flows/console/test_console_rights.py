"""No door of the console writes for a colleague whose role ended after the page was judged."""

from typing import Any

import orjson
import pytest

from tests.support.country import METADATA, Country
from tests.support.office import colleague
from tests.support.overtaking import overtaken
from tests.support.pages import opened
from tests.support.policy_texts import threshold
from tests.support.resource_servers import registration
from vneid_idp.audit.deeds import Deed
from vneid_idp.clients import domains, families, resource_servers, service
from vneid_idp.console.routes import doors
from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.channels import Channel
from vneid_idp.identity.offices.roles import Role, end_role, roles_of
from vneid_idp.identity.register import set_aside
from vneid_idp.identity.register.feed import Fact, RegistryChange
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.policy import service as policies
from vneid_idp.protocol.resource_servers import read_server
from vneid_idp.storage.unit import Unit

BOSS = Deed("boss", "A test needs it")
CLIENT = "/console/clients/{client_id}"
FORMS: dict[str, dict[str, Any]] = {
    CLIENT: {"what": "disable"},
    "/console/clients/+": {
        "client_name": "Mạng Mới", "redirect_uris": "https://net.example/cb", "scope": "openid",
        "grant_types": "authorization_code", "token_endpoint_auth_method": "client_secret_basic",
    },
    "/console/clients/+/metadata": {"metadata": orjson.dumps(METADATA).decode()},
    f"{CLIENT}/registration": {
        "client_name": "Khác", "redirect_uris": "https://rp.example/cb", "scope": "openid", "seen": "1",
    },
    f"{CLIENT}/metadata": {"metadata": orjson.dumps(METADATA | {"client_name": "Khác"}).decode(), "seen": "1"},
    f"{CLIENT}/purposes/{{purpose}}": {"what": "remove", "seen": "1"},
    f"{CLIENT}/domains": {"domain": "login.rp.example"},
    f"{CLIENT}/domains/check": {"domain": "rp.example"},
    "/console/families": {"family": "carrier", "name": "Viễn thông"},
    "/console/families/{family}": {"what": "disable"},
    "/console/resource-servers/+": {
        "resource": "https://api.example", "resource_name": "Vé", "family": "house", "scope-0": "tickets:see",
        "title-vi-0": "Xem vé", "access_token_signing_alg": "ES256",
    },
    "/console/resource-servers/{server_id}/change": {
        "resource_name": "Vé", "family": "house", "scope-0": "tickets:see", "title-vi-0": "Xem vé",
        "access_token_signing_alg": "ES256",
    },
    "/console/resource-servers/{server_id}/remove": {},
    "/console/policy/new": {"document": threshold("2031-01-01", 17)},
    "/console/policy/{version}/publish": {},
    "/console/people": {"number": "097099999999", "reason": "support"},
    "/console/deliveries": {"what": "discard"},
    "/console/register": {"feed": "synthetic", "cursor": "7"},
}  # fmt: skip
READS_ONLY = "/console/policy/{version}/simulate"


def test_every_door_that_writes_is_tried() -> None:
    assert {door.path for door in doors if "POST" in door.methods} - {READS_ONLY} == set(FORMS)


async def end_roles(land: Country, unit: Unit, person_id: str) -> None:
    for held in await roles_of(unit, person_id):
        assert await end_role(unit, held.role_id, BOSS)


async def things_to_do(land: Country, unit: Unit, client_id: str) -> tuple[str, str]:
    """Something for every door: a domain, a family, a draft, a change that is set aside; the ids of a delivery that
    will be given up, and of a resource server."""
    await domains.ask(unit, await service.get_client(unit, client_id), "rp.example", BOSS)
    await families.create(unit, "house", "Nhà", BOSS)
    await policies.load(unit, threshold("2031-01-01", 17), {}, BOSS)
    await set_aside.put(unit, "synthetic", RegistryChange("7", "per_x", (Fact.DEATH,), unit.now), "KeyError")
    sealer = land.idp.keys.sealer
    made = await deliveries.enqueue(unit, sealer, Channel.SMS, "per_x", {"a": "b"}, not_after=unit.now + 1)
    members = read_server(registration(family="house"), land.idp.issuer)
    return made.delivery_id, (await resource_servers.register(unit, members, BOSS)).server_id


@pytest.mark.parametrize("path", FORMS)
async def test_no_door_writes_for_whose_role_ended_after_the_page_was_judged(
    land: Country, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(_: str) -> str:
        return ""

    monkeypatch.setattr(land.idp.witness, "texts", nothing)
    monkeypatch.setattr(land.idp.witness, "content", nothing)
    client_id = (await land.register(redirect_uris=["https://login.rp.example/cb"])).client.client_id
    delivery_id, server_id = await land.idp.db.transact(lambda unit: things_to_do(land, unit, client_id))
    land.watch.advance(MINUTE)
    await land.idp.db.transact(deliveries.give_up_lost)
    operator = await colleague(land, "plain", Role.OPERATOR)
    token = (await opened(operator, "/console/people")).hidden["csrf_token"]
    form = {**FORMS[path], "reason": FORMS[path].get("reason", "Ticket 4711"), "csrf_token": token}
    address = path.format(client_id=client_id, purpose="account", family="house", version=2, server_id=server_id)
    async with overtaken(land, end_roles, land.people["plain"].record.person_id, monkeypatch):
        answer = await operator.browser.post(address, data={"delivery": delivery_id, **form})
    assert (answer.status_code, "role_required" in answer.text) == (403, True), answer.text
