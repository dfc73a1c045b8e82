"""A service asks through CAMARA's Number Verification about the number in a device for which a carrier vouched."""

from vneid_idp.bindings.subscriber_numbers.service import number_of
from vneid_idp.grants.service import GrantEnded
from vneid_idp.identity.vault import Vault
from vneid_idp.protocol.operator_tokens import DeviceNumber
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.ask_about import hold_asking
from vneid_idp.use_cases.operator_tokens import find_device_number

TOLD_CHECKED, TOLD_NUMBER = "device_number_checked", "device_number"
"""What is told, by the names under which it is on record."""


async def read_device_number(
    unit: Unit, vault: Vault, client_id: str, grant_id: str, scope: str, vouched: DeviceNumber
) -> str:
    """The number, in the form of E.164, while it counts. Raises `GrantEnded`, also for a number that was released
    meanwhile or rests, and `InsufficientScope` where asking is permitted no more."""
    _, grant = await hold_asking(unit, client_id, grant_id, scope)
    number = await find_device_number(unit, vouched)
    key = await vault.find_key(unit, grant.person_id)
    if number is None or key is None or number.person_id != grant.person_id:
        raise GrantEnded
    return number_of(key, number)
