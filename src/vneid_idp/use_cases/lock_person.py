"""An electronic identity is locked and unlocked (Law 26/2023 Art. 34, Decree 69/2024 Art. 15).

Grants need no hand: every statement on one asks whether the account is usable, so they rest and count with it.
"""

from vneid_idp.bindings import service as bindings
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.registry import LockedBy
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.end_session import end_sessions


async def lock_person(unit: Unit, person_id: str, by: LockedBy) -> tuple[Delivery, ...]:
    """Lock: tokens and sessions end, what the person holds rests; the notices to deliver after the commit.

    An authority's lock stands over a holder's; saying it again changes nothing. Raises `NoAccount`.
    """
    await persons.seize(unit, person_id)
    await accounts.lock(unit, person_id, by)
    await bindings.suspend_all(unit, person_id)
    return await end_sessions(unit, person_id)


async def unlock_person(unit: Unit, person_id: str, by: LockedBy) -> bool:
    """Lift a lock: grants count again, and the bindings that rest since the lock; whether one was lifted.

    A holder cannot lift an authority's. Raises `NoAccount`.
    """
    await persons.seize(unit, person_id)
    locked_at = await accounts.unlock(unit, person_id, by)
    if locked_at is None:
        return False
    account = await accounts.find(unit, person_id)
    if account is not None and account.deceased_at is None:
        await bindings.resume_all(unit, person_id, since=locked_at)
    return True
