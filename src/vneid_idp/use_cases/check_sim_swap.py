"""A service asks through CAMARA's SIM Swap when the number of somebody's account last came into another SIM."""

from dataclasses import dataclass

from vneid_idp.bindings.subscriber_numbers.reports import latest_swap
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.bindings.subscriber_numbers.service import digest_of_number, is_new_subscription
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.storage.unit import Reading, Unit
from vneid_idp.use_cases.ask_about import hold_asking
from vneid_idp.use_cases.numbers_in_name import bindings_of_number

TOLD_SWAP_DATE, TOLD_SWAPPED = "sim_swap_date", "sim_swapped"
"""What is told, by the names under which it is on record."""


@dataclass(frozen=True, slots=True)
class SwapHistory:
    """What is known of the SIM cards of a number."""

    latest: Instant | None
    """When it last came into another one, moved to another carrier, or became this person's, as far as that is told."""
    known_since: Instant
    """From when on carriers would have told of it."""


async def find_swaps(
    unit: Unit, vault: Vault, blind: BlindIndex, client_id: str, grant_id: str, person: RegistryRecord, *any_of: str
) -> SwapHistory | None:
    """What carriers told of the number of the person's account; nothing where none has it in their name, or the account
    has no number. A number that rests, or is frozen by that very swap, is asked about as any other.

    Raises `GrantEnded`, and `InsufficientScope` where asking is permitted no more.
    """
    await hold_asking(unit, client_id, grant_id, *any_of)
    phone_number = person.phone or ""
    found = await bindings_of_number(unit, vault, person.person_id, phone_number)
    standing = [each.facts.confirmed_at for each in found if each.facts.released_at is None]
    if not standing:
        return None
    changes = [at for each in found for at in await _changes(unit, blind, each, phone_number)]
    return SwapHistory(max(changes, default=None), min(standing))


async def _changes(unit: Reading, blind: BlindIndex, binding: SubscriberNumber, phone_number: str) -> list[Instant]:
    facts = binding.facts
    number_digest = digest_of_number(blind, binding.family_id, phone_number)
    # Of what was told of the number while it was somebody else's, nothing is this person's to be asked about.
    told = await latest_swap(unit, binding.family_id, number_digest, facts.confirmed_at, facts.released_at)
    is_new = await is_new_subscription(unit, blind, binding, phone_number)
    return [at for at in (told, facts.confirmed_at if is_new else None) if at is not None]
