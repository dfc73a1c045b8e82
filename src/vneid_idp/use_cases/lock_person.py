"""An electronic identity is locked and unlocked (Law 26/2023 Art. 34, Decree 69/2024 Art. 15).

A lock that was made here and the register's are two: an account can be used when neither stands. Grants need no hand:
every statement on one asks whether the account is usable, so they rest and count with it.
"""

from vneid_idp.audit.deeds import Deed
from vneid_idp.bindings import service as bindings
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity import accounts
from vneid_idp.identity.account_rules import Account, is_locked
from vneid_idp.identity.offices.acts import Act, check_possible, possible
from vneid_idp.identity.register.records import LockedBy
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.end_session import end_sessions
from vneid_idp.use_cases.guardians_children import put_children_in_step, seize_with_children

# In the authority's name it is done as one officer asked and another agreed: it is possible as long as asking is.
_LOCK = {LockedBy.HOLDER: Act.LOCK, LockedBy.AUTHORITY: Act.ASK_LOCK}
_UNLOCK = {LockedBy.HOLDER: Act.UNLOCK, LockedBy.AUTHORITY: Act.ASK_UNLOCK}


class NoLockToLift(DomainError):
    """No lock was made here that whoever asks may lift."""

    code = "no_lock_to_lift"
    status = 409
    title = "There is no lock of the holder to lift. An authority's lock is lifted by two officers."


async def lock_person(unit: Unit, vault: Vault, person_id: str, by: LockedBy, deed: Deed) -> tuple[Delivery, ...]:
    """Lock: tokens and sessions end, what the person holds, or bound for a child, rests; the notices to deliver after
    the commit.

    An authority's lock stands over a holder's. Raises `NoAccount`, `HolderDied`, and `DoneAlready` where such a lock,
    or one above it, stands.
    """
    await seize_with_children(unit, person_id)
    check_possible(_LOCK[by], await accounts.find(unit, person_id))
    await accounts.lock(unit, person_id, by, deed)
    return await rest(unit, vault, person_id)


async def unlock_person(unit: Unit, vault: Vault, person_id: str, by: LockedBy, deed: Deed) -> None:
    """Lift a lock that was made here.

    Grants count again, and the bindings that rest since the lock, unless the register has locked the person too. A
    holder cannot lift an authority's. Raises `NoAccount`, `HolderDied`, `NoLockToLift`.
    """
    await seize_with_children(unit, person_id)
    before = await accounts.get_open(unit, person_id)
    if before.deceased_at is None and _UNLOCK[by] not in possible(before):
        raise NoLockToLift
    check_possible(_UNLOCK[by], before)
    await accounts.unlock(unit, person_id, by, deed)
    await wake(unit, vault, before)


async def rest(unit: Unit, vault: Vault, person_id: str) -> tuple[Delivery, ...]:
    """What follows from a lock, ours or the register's, for somebody who is seized; the notices to deliver."""
    await bindings.suspend_all(unit, person_id)
    await put_children_in_step(unit, vault, person_id)
    return await end_sessions(unit, person_id)


async def wake(unit: Unit, vault: Vault, before: Account) -> None:
    """What follows when a lock of the account `before` was lifted, and no other stands: what rested with it counts."""
    now = await accounts.get(unit, before.person_id)
    if before.locked_since is not None and not is_locked(now) and now.deceased_at is None:
        await bindings.resume_all(unit, before.person_id, since=before.locked_since)
        await put_children_in_step(unit, vault, before.person_id)
