"""One-time codes to phones: a worker hands waiting messages to the operator's SMS gateway.

The gateway is a URL of the operator that takes `POST {"to": E.164, "text": …}` with a bearer token and answers 2xx;
every aggregator can be put behind that in a few lines. It is the operator's own address, so it may be a private one,
unlike the addresses that clients choose (web/outbound.py).
"""

import ssl
from pathlib import Path

import httpx

from vneid_idp.identity.otp import Message
from vneid_idp.identity.outbox import Outbox
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.storage.unit import Database
from vneid_idp.web.i18n import catalogue, mark

_TEXT = mark("%(code)s is your code. It is valid for %(minutes)s minutes. Never tell it to anybody, whoever asks.")


class GatewayRefused(Exception):
    """The gateway did not take the message."""


class SmsGateway:
    """The operator's gateway. One a process; `close` it at the end."""

    def __init__(self, url: str, token: str, ca_bundle: Path | None) -> None:
        self._url = url
        self._client = httpx.AsyncClient(
            verify=ssl.create_default_context(cafile=ca_bundle),
            headers={"Authorization": f"Bearer {token}"},
            timeout=5,
            trust_env=False,
        )

    async def deliver(self, db: Database, outbox: Outbox) -> int:
        """Hand over what waits; how many messages went out. Raises `GatewayRefused`, and then the rest waits.

        A message is taken before it is sent: better that a code is lost, and asked for again, than that it rings twice.
        """
        async with db.reading() as unit:
            waiting = await outbox.waiting(unit)
        sent = 0
        for each in waiting:
            async with db.single() as taking:
                mine = await outbox.take(taking, each.message_id)
            if mine:
                await self._post(each.message, (each.message.expires_at - each.sent_at) // MINUTE)
                sent += 1
        return sent

    async def close(self) -> None:
        """Give up all connections."""
        await self._client.aclose()

    async def _post(self, message: Message, minutes: int) -> None:
        text = catalogue(message.language).gettext(_TEXT) % {"code": message.code, "minutes": minutes}
        answer = await self._client.post(self._url, json={"to": message.phone, "text": text})
        if not answer.is_success:
            raise GatewayRefused(str(answer.status_code))
