"""Four eyes: a lock that one officer asked for takes effect when another agrees (Decree 69/2024 Art. 15)."""

from vneid_idp.audit.deeds import Deed
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity import lock_requests, persons
from vneid_idp.identity.registry import LockedBy
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.lock_person import lock_person, unlock_person


async def decide_lock(unit: Unit, person_id: str, request_id: str, *, agreed: bool, deed: Deed) -> tuple[Delivery, ...]:
    """Decide, and on agreement lock or unlock at once; the log-out notices to deliver after the commit.

    The reason of a refusal is owed to whoever asked (Decree 69/2024 Art. 15). Raises `NoSuchRequest`, `SameOfficer`,
    `NoAccount`.
    """
    await persons.seize(unit, person_id)
    asked = await lock_requests.decide(unit, person_id, request_id, agreed=agreed, deed=deed)
    if not agreed:
        return ()
    if asked.lock:
        return await lock_person(unit, person_id, LockedBy.AUTHORITY, deed)
    await unlock_person(unit, person_id, LockedBy.AUTHORITY, deed)
    return ()
