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
from vneid_idp.protocol.grant_types.names import TOKEN_EXCHANGE
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


@dataclass(frozen=True, slots=True)
class Organisation:
    """What people use, and a point of sale that may act for it by token exchange (RFC 8693)."""

    app: Registered
    point: Registered


async def register_before(database_url: str, issuer: str) -> Organisation:
    """Register all of it."""
    database = open_database(database_url, SystemClock())

    async def work(unit: Unit) -> Organisation:
        await families.create(unit, FAMILY, "Vé Việt", DEED)
        grants = {"grant_types": ["client_credentials", TOKEN_EXCHANGE], "response_types": [], "redirect_uris": []}
        point = await _client(unit, client_name="Điểm giao dịch", **grants)
        details = {"authorization_details_types": ["identity_match"]}
        app = await _client(unit, client_name="Ứng dụng", may_act=[point.client_id], **details)
        server = registration(resource=RESOURCE, family=FAMILY, clients=[app.client_id], scopes=_SCOPES)
        await resource_servers.register(unit, read_server(server, issuer), DEED)
        return Organisation(app, point)

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
