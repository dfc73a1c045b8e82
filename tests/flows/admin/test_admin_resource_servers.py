"""`admin/v1/resource-servers`: registered, changed as far as people's agreement bears it, and removed."""

from typing import Any

from tests.support.admin import WHY, Api, last_event
from tests.support.country import ISSUER, Country
from tests.support.relying_party import RelyingParty
from tests.support.resource_servers import register_tickets, registration
from vneid_idp.use_cases.delete_client import delete_client


async def test_a_resource_server_is_registered_changed_and_removed(api: Api, land: Country) -> None:
    async def register(**changes: Any) -> Any:
        return await api("POST", "/resource-servers", **WHY, metadata=registration(**changes))

    assert (await register()).json()["code"] == "unknown_family"
    await api("POST", "/families", **WHY, family_id="ve-viet", name="Vé Việt")
    made = await register()
    assert made.status_code == 201
    assert (await last_event(land))[0] == "resource_server.registered"
    assert (await register()).json()["code"] == "resource_server_exists"
    assert (await register(resource=f"{ISSUER}/userinfo")).json()["code"] == "bad_resource_server"
    path = f"/resource-servers/{made.json()['server_id']}"
    change = registration(clients=["cli_a", "cli_b"])
    changed = await api("PUT", path, **WHY, metadata=change)
    assert changed.json() == (await api("GET", path)).json()
    assert changed.json()["metadata"]["clients"] == ["cli_a", "cli_b"]
    assert (await last_event(land))[0] == "resource_server.changed"
    other = registration(scopes=[{"scope": "tickets:buy", "title": {"vi": "Bán vé"}}])
    assert (await api("PUT", path, **WHY, metadata=other)).json()["code"] == "bad_resource_server"
    assert (await api("GET", "/resource-servers")).json() == {"items": [changed.json()], "next_after": None}
    assert (await api("POST", f"{path}/remove", **WHY)).status_code == 204
    assert (await last_event(land))[0] == "resource_server.removed"
    for method, where, body in (("GET", path, {}), ("POST", f"{path}/remove", WHY)):
        assert (await api(method, where, **body)).json()["code"] == "unknown_resource_server"
    assert (await register()).json()["server_id"] != made.json()["server_id"]


async def test_a_deleted_client_leaves_its_place_to_nobody(api: Api, land: Country, party: RelyingParty) -> None:
    server = await register_tickets(land, party, introspection_client=party.client_id)
    await land.idp.db.transact(lambda unit: delete_client(unit, party.client_id))
    metadata = (await api("GET", f"/resource-servers/{server.server_id}")).json()["metadata"]
    assert (metadata["clients"], metadata["introspection_client"]) == ([], None)
