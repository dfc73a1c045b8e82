"""Back-channel log-out (OpenID Connect Back-Channel Logout 1.0): a log-out token to a relying party of the session."""

from dataclasses import dataclass

from vneid_idp.clients.cache import ClientCache
from vneid_idp.clients.keys import Unreachable
from vneid_idp.delivery.outcomes import Delivered, DeliveryOutcome, Failed, Refused
from vneid_idp.delivery.sender import Delivery, Sender
from vneid_idp.kernel.clock import Clock
from vneid_idp.keys.ring import KeyRing
from vneid_idp.log import Log
from vneid_idp.protocol.logout import LOGOUT_TOKEN_TYPE, logout_token_claims
from vneid_idp.protocol.subjects import session_name, subject
from vneid_idp.storage.unit import Database
from vneid_idp.web.outbound import Outbound

_log = Log(__name__)

_PERHAPS_LATER = frozenset({408, 425, 429})
"""Statuses below 500 that speak of the moment and not of the notice (RFC 9110 §15.5.9, RFC 8470, RFC 6585 §4)."""


@dataclass(frozen=True, slots=True)
class LogoutTokens(Sender):
    """Sends `person_id` and `session_id`, as the client knows them, to its `backchannel_logout_uri`.

    The token is signed when it is sent, since it is good for two minutes. Its `jti` is the id of the delivery, so a
    receiver recognises a repeat.
    """

    issuer: str
    clock: Clock
    db: Database
    keys: KeyRing
    clients: ClientCache
    outbound: Outbound

    async def send(self, delivery: Delivery) -> DeliveryOutcome:
        """See `Sender`."""
        client = await self.clients.find(delivery.recipient)
        if client is None or client.backchannel_logout_uri is None:
            return Delivered()
        now = self.clock.now()
        person = subject(client, delivery.payload["person_id"], self.keys.pairwise_key)
        session = session_name(client, delivery.payload["session_id"], self.keys.pairwise_key)
        claims = logout_token_claims(self.issuer, client.client_id, person, session, delivery.delivery_id, now)
        token = self.keys.sign(client.id_token_signed_response_alg, claims, typ=LOGOUT_TOKEN_TYPE, now=now)
        try:
            form = {"logout_token": token}
            status = await self.outbound.post_form(client.backchannel_logout_uri, form, client.client_id)
        except Unreachable:
            _log.info("logout_token.unreachable", delivery_id=delivery.delivery_id, client_id=client.client_id)
            return Failed("unreachable")
        if status >= 500 or 300 <= status < 400 or status in _PERHAPS_LATER:
            return Failed(f"status_{status}")
        # 400 is the client's considered answer that it could not log out (§2.8): repeating changes nothing.
        return Refused(f"status_{status}") if status >= 400 else Delivered()
