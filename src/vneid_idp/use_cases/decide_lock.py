"""Four eyes: a lock that one officer asked for takes effect when another agrees (Decree 69/2024 Art. 15)."""

from vneid_idp.audit.deeds import Deed
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity.offices import lock_requests
from vneid_idp.identity.offices.lock_requests import LockRequest
from vneid_idp.identity.register.records import LockedBy
from vneid_idp.identity.vault import Vault
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.guardians_children import seize_with_children
from vneid_idp.use_cases.lock_person import lock_person, unlock_person


async def decide_lock(
    unit: Unit, vault: Vault, request_id: str, *, agreed: bool, deed: Deed
) -> tuple[LockRequest, tuple[Delivery, ...]]:
    """Decide, and on agreement lock or unlock at once; what was asked, and the log-out notices to deliver after the
    commit.

    The reason of a refusal is owed to whoever asked (Decree 69/2024 Art. 15). Raises `NoSuchRequest`, `SameOfficer`,
    `NoAccount`, and where the account has changed since somebody asked `HolderDied`, `DoneAlready` or `NoLockToLift`:
    it can still be refused.
    """
    person_id = (await lock_requests.get_open(unit, request_id)).person_id
    await seize_with_children(unit, person_id)
    asked = await lock_requests.decide(unit, person_id, request_id, agreed=agreed, deed=deed)
    if agreed and asked.lock:
        return asked, await lock_person(unit, vault, person_id, LockedBy.AUTHORITY, deed)
    if agreed:
        await unlock_person(unit, vault, person_id, LockedBy.AUTHORITY, deed)
    return asked, ()
