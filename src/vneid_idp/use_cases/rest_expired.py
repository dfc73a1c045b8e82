"""A card runs out by the clock alone: no register tells of it, and it locks the identity (Decree 69/2024 Art. 15).

Sign-ins and tokens need no hand: every statement on a grant compares the card's last day. What the person holds, or
bound for a child, rests, and counts again as soon as the register tells of a new card.
"""

from functools import partial

from vneid_idp.bindings import resting
from vneid_idp.identity import accounts
from vneid_idp.identity.register.cards import CardStatus, card_status
from vneid_idp.identity.vault import Vault
from vneid_idp.policy.rules import Policy
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.follow_registry import put_bindings_in_step
from vneid_idp.use_cases.guardians_children import seize_with_children

_PAGE = 100


async def rest_expired(db: Database, vault: Vault, policy: Policy) -> int:
    """Let rest what people hold whose card has run out; of how many people. Each in a unit of their own."""
    after, rested = "", 0
    while True:
        async with db.reading() as unit:
            people = await resting.with_expired_card(unit, after, _PAGE)
        if not people:
            return rested
        for person_id in people:
            rested += await db.transact(partial(_rest, vault, policy, person_id))
        after = people[-1]


async def _rest(vault: Vault, policy: Policy, person_id: str, unit: Unit) -> bool:
    await seize_with_children(unit, person_id)
    known = await accounts.find_with_profile(unit, vault, person_id)
    # A new card may have been told, or the person forgotten, since the question who it is about.
    if known is None or card_status(known[1].record.card, unit.now) is not CardStatus.EXPIRED:
        return False
    account, profile = known
    await put_bindings_in_step(unit, vault, profile.record, account, policy)
    return True
