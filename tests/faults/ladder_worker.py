"""A worker that sweeps the ladder in a process of its own: `python -m tests.faults.ladder_worker DATABASE_URL NOW HOW`.

`holds`: in its second batch it stops for ever when everything of it is written but the commit, and says so. `sweeps`:
it sweeps once, and ends.
"""

import asyncio
import sys
from collections.abc import Iterable

from tests.support.on_ladder import SECRETS
from tests.support.watch import Watch
from vneid_idp.instructions import service as instructions
from vneid_idp.instructions.rules import NewInstruction
from vneid_idp.policy.documents import shipped
from vneid_idp.storage.database import open_database
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases import sweep_ladder as sweeping

_give = instructions.give
_batches = 0


async def give_and_stop(unit: Unit, new: Iterable[NewInstruction]) -> int:
    """See `instructions.service.give`."""
    global _batches
    given = await _give(unit, new)
    _batches += 1
    if _batches == 2:
        print("holds", flush=True)
        await asyncio.Event().wait()
    return given


async def work(database_url: str, now: int, how: str) -> None:
    """Sweep."""
    sweeping._BATCH = 5
    if how == "holds":
        instructions.give = give_and_stop
    db = open_database(database_url, Watch(now), connections=2)
    await sweeping.sweep_ladder(db, shipped(), SECRETS)
    await db.close()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
