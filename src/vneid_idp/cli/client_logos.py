"""The logo of a relying party, fetched by the command that registers or changes it, as the server does."""

from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.dispatcher import Dispatcher
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.keys import service as keys
from vneid_idp.protocol.client import Client
from vneid_idp.senders.logos import Logos
from vneid_idp.settings import Settings
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.fetch_logo import fetch_logo
from vneid_idp.web.outbound import LOGOS, Outbound


async def fetched(settings: Settings, database: Database, client: Client) -> Client:
    """`client`, which was written and committed, as it is once its logo was fetched, or could not be."""
    if client.logo_uri is None:
        return client
    ring = await database.transact(lambda unit: keys.ready(unit, settings.root_secret))
    outbound = Outbound(
        ca_bundle=settings.ca_bundle,
        loopback=settings.outbound_loopback,
        networks=settings.outbound_networks,
        errand=LOGOS,
        clock=SystemClock(),
    )
    dispatcher = Dispatcher(database, ring.sealer, {Channel.LOGO: Logos(database, outbound)})
    try:
        return await fetch_logo(database, dispatcher, client)
    finally:
        await dispatcher.finish()
        await outbound.close()
