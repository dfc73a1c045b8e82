"""A service that asks through CAMARA's KYC Match holds what it has of a person against the population register."""

from collections.abc import Mapping
from dataclasses import dataclass

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.identity.factors import distrusted_phones
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.secrets import new_id
from vneid_idp.matching.attributes import Attribute, Compared, compare_attributes
from vneid_idp.matching.rules import Result
from vneid_idp.protocol.camara import KYC_MATCH
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.ask_about import hold_asking
from vneid_idp.use_cases.numbers_in_name import numbers_in_name

PHONE_NUMBER = "phone_number"
"""How an event names a number that was held against the person's own."""


@dataclass(frozen=True, slots=True)
class Held:
    """What came of a comparison."""

    is_their_number: bool
    """Whether the number that was sent, if one was, is the person's; of another person nothing was compared."""
    attributes: Mapping[Attribute, Compared]
    """Of what the register has."""

    @property
    def agrees(self) -> bool:
        """Whether nothing was told that differs."""
        return self.is_their_number and all(each.result is Result.MATCH for each in self.attributes.values())


async def match_attributes(
    unit: Unit,
    vault: Vault,
    client_id: str,
    grant_id: str,
    person: RegistryRecord,
    claimed: Mapping[Attribute, str],
    phone_number: str | None,
) -> Held:
    """Compare, and put on record that it was, for the person to read, before it is told.

    What permits it is read in the unit that writes: nothing is told by a right that was taken away meanwhile. Raises
    `GrantEnded`, and `InsufficientScope` where it is permitted no more.
    """
    await hold_asking(unit, client_id, grant_id, KYC_MATCH)
    results: dict[str, str] = {}
    theirs = phone_number is None or await is_number_of(unit, vault, person, phone_number)
    if phone_number is not None:
        results[PHONE_NUMBER] = Result.MATCH if theirs else Result.MISMATCH
    compared = compare_attributes(claimed, person) if theirs else {}
    results |= {attribute.value: each.result.value for attribute, each in compared.items()}
    if results:
        await record(
            unit, Event(EventKind.MATCH_MADE, person.person_id, client_id, new_id("mtc"), {"results": results})
        )
    return Held(theirs, compared)


async def is_number_of(unit: Unit, vault: Vault, person: RegistryRecord, phone_number: str) -> bool:
    """Whether a number in the form of E.164 is the person's: of their account, unless it proves nothing now, or in
    their name at a carrier."""
    if phone_number == person.phone and await distrusted_phones.find(unit, person.person_id) is None:
        return True
    return bool(await numbers_in_name(unit, vault, person.person_id, phone_number))
