"""Ping notifications (CIBA Core §10.2): a client hears that a person answered, and fetches the answer itself."""

from dataclasses import dataclass

from vneid_idp.clients.cache import ClientCache
from vneid_idp.clients.keys import Unreachable
from vneid_idp.delivery.outcomes import Delivered, DeliveryOutcome, Failed, Refused
from vneid_idp.delivery.sender import Delivery, Sender
from vneid_idp.log import Log
from vneid_idp.web.outbound import Outbound

_log = Log(__name__)


@dataclass(frozen=True, slots=True)
class BackchannelAnswers(Sender):
    """Sends the `auth_req_id`, and nothing of the answer, with the token that the client gave with its request.

    A refusal is final, and a redirect is no way that we go (FAPI-CIBA: neither is followed nor repeated).
    """

    clients: ClientCache
    outbound: Outbound

    async def send(self, delivery: Delivery) -> DeliveryOutcome:
        """See `Sender`."""
        client = await self.clients.find(delivery.recipient)
        if client is None or client.backchannel_client_notification_endpoint is None:
            return Delivered()
        named, token = {"auth_req_id": delivery.payload["auth_req_id"]}, delivery.payload["token"]
        address = client.backchannel_client_notification_endpoint
        try:
            status = await self.outbound.post_json(address, named, token, client.client_id)
        except Unreachable:
            _log.info("backchannel_answer.unreachable", delivery_id=delivery.delivery_id, client_id=client.client_id)
            return Failed("unreachable")
        if status >= 500:
            return Failed(f"status_{status}")
        return Refused(f"status_{status}") if status >= 300 else Delivered()
