"""What permits a client of CAMARA's APIs to ask about a person, read in the unit that puts the asking on record."""

from vneid_idp.clients.service import get_client
from vneid_idp.grants import service as grants
from vneid_idp.grants.service import Grant
from vneid_idp.protocol.claims import check_scope
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.permitted import permitted
from vneid_idp.storage.unit import Unit


async def hold_asking(unit: Unit, client_id: str, grant_id: str, *any_of: str) -> tuple[Client, Grant]:
    """The client as it is registered now, and the grant by which it asks, held until the unit ends.

    Raises `GrantEnded`, and `InsufficientScope` where person or operator permits none of these scopes by now.
    """
    grant = await grants.hold(unit, client_id, grant_id)
    client = await get_client(unit, client_id)
    check_scope(permitted(client, grant.authorisation, grant.decided).scope, *any_of)
    return client, grant
