"""The carrier whose numbers a client may handle, and whether it still may in the unit that does something."""

from vneid_idp.bindings.subscriber_numbers.words import CarrierUnknown
from vneid_idp.clients.service import UnknownClient, get_client, hold_client
from vneid_idp.protocol.claims import SUBSCRIBER_NUMBER, check_scope
from vneid_idp.protocol.client import Client
from vneid_idp.storage.unit import Unit


async def hold_carrier(unit: Unit, client: Client, permission: str = SUBSCRIBER_NUMBER) -> str:
    """The carrier for which a client does something with its own token, held until the unit ends. Raises
    `UnknownClient` when the client was disabled meanwhile, `InsufficientScope` where it may have that token no more,
    `CarrierUnknown`."""
    if not await hold_client(unit, client.client_id):
        raise UnknownClient
    registered = await get_client(unit, client.client_id)
    check_scope(registered.scope if "client_credentials" in registered.grant_types else (), permission)
    return carrier_of(registered)


def carrier_of(client: Client) -> str:
    """The carrier whose numbers a client may handle: its organisation. Raises `CarrierUnknown`."""
    if client.family is None:
        raise CarrierUnknown
    return client.family
