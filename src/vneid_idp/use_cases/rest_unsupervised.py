"""Children's accounts whose guardian cannot act, and which nobody has let rest.

Whoever takes an account away lets them rest in the same unit; this is for guardians who died, were forgotten or locked
under a release that did not know the rule yet. Nothing else would come by for them: no change is told any more.
"""

from functools import partial

from vneid_idp.bindings import resting
from vneid_idp.identity.vault import Vault
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.guardians_children import put_children_in_step, seize_with_children

_PAGE = 100


async def rest_unsupervised(db: Database, vault: Vault) -> int:
    """Let rest what these guardians bound for children; of how many guardians. Each in a unit of their own."""
    after, rested = "", 0
    while True:
        async with db.reading() as unit:
            guardians = await resting.who_cannot_act(unit, after, _PAGE)
        if not guardians:
            return rested
        for guardian_id in guardians:
            await db.transact(partial(_rest, vault, guardian_id))
        after, rested = guardians[-1], rested + len(guardians)


async def _rest(vault: Vault, guardian_id: str, unit: Unit) -> None:
    await seize_with_children(unit, guardian_id)
    # It asks again how the account stands: since the question who it is about, the guardian may be able to act.
    await put_children_in_step(unit, vault, guardian_id)
