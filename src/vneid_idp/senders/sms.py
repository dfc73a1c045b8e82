"""One-time codes to phones, through the operator's SMS gateway.

The gateway is a URL of the operator that takes `POST {"to": E.164, "text": …}` with a bearer token. It answers 2xx when
it took the message, 429 or 503 when it did not and may be asked again; every aggregator can be put behind that in a few
lines. It is the operator's own address, so it may be a private one, unlike the addresses that clients choose
(web/outbound.py).
"""

import ssl
from pathlib import Path

import httpx

from vneid_idp.delivery.outcomes import Delivered, DeliveryOutcome, Failed, Refused, Unclear
from vneid_idp.delivery.sender import Delivery, Sender
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.web.i18n import catalogue, mark

_TEXTS = {
    "sign_in": mark(
        "%(code)s is your code. It is valid for %(minutes)s minutes. Never tell it to anybody, whoever asks."
    ),
    "new_phone": mark(
        "%(code)s shows the registration office that this is your phone. It is valid for %(minutes)s minutes. "
        "Tell it to the clerk at the desk, and to nobody else."
    ),
}
"""By what the code is for (`identity.factors.otp.Use`)."""
_NOT_TAKEN = frozenset({429, 503})


class SmsGateway(Sender):
    """Sends `code` in `language` to `phone`. One a process; `close` it at the end."""

    def __init__(
        self, url: str, token: str, ca_bundle: Path | None, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._url = url
        self._client = httpx.AsyncClient(
            transport=transport,
            verify=ssl.create_default_context(cafile=ca_bundle),
            headers={"Authorization": f"Bearer {token}"},
            timeout=5,
            trust_env=False,
        )

    async def send(self, delivery: Delivery) -> DeliveryOutcome:
        """See `Sender`."""
        message = delivery.payload
        minutes = ((delivery.not_after or delivery.created_at) - delivery.created_at) // MINUTE
        text = catalogue(message["language"]).gettext(_TEXTS[message.get("use", "sign_in")]) % {
            "code": message["code"],
            "minutes": minutes,
        }
        try:
            answer = await self._client.post(self._url, json={"to": message["phone"], "text": text})
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):  # nothing was sent yet
            return Failed("unreachable")
        except httpx.HTTPError:
            return Unclear("no_answer")
        if answer.is_success:
            return Delivered()
        code = f"status_{answer.status_code}"
        if answer.status_code in _NOT_TAKEN:
            return Failed(code)
        return Unclear(code) if answer.is_server_error else Refused(code)

    async def close(self) -> None:
        """See `Sender`."""
        await self._client.aclose()


class NoGateway(Sender):
    """Stands where no gateway is set: what cannot be sent is given up at once, and the operator sees why."""

    async def send(self, delivery: Delivery) -> DeliveryOutcome:
        """See `Sender`."""
        return Refused("no_gateway")
