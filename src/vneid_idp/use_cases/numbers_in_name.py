"""The phone numbers that are in somebody's name now, at whatever carrier."""

from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.subscriber_numbers.kind import SUBSCRIBER_NUMBER
from vneid_idp.bindings.subscriber_numbers.lifecycle import NumberState
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.bindings.subscriber_numbers.service import number_of
from vneid_idp.identity.vault import Vault
from vneid_idp.storage.unit import Reading

_COUNTING = frozenset({NumberState.CONFIRMED, NumberState.VERIFIED})
"""One that works elsewhere by now, or rests, is nobody's proof."""


async def numbers_in_name(
    unit: Reading, vault: Vault, person_id: str, phone_number: str
) -> tuple[SubscriberNumber, ...]:
    """The bindings of `phone_number`, in the form of E.164, that count for this person: one at each carrier that has it
    in their name. One that rests is none."""
    return tuple(filter(counts, await bindings_of_number(unit, vault, person_id, phone_number)))


async def bindings_of_number(
    unit: Reading, vault: Vault, person_id: str, phone_number: str
) -> tuple[SubscriberNumber, ...]:
    """All bindings of `phone_number` to this person, whatever became of them."""
    key = await vault.find_key(unit, person_id)
    if key is None:
        return ()
    held = [each async for each in bindings.all_of_person(unit, person_id, {SUBSCRIBER_NUMBER.name: SUBSCRIBER_NUMBER})]
    return tuple(
        each
        for each in held
        if isinstance(each, SubscriberNumber) and each.person_id == person_id and number_of(key, each) == phone_number
    )


def counts(number: SubscriberNumber) -> bool:
    """Whether a number is in its holder's name at this moment: it is not released, and does not rest."""
    return number.state in _COUNTING
