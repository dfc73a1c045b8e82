"""An officer asks for a lock in the authority's name, or for its end; a colleague decides (`decide_lock`)."""

from vneid_idp.audit.deeds import Deed
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.offices import lock_requests
from vneid_idp.identity.offices.acts import Act, HolderDied, possible
from vneid_idp.identity.offices.lock_requests import LockRequest
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage.unit import Unit


class NothingToAsk(DomainError):
    """The account stands already as it would be asked."""

    code = "nothing_to_ask"
    status = 409
    title = "The account is locked in the authority's name already, or no lock that was made here is to be lifted."


async def ask_for_lock(unit: Unit, person_id: str, *, lock: bool, deed: Deed) -> LockRequest:
    """Ask; the reason is the decision on which it rests.

    Raises `NoAccount`, `HolderDied`, `NothingToAsk`, `RequestIsOpen`.
    """
    await persons.seize(unit, person_id)
    account = await accounts.get_open(unit, person_id)
    if (Act.ASK_LOCK if lock else Act.ASK_UNLOCK) not in possible(account):
        raise NothingToAsk if account.deceased_at is None else HolderDied
    return await lock_requests.ask(unit, person_id, lock=lock, deed=deed)
