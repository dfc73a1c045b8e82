"""What the population register says of a person reaches the account, the sessions and the bindings, in one unit."""

from vneid_idp.bindings import service as bindings
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.registry import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.end_session import end_sessions


async def follow_registry(unit: Unit, vault: Vault, blind: BlindIndex, record: RegistryRecord) -> tuple[Delivery, ...]:
    """Bring everything into step with `record`; the notices to deliver after the commit. Repeating changes nothing."""
    await persons.seize(unit, record.person_id)
    await persons.tell(unit, record.person_id)
    await accounts.refresh(unit, vault, blind, record)
    if record.deceased_at is None:
        return ()
    await bindings.suspend_all(unit, record.person_id)
    return await end_sessions(unit, record.person_id)
