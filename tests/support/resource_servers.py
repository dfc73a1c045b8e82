"""A resource server of somebody else, for which the provider signs access tokens."""

from typing import Any

from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.relying_party import RelyingParty
from vneid_idp.clients import families, resource_servers
from vneid_idp.protocol.audience import KnownResources
from vneid_idp.protocol.client import Purpose
from vneid_idp.protocol.purposes import DEFAULT_PURPOSE, purpose_of
from vneid_idp.protocol.resource_servers import ResourceServer, read_server
from vneid_idp.storage.unit import Unit

ISSUER = "https://idp.example"
PURPOSES: tuple[Purpose, ...] = (purpose_of(DEFAULT_PURPOSE),)
BUY, LIST = "tickets:buy", "tickets:list"


def registration(**changes: Any) -> dict[str, Any]:
    """What an operator registers, with these changes; a member that is `None` is left out."""
    members: dict[str, Any] = {
        "resource": "https://tickets.example/api",
        "resource_name": "Vé Việt",
        "family": "ve-viet",
        "scopes": [
            {"scope": BUY, "title": {"vi": "Mua vé", "en": "Buy tickets"}},
            {"scope": LIST, "title": {"vi": "Xem các chuyến", "en": "See departures"}, "own_name": True},
        ],
        "clients": ["cli_a"],
    }
    return {name: value for name, value in {**members, **changes}.items() if value is not None}


def server(server_id: str = "rsv_tickets", removed_at: int | None = None, **changes: Any) -> ResourceServer:
    """It as it stands, with these changes to what is registered."""
    return ResourceServer(server_id, read_server(registration(**changes), ISSUER), 0, removed_at, None)


TICKETS, TAXIS = server(), server("rsv_taxis", resource="https://taxis.example/api", resource_name="Taxi")
KNOWN = KnownResources(ISSUER, {each.members.identifier: each for each in (TICKETS, TAXIS)})


async def register_tickets(land: Country, *clients: RelyingParty, **changes: Any) -> ResourceServer:
    """It registered by the operator for these clients."""
    members = read_server(registration(clients=[each.client_id for each in clients], **changes), land.idp.issuer)

    async def work(unit: Unit) -> ResourceServer:
        if members.family_id not in [family.family_id for family in await families.page(unit)]:
            await families.create(unit, members.family_id, "Vé Việt", DEED)
        return await resource_servers.register(unit, members, DEED)

    return await land.idp.db.transact(work)
