"""Whoever has something to be told by push is told: one delivery a client, for all that it has not received."""

from vneid_idp.clients.cache import ClientCache
from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.channels import Channel
from vneid_idp.instructions import stream
from vneid_idp.instructions.stream import TRIED_FOR
from vneid_idp.storage.unit import Database, Unit


async def wake_streams(db: Database, clients: ClientCache) -> None:
    """Enqueue a delivery for each client that takes events and has not received all of the last days. For a worker,
    every few seconds: whatever makes an instruction has nothing to do for it, and nothing is forgotten with a process.
    """
    async with db.reading() as unit:
        waiting = await stream.clients_to_tell(unit, unit.now - TRIED_FOR)
    found = [await clients.find(client_id) for client_id in waiting]
    pushed = [client.client_id for client in found if client is not None and client.security_event_endpoint is not None]

    async def wake(unit: Unit) -> None:
        for client_id in pushed:
            await deliveries.ensure_only(unit, Channel.SECURITY_EVENTS, client_id)

    if pushed:
        await db.transact(wake)
