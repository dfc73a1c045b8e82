"""Whether a guardian can act reaches what the guardian bound for children: without one who can, it rests.

One rule, whatever the reason: whose account cannot be used supervises nobody. That is who died, was forgotten, or has
an identity that is locked, also with a card that ran out. What rests for that alone counts again when the guardian can
act again, and at once by another proof (`renew_binding`). Where another guardian confirmed it as well and can act,
nothing rests: that one takes over (`hand_over`).
"""

from vneid_idp.bindings import resting, standing_by
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.account_rules import AccountStanding, account_standing
from vneid_idp.identity.vault import Vault
from vneid_idp.storage.unit import Reading, Unit
from vneid_idp.use_cases.hand_over import hand_over_all, take_over_resting


async def seize_with_children(unit: Unit, person_id: str) -> None:
    """Seize somebody of whom something is about to be taken away or given back, and the children concerned."""
    await persons.seize(unit, person_id, *await _children(unit, person_id))


async def put_children_in_step(unit: Unit, vault: Vault, person_id: str) -> None:
    """Let rest what this person bound for children, or count again, as the person's account stands now."""
    children = await _children(unit, person_id)
    if not children:
        return
    # Mostly they are seized already, in the order of ids. Where a sign-in finds a change, or one came in between, two
    # may wait for each other, and the database has one begin again.
    await persons.seize(unit, *children)
    account = await accounts.find(unit, person_id)
    acts = account is not None and account_standing(account, None, unit.now) is AccountStanding.USABLE
    if not acts:
        await hand_over_all(unit, vault, person_id)
    locked_at = {child: await _locked_at(unit, child) for child in children}
    await resting.put_children_in_step(unit, person_id, acts=acts, locked_at=locked_at)
    if acts:
        await take_over_resting(unit, vault, person_id)


async def _children(unit: Reading, person_id: str) -> frozenset[str]:
    """For whom somebody bound something, or supervises what another guardian bound."""
    stands_by = {guard.person_id for guard in await standing_by.of_guardian(unit, person_id)}
    return await resting.children_of(unit, person_id) | stands_by


async def _locked_at(unit: Reading, person_id: str) -> int | None:
    account = await accounts.find(unit, person_id)
    return None if account is None else account.locked_since
