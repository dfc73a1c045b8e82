"""The clients behind what is done by an access token, as they are registered while it is done: who holds the token, the
client with which the person agreed, and those who act between the two (RFC 8693)."""

from typing import Any, NamedTuple

from vneid_idp.clients.service import get_client, hold_client
from vneid_idp.grants.service import GrantEnded
from vneid_idp.protocol.acting import may_act
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.client import Client
from vneid_idp.storage.unit import Unit


class Acting(NamedTuple):
    """Who acts, and for whom: for itself where both are one."""

    client: Client
    agreed: Client


async def hold_acting(unit: Unit, by: Authorisation) -> Acting:
    """The clients of an authorisation, held until the unit ends; before any person or grant is, as everywhere.

    Raises `GrantEnded` when one of them was taken out of service meanwhile, or may act no more.
    """
    agreed_id = by.acts_for or by.client_id
    known = {}
    for client_id in sorted({by.client_id, agreed_id, *by.actors}):
        if not await hold_client(unit, client_id):
            raise GrantEnded
        known[client_id] = await get_client(unit, client_id)
    acting = Acting(known[by.client_id], known[agreed_id])
    if acting.client != acting.agreed and not may_act(*acting, [known[actor] for actor in by.actors]):
        raise GrantEnded
    return acting


def as_done_by(by: Authorisation) -> dict[str, Any]:
    """What an event of the client with which the person agreed says of another one that acted for it; nothing where
    none did."""
    if by.acts_for is None:
        return {}
    named = {"by": "delegate", "acting": by.client_id}
    return named | ({"actors": list(by.actors)} if by.actors else {})
