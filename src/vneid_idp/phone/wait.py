"""`/phone/wait`: the open app learns at once that something waits, also where no push service reaches it.

A request is held until something changed, a few seconds at most: a worker that is told to end waits no longer for it.
It looks into the database, which all workers share, every other second. Each phone has one such request, and a worker
holds so many of them and no more: whoever is one too many is told to come back.
"""

import asyncio
from collections.abc import Iterable
from itertools import count

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.cross_device import service as cross_device
from vneid_idp.cross_device.service import PolledRequest
from vneid_idp.kernel.secrets import digest
from vneid_idp.phone.access import HOME, Handset, for_handset_script
from vneid_idp.web.doors import Door
from vneid_idp.web.responses import json_response

LOOKS = 5
EVERY = 2.0
"""Seconds between two looks."""
MOST = 200
"""Requests that one worker holds at a time."""
COME_BACK = 10
"""Seconds after which whoever is not held asks again."""


class Held:
    """Who is held here, by phone: of two requests of one phone the later stays."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._turns: dict[str, int] = {}
        self._count = count(1)

    def enter(self, phone_id: str) -> int | None:
        """A turn for this phone, or none where there is no room."""
        if phone_id not in self._turns and len(self._turns) >= self._most:
            return None
        # Never one that was there before: who still sleeps in an old turn would take it for theirs.
        turn = next(self._count)
        self._turns[phone_id] = turn
        return turn

    def has(self, phone_id: str, turn: int) -> bool:
        """Whether it still is that turn."""
        return self._turns.get(phone_id) == turn

    def leave(self, phone_id: str, turn: int) -> None:
        """The turn is over."""
        if self.has(phone_id, turn):
            del self._turns[phone_id]


_held = Held()


def mark_of(waiting: Iterable[PolledRequest]) -> str:
    """What stands for all that waits: another text once something comes or goes. Pure."""
    return digest(" ".join(each.request_id for each in waiting))[:16]


async def wait(request: Request, handset: Handset) -> Response:
    """Whether something else waits than the page has `seen`; or in how many seconds to ask again."""
    seen, provider, phone_id = request.query_params.get("seen", ""), handset.provider, handset.phone.phone_id
    turn = _held.enter(phone_id)
    try:
        for look in range(LOOKS):
            async with provider.db.glance() as unit:
                waiting = await cross_device.waiting_on(unit, provider.keys.sealer, handset.person_id, phone_id)
            if mark_of(waiting) != seen:
                return json_response({"changed": True})
            if turn is None or look == LOOKS - 1:
                break
            await asyncio.sleep(EVERY)
            if not _held.has(phone_id, turn) or await request.is_disconnected():
                break
    finally:
        if turn is not None:
            _held.leave(phone_id, turn)
    return json_response({"changed": False, "again_in": COME_BACK if turn is None else 0})


doors = [Door.api(f"{HOME}/wait", for_handset_script(wait))]
