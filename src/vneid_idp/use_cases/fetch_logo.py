"""The logo of a relying party is fetched when it is registered, so that the first page that names it shows it."""

from vneid_idp.clients import service as clients
from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.dispatcher import Dispatcher
from vneid_idp.kernel.errors import DomainError
from vneid_idp.protocol.client import Client
from vneid_idp.storage.unit import Database


async def fetch_logo(db: Database, dispatcher: Dispatcher, client: Client) -> Client:
    """`client`, which was written and committed, as it is once its logo was fetched; `logo_shown` says whether it was.

    Never raises, and waits no longer than the channel is patient: the registration stands, its credentials are told
    this once, and a logo that could not be had is fetched by a worker later.
    """
    if client.logo_uri is None or client.logo_digest is not None:
        return client
    await dispatcher.attempt([deliveries.the_only(Channel.LOGO, client.client_id, client.issued_at)])
    try:
        async with db.reading() as unit:
            return await clients.get_client(unit, client.client_id)
    except DomainError:
        return client
