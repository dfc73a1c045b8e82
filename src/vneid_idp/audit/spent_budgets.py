"""What services tried more often than they may, of people or of nobody: put aside by requests, and written down by a
worker.

A request that is refused for it writes nothing itself: neither does its time tell whether there is somebody, nor does
whoever asks without end leave an event each time.
"""

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.kernel.clock import MINUTE, Clock, Instant
from vneid_idp.storage.unit import Database, Unit

ONCE_IN: Instant = 10 * MINUTE
"""How often what one client tries of one person, or of nobody, goes on record."""
MOST = 10_000
"""So many are remembered at a time; beyond them the oldest may go on record once more."""

_Spent = tuple[EventKind, str | None, str]


class SpentBudgets:
    """What this process saw. One a process; what is lost with it is some seconds'."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[_Spent, Instant] = {}
        self._waiting: list[_Spent] = []

    def spent(self, kind: EventKind, person_id: str | None, client_id: str) -> None:
        """What an event of `kind` tells: `client_id` may not do it of this person, or nobody, and tried to."""
        now, spent = self._clock.now(), (kind, person_id, client_id)
        if now - self._seen.get(spent, -ONCE_IN) < ONCE_IN:
            return
        self._seen.pop(spent, None)
        while len(self._seen) >= MOST:
            del self._seen[next(iter(self._seen))]
        self._seen[spent] = now
        self._waiting.append(spent)

    async def write_down(self, db: Database) -> None:
        """Put it on record."""
        taken = tuple(self._waiting)

        async def work(unit: Unit) -> None:
            for kind, person_id, client_id in taken:
                await record(unit, Event(kind, person_id, client_id))

        if taken:
            await db.transact(work)
            del self._waiting[: len(taken)]
