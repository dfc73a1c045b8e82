"""Whether a guardian can act reaches what the guardian bound for children: without one who can, it rests.

One rule, whatever the reason: whose account cannot be used supervises nobody. That is who died, was forgotten, or has
an identity that is locked, also with a card that ran out. What rests for that alone counts again when the guardian can
act again, and at once by another proof (`renew_binding`).
"""

from vneid_idp.bindings import resting
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.account_rules import AccountStanding, account_standing
from vneid_idp.storage.unit import Reading, Unit


async def seize_with_children(unit: Unit, person_id: str) -> None:
    """Seize somebody of whom something is about to be taken away or given back, and the children concerned."""
    await persons.seize(unit, person_id, *await resting.children_of(unit, person_id))


async def put_children_in_step(unit: Unit, person_id: str) -> None:
    """Let rest what this person bound for children, or count again, as the person's account stands now."""
    children = await resting.children_of(unit, person_id)
    if not children:
        return
    # Mostly they are seized already, in the order of ids. Where a sign-in finds a change, or one came in between, two
    # may wait for each other, and the database has one begin again.
    await persons.seize(unit, *children)
    account = await accounts.find(unit, person_id)
    acts = account is not None and account_standing(account, None, unit.now) is AccountStanding.USABLE
    locked_at = {child: await _locked_at(unit, child) for child in children}
    await resting.put_children_in_step(unit, person_id, acts=acts, locked_at=locked_at)


async def _locked_at(unit: Reading, person_id: str) -> int | None:
    account = await accounts.find(unit, person_id)
    return None if account is None else account.locked_since
