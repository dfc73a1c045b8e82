"""A proof renews what rests for want of a guardian: another guardian's, or the young person's own. Any proof of now
renews what was proved by a code to a number that got into other hands: such a code counts no more."""

from collections.abc import Callable
from dataclasses import replace

from vneid_idp.bindings import resting
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine.grounds import RestingGround
from vneid_idp.bindings.resting import BY_ANOTHER_PROOF
from vneid_idp.bindings.social_accounts import service as social_accounts
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.rules import BindingProof, SocialAccount
from vneid_idp.storage.unit import Unit

Grounds = Callable[[SocialAccount], frozenset[RestingGround]]
"""For what a binding rests as far as the register says, at this moment: a birthday, or a card that ran out, is no
change of which anybody tells."""


async def renew_binding(unit: Unit, binding: SocialAccount, proof: BindingProof, grounds: Grounds) -> None:
    """Bring a binding of the person of `proof` into step with this moment, and let the proof take over where nobody
    supervises it any more, or the one of before counts no more. What rests for anything else goes on resting.
    """
    found = await resting.put_one_in_step(unit, binding, grounds(binding))
    if not found & BY_ANOTHER_PROOF:
        return
    # It may have come to rest only now: the register told of another guardian a moment ago.
    binding = await engine.get(unit, SOCIAL_ACCOUNT, binding.client_id, binding.binding_id)
    renewed = replace(
        binding,
        method=proof.method,
        level=proof.level,
        representative_id=proof.guardian_id,
        consent_id=proof.consent_id,
        by_message=proof.by_message,
    )
    if grounds(renewed):
        return
    await resting.lift(unit, binding)
    await social_accounts.prove(unit, binding, proof)
