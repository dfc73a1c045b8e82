"""What the operator registered before the provider started: clients of one organisation, and a resource server that it
runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.carrier import new_key
from tests.support.country import METADATA
from tests.support.deeds import DEED
from tests.support.resource_servers import BUY, registration
from vneid_idp.clients import families, resource_servers
from vneid_idp.clients import service as clients
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.protocol.members import Registrar
from vneid_idp.protocol.registration import read_registration
from vneid_idp.protocol.resource_servers import read_server
from vneid_idp.storage.database import open_database
from vneid_idp.storage.unit import Unit

FAMILY = "ve-viet"
RESOURCE = "https://tickets.example/api"
CARRIER: dict[str, Any] = METADATA | {
    "profile": "fapi2",
    "family": FAMILY,
    "token_endpoint_auth_method": "private_key_jwt",
    "dpop_bound_access_tokens": True,
}


@dataclass(frozen=True, slots=True)
class Registered:
    """A client, and the key that it signs with, as programs are told of them."""

    client_id: str
    jwk: Mapping[str, Any]

    @property
    def task(self) -> dict[str, Any]:
        """In JSON."""
        return {"client_id": self.client_id, "jwk": dict(self.jwk)}


async def register_before(database_url: str, issuer: str) -> Registered:
    """Register all of it; the client that people use."""
    database = open_database(database_url, SystemClock())

    async def work(unit: Unit) -> Registered:
        await families.create(unit, FAMILY, "Vé Việt", DEED)
        app = await _client(unit, client_name="Ứng dụng")
        server = registration(resource=RESOURCE, family=FAMILY, clients=[app.client_id], scopes=_SCOPES)
        await resource_servers.register(unit, read_server(server, issuer), DEED)
        return app

    try:
        return await database.transact(work)
    finally:
        await database.close()


_SCOPES = [{"scope": BUY, "title": {"vi": "Mua vé", "en": "Buy tickets"}}]


async def _client(unit: Unit, **members: Any) -> Registered:
    key = new_key("own")
    public = key.as_dict(private=False) | {"use": "sig", "alg": "ES256"}
    wanted: dict[str, Any] = {**CARRIER, "jwks": {"keys": [public]}, **members}
    read = read_registration(wanted, Registrar(by_operator=True, sandbox=True))
    made = await clients.register(unit, read)
    return Registered(made.client.client_id, key.as_dict(private=True) | {"alg": "ES256"})
