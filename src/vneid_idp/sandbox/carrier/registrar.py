"""What the carrier's office asks the provider in the carrier's own name: about its register, the ladder, and what is to
be done with numbers."""

import re
from collections.abc import AsyncIterator
from datetime import date

from .fapi import Issuer, Json, Party, Refused

REGISTER_SCOPE = "register:subscriber_numbers"
NUMBER_SCOPE = "binding:subscriber_number"
REGISTERS = "/numbers/v1/registers"
INSTRUCTIONS = "/numbers/v1/instructions"
EVENTS_AT_ONCE = 100
_JTI = re.compile(r"ins_[0-9a-v]{1,40}", re.ASCII)


class Registrar:
    """The office's side of the contracts."""

    def __init__(self, issuer: Issuer, back_end: Party) -> None:
        self._issuer = issuer
        self._back_end = back_end

    def invent(self, rows: int, seed: int, edition: int, junk: dict[str, int]) -> AsyncIterator[bytes]:
        """A make-believe register as CSV, piece by piece. Outside the sandbox it is our own database."""
        asked: Json = {"rows": rows, "seed": seed, "edition": edition, "junk": junk}
        return self._issuer.stream(f"{self._issuer.url}/sandbox/registers", asked)

    async def let_pass(self, until: date) -> Json:
        """Have the days of the law pass in the sandbox: `reached`, `instructions`, `finished`. Nobody else can."""
        asked = {"until": until.isoformat()}
        answer = await self._issuer.send("POST", f"{self._issuer.url}/sandbox/ladder", json=asked, timeout=600.0)
        if not answer.is_success:
            raise Refused(str(answer.json().get("code", "refused")))
        return dict(answer.json())

    async def announce(self, length: int, sha256: str) -> Json:
        """Say which file is to come."""
        body = {"format": "csv", "bytes": length, "sha256": sha256}
        return await self._back_end.call("POST", REGISTERS, await self._own(REGISTER_SCOPE), body)

    async def send_part(self, upload_id: str, place: int, data: bytes) -> Json:
        """Send a part of it; twice is the same as once."""
        path = f"{REGISTERS}/{upload_id}/parts/{place}"
        return await self._back_end.put(path, await self._own(REGISTER_SCOPE), data)

    async def read(self, upload_id: str) -> Json:
        """How far it was read, and what was found."""
        return await self._back_end.call("GET", f"{REGISTERS}/{upload_id}", await self._own(REGISTER_SCOPE))

    async def errors(self, upload_id: str) -> bytes:
        """What is wrong with rows, as CSV."""
        path = f"{REGISTERS}/{upload_id}/errors"
        return await self._back_end.download(path, await self._own(REGISTER_SCOPE))

    async def ladder(self) -> Json:
        """How our numbers stand, and what comes of them on which day."""
        return await self._back_end.call("GET", "/numbers/v1/ladder?days=400", await self._own(REGISTER_SCOPE))

    async def instructions(self, *, waiting: bool, limit: int, cursor: str | None = None) -> Json:
        """What we have to do with our numbers, a page, the oldest first: all, or what we said nothing of."""
        query = f"limit={limit}" + ("&open=true" if waiting else "") + ("" if cursor is None else f"&cursor={cursor}")
        return await self._back_end.call("GET", f"{INSTRUCTIONS}?{query}", await self._own(NUMBER_SCOPE))

    async def answer(self, instruction_id: str, reason: str | None) -> Json:
        """Say that an instruction is done, or why it is not."""
        path = f"{INSTRUCTIONS}/{instruction_id}/acknowledgement"
        said = {"outcome": "done"} if reason is None else {"outcome": "refused", "reason": reason}
        return await self._back_end.call("POST", path, await self._own(NUMBER_SCOPE), said)

    async def poll(self, ack: list[str], bad: list[str]) -> dict[str, Json | None]:
        """Poll for instructions as security events (RFC 8936), having those before acknowledged: the claims of each by
        its `jti`; none of one that is not signed by the provider, or is not for us."""
        asked = {
            "maxEvents": EVENTS_AT_ONCE,
            "returnImmediately": True,
            "ack": ack,
            "setErrs": {each: {"err": "invalid_request"} for each in bad},
        }
        answer = await self._back_end.call("POST", f"{INSTRUCTIONS}/poll", await self._own(NUMBER_SCOPE), asked)
        return {jti: await self._claims(jti, text) for jti, text in answer["sets"].items() if _JTI.fullmatch(jti)}

    async def _claims(self, jti: str, text: str) -> Json | None:
        try:
            claims = await self._issuer.read_event(text, self._back_end.client_id)
        except Refused:
            return None
        return claims if claims.get("jti") == jti else None

    async def number_of(self, number_id: str) -> str:
        """Which number of our register an id means that somebody brought along, in E.164."""
        path = f"/numbers/v1/registered-numbers/{number_id}"
        return str((await self._back_end.call("GET", path, await self._own(NUMBER_SCOPE)))["phone_number"])

    async def _own(self, scope: str) -> str:
        return await self._back_end.own_token(scope)
