"""A service asks through CAMARA's Tenure since when somebody's phone number is in their name."""

from dataclasses import dataclass
from datetime import date

from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import local_date
from vneid_idp.protocol.camara import TENURE
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.ask_about import hold_asking
from vneid_idp.use_cases.numbers_in_name import numbers_in_name

TOLD_TENURE, TOLD_CONTRACT = "number_tenure", "number_contract"
"""What is told, by the names under which it is on record."""


@dataclass(frozen=True, slots=True)
class Tenure:
    """What is known of the number."""

    holds: bool
    """Whether it was in the person's name on that day already."""
    contract: str
    """`prepaid` or `postpaid`."""


async def check_tenure(
    unit: Unit, vault: Vault, client_id: str, grant_id: str, person: RegistryRecord, since: date
) -> Tenure | None:
    """Whether the number of the person's account is in their name at a carrier since that day; nothing where it is at
    none, or the account has no number.

    Raises `GrantEnded`, and `InsufficientScope` where asking is permitted no more.
    """
    await hold_asking(unit, client_id, grant_id, TENURE)
    held = await numbers_in_name(unit, vault, person.person_id, person.phone or "")
    oldest = min(held, key=lambda number: number.facts.confirmed_at, default=None)
    if oldest is None:
        return None
    return Tenure(local_date(oldest.facts.confirmed_at) <= since, oldest.contract)
