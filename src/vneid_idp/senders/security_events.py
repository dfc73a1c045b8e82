"""Security Event Tokens by push (RFC 8935): what a client of a carrier has to do with numbers, in order of each."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from vneid_idp.clients.cache import ClientCache
from vneid_idp.clients.keys import Unreachable
from vneid_idp.delivery.outcomes import Delivered, DeliveryOutcome, Failed
from vneid_idp.delivery.sender import Delivery, Sender
from vneid_idp.instructions import stream
from vneid_idp.instructions.stream import TRIED_FOR
from vneid_idp.kernel.clock import Clock
from vneid_idp.keys.ring import KeyRing
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.security_events import ERROR_CODES, SECURITY_EVENT_TYPE
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.tell_carrier import InstructionTold, list_to_tell
from vneid_idp.web.outbound import Outbound

_AT_ONCE = 16
"""Events that are under way to a client at a time, each of another number."""
_SECONDS = 4.0
"""After so long no more are begun: an attempt has to end in time (`delivery.channels.SECONDS`)."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a client said of an event: nothing wrong, or that it cannot read it; or `failed`, which says nothing."""

    told: InstructionTold
    error: str | None = None
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class SecurityEvents(Sender):
    """Sends a client whatever it has not received of the last days, as long as it takes it.

    An attempt that ran out of time has not failed: the client is woken again.
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
        if client is None or client.security_event_endpoint is None or client.family is None:
            return Delivered()
        until = asyncio.get_running_loop().time() + _SECONDS
        while asyncio.get_running_loop().time() < until:
            async with self.db.reading() as unit:
                told = await list_to_tell(unit, self.keys.sealer, client, most=_AT_ONCE, since=unit.now - TRIED_FOR)
            if not told:
                return Delivered()
            address = client.security_event_endpoint
            answers = await asyncio.gather(*(self._push(client, address, each) for each in told))
            await self._note(client, answers)
            if (failed := next((each.failed for each in answers if each.failed is not None), None)) is not None:
                return Failed(failed)
        return Delivered()

    async def _push(self, client: Client, address: str, told: InstructionTold) -> _Answer:
        now = self.clock.now()
        token = self.keys.sign(
            client.id_token_signed_response_alg, told.claims(self.issuer, now), typ=SECURITY_EVENT_TYPE, now=now
        )
        try:
            status, body = await self.outbound.post_event(address, token, client.client_id)
        except Unreachable:
            return _Answer(told, failed="unreachable")
        if 200 <= status < 300:
            return _Answer(told)
        # §2.3: the event itself cannot be read. Any other status speaks of the moment, or of the endpoint.
        return _Answer(told, error=_code(body)) if status == 400 else _Answer(told, failed=f"status_{status}")

    async def _note(self, client: Client, answers: Sequence[_Answer]) -> None:
        over = [each for each in answers if each.failed is None]

        async def note(unit: Unit) -> None:
            for code in sorted({each.error for each in over}, key=str):
                ids = [each.told.instruction.instruction_id for each in over if each.error == code]
                await stream.note_received(unit, client.client_id, ids, code)

        if over:
            await self.db.transact(note)


def _code(body: bytes) -> str:
    """The code of a refusal (§2.4), as far as it is a registered one: no other text of theirs is kept."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = None
    code = found.get("err") if isinstance(found, dict) else None
    return code if isinstance(code, str) and code in ERROR_CODES else "invalid_request"
