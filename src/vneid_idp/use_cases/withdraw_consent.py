"""A person takes a consent back: everything issued under it dies, what was bound is free, and the service is told."""

from vneid_idp.bindings import service as bindings
from vneid_idp.consent import service as consents
from vneid_idp.delivery.sender import Delivery
from vneid_idp.grants.notices import announce_withdrawal
from vneid_idp.identity import persons
from vneid_idp.storage.unit import Unit


async def withdraw_consent(unit: Unit, person_id: str, consent_id: str) -> tuple[Delivery, ...]:
    """Withdraw; the log-out notices to deliver after the commit. Raises `NothingToWithdraw`.

    A binding would go on telling the network a state and an age band, so it is released: also one that is being made at
    this moment, which is waited for or finds the consent gone.
    """
    await persons.seize(unit, person_id)
    client_id = await consents.withdraw(unit, person_id, consent_id)
    await bindings.release_all(unit, person_id, client_id)
    return await announce_withdrawal(unit, person_id, client_id, consent_id)
