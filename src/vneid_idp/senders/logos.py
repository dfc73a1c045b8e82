"""The logos of relying parties, fetched beforehand: a page that loaded one from there would tell who looks at it."""

from dataclasses import dataclass

from vneid_idp.clients.images import BadImage, read_image
from vneid_idp.clients.keys import Unreachable
from vneid_idp.clients.logos import keep_logo
from vneid_idp.clients.service import find_client
from vneid_idp.delivery.outcomes import Delivered, DeliveryOutcome, Failed
from vneid_idp.delivery.sender import Delivery, Sender
from vneid_idp.log import Log
from vneid_idp.storage.unit import Database
from vneid_idp.web.outbound import Outbound

_log = Log(__name__)


@dataclass(frozen=True, slots=True)
class Logos(Sender):
    """Fetches what is at the `logo_uri` of a client now, and keeps it when it is a picture that we show."""

    db: Database
    outbound: Outbound

    async def send(self, delivery: Delivery) -> DeliveryOutcome:
        """See `Sender`."""
        async with self.db.glance() as glance:
            client = await find_client(glance, delivery.recipient)
        if client is None or client.logo_uri is None:
            return Delivered()
        if client.disabled_at is not None:
            return Failed("client_disabled")
        try:
            image = read_image(await self.outbound.fetch(client.logo_uri, client.client_id))
        except (Unreachable, BadImage) as error:
            _log.info("logo.not_fetched", client_id=client.client_id, detail=f"logo_uri {error}")
            return Failed("unreachable" if isinstance(error, Unreachable) else "no_picture")
        async with self.db.single() as unit:
            kept = await keep_logo(unit, client.client_id, client.logo_uri, image)
        return Delivered() if kept else Failed("changed_meanwhile")
