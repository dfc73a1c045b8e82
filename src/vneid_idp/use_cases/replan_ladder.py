"""After a policy is published, every number on the ladder is planned anew: what is due next follows from the policy.

In batches, each a unit that says how far it came, so that a worker which dies loses nothing; one worker at a time.
"""

from vneid_idp.kernel.clock import SECOND, Instant
from vneid_idp.policy import service as policies
from vneid_idp.registered_numbers import due
from vneid_idp.registered_numbers.climbing import replanned
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.sweep_ladder import Steps

_BATCH = 1_000
_SETTLED: Instant = 10 * SECOND
"""So long after a publication every process plans by it (`PolicyCache`)."""


async def replan_ladder(db: Database) -> int:
    """Plan whatever is not planned by the published policy; how many numbers have another next step now."""
    moved = 0
    while (batch := await db.transact(_replan)) is not None:
        moved += batch
    return moved


async def _replan(unit: Unit) -> int | None:
    """One batch; nothing where all are planned, or somebody else is at it."""
    published = [version.published_at for version in await policies.versions(unit) if version.published_at is not None]
    if max(published, default=unit.now) + _SETTLED > unit.now:
        return None
    publications = len(published)
    await due.begin_plan(unit, publications)
    after = await due.seize_plan(unit, publications)
    if after is None:
        return None
    steps = Steps(await policies.published(unit))
    numbers = await due.seize_on_ladder(unit, after, _BATCH)
    planned = [replanned(number, steps.of(number)) for number in numbers]
    moved = [new for old, new in zip(numbers, planned, strict=True) if new != old]
    await due.move(unit, moved)
    is_last = len(numbers) < _BATCH
    await due.move_plan(
        unit, publications, after if not numbers else numbers[-1].number_id, unit.now if is_last else None
    )
    return len(moved)
