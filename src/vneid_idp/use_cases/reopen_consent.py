"""A person wishes to be asked again about what they left out of a consent: nothing is given by it, nor taken back."""

from vneid_idp.consent import service as consents
from vneid_idp.storage.unit import Unit


async def reopen_consent(unit: Unit, person_id: str, consent_id: str) -> None:
    """Have the next request of the service ask for it. Raises `NothingToWithdraw`."""
    await consents.reopen(unit, person_id, consent_id)
