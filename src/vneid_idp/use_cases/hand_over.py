"""A child's account that both parents confirmed goes from one to the other when the one can supervise it no more.

So it rests only when none of them can act. The one by whose proof it counts is its representative; what it tells is
what that one agreed to, each under an own consent. Nobody takes over what belongs to somebody who needs no guardian
any more: of that only the own proof lets more be told. Everybody concerned is seized: the guardian of whom something
is taken away, and the child, whose row whoever else acts for the binding waits for.
"""

from collections.abc import Callable

from vneid_idp.bindings import resting, standing_by
from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.kinds import KINDS
from vneid_idp.bindings.resting import UNSUPERVISED
from vneid_idp.bindings.social_accounts import service as social_accounts
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.bindings.social_accounts.rules import BindingProof, SocialAccount
from vneid_idp.bindings.standing_by import Guard
from vneid_idp.bindings.subscriber_numbers import service as subscriber_numbers
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.consent import service as consents
from vneid_idp.identity import accounts
from vneid_idp.identity.account_rules import AccountStanding, account_standing, may_be_acted_for
from vneid_idp.identity.ages import age
from vneid_idp.identity.factors import distrusted_phones
from vneid_idp.identity.register.guardianship import is_abandoned, is_guardian, needs_guardian
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.policy import service as policies
from vneid_idp.policy.rules import Policy
from vneid_idp.storage.unit import Reading, Unit


async def hand_over_all(
    unit: Unit,
    vault: Vault,
    guardian_id: str,
    *,
    under: str | None = None,
    stays: bool = True,
    only: Callable[[Binding], bool] = lambda _: True,
) -> None:
    """Hand over what somebody supervises, all of it or what is `under` a consent, or `only` some, where another stands
    by who can act. Who `stays` stands by from now on, and may take it over again."""
    async for binding in resting.supervised_by(unit, guardian_id):
        if under in (None, binding.consent_id) and only(binding):
            await _hand_over(unit, vault, binding, stays=stays)


async def end_standing_by(unit: Unit, guardian_id: str, *, under: str | None = None) -> None:
    """Let somebody stand by no more, for anything or for what is `under` a consent."""
    for guard in await standing_by.of_guardian(unit, guardian_id):
        if under in (None, guard.consent_id):
            await standing_by.leave(unit, guard.person_id, guard.binding_id, guardian_id)


async def take_over_resting(unit: Unit, vault: Vault, guardian_id: str) -> None:
    """Let somebody who can act again take over what they stand by for and what rests for want of a guardian alone."""
    for guard in await standing_by.of_guardian(unit, guardian_id):
        binding = await _binding_of(unit, guard)
        if await _rests_unsupervised(unit, binding) and await _may_take(unit, vault, guard):
            await resting.lift(unit, binding)
            await _take(unit, binding, guard, stays=True)


async def follow_guardians(unit: Unit, vault: Vault, child: RegistryRecord, policy: Policy) -> None:
    """The register tells who are the guardians of `child`: who is none any more stands by no more, and what they
    supervised goes to one who still is."""
    rules = policy.at(unit.now)
    standing = await standing_by.of_child(unit, child.person_id)
    if standing:
        await standing_by.note_birth_date(unit, vault, child.person_id, child.birth_date)
    for guard in standing:
        if is_abandoned(guard.guardian_id, child, rules, unit.now):
            await standing_by.leave(unit, guard.person_id, guard.binding_id, guard.guardian_id)
    seen: set[str] = set()
    for guard in await standing_by.of_child(unit, child.person_id):
        if guard.binding_id in seen:
            continue
        seen.add(guard.binding_id)
        binding = await _binding_of(unit, guard)
        representative = binding.representative_id
        if representative is not None and is_abandoned(representative, child, rules, unit.now):
            await _hand_over(unit, vault, binding, stays=False)


async def let_stay(
    unit: Unit, vault: Vault, before: SocialAccount | None, now: SocialAccount, child: RegistryRecord, policy: Policy
) -> None:
    """Let whoever supervised an account `before` another guardian proved it, since they could not act, stand by for it
    from now on, as who hands over does: a lock that is lifted gives back what it took. The child is held."""
    guardian_id = None if before is None else before.representative_id
    if before is None or guardian_id is None or now.representative_id in (None, guardian_id):
        return
    if not is_guardian(guardian_id, child, policy.at(unit.now), unit.now):
        return
    consent = await consents.find_current(unit, guardian_id, before.client_id, child.person_id)
    if consent is None or consent.consent_id != before.consent_id:
        return
    proved_at = before.facts.verified_at
    await standing_by.stand_by(unit, now, guardian_id, before.level, before.consent_id, None, since=proved_at)
    await standing_by.note_birth_date(unit, vault, child.person_id, child.birth_date)


def supervised_by_another(binding: SocialAccount, proof: BindingProof) -> bool:
    """Whether this counts by the proof of another guardian than the one of `proof`, who then supervises it as well.
    Pure."""
    return binding.state is BindingState.VERIFIED and binding.representative_id not in (None, proof.guardian_id)


async def _binding_of(unit: Reading, guard: Guard) -> Binding:
    found = await bindings.find_for_person(unit, guard.person_id, guard.binding_id)
    assert found is not None, "who stands by does so for a binding of the child"
    return found


def _is_paused(binding: Binding) -> bool:
    kind = KINDS[binding.kind]
    return kind.lifecycle.pause is not None and kind.own(binding)[kind.lifecycle.pause.since] is not None


async def _hand_over(unit: Unit, vault: Vault, binding: Binding, *, stays: bool) -> None:
    if binding.state not in KINDS[binding.kind].lifecycle.live or _is_paused(binding):
        return
    for guard in await standing_by.of_binding(unit, binding):
        if guard.guardian_id != binding.representative_id and await _may_take(unit, vault, guard):
            await _take(unit, binding, guard, stays=stays)
            return


async def _take(unit: Unit, binding: Binding, guard: Guard, *, stays: bool) -> None:
    before, consent_id = binding.representative_id, binding.consent_id
    await standing_by.leave(unit, guard.person_id, guard.binding_id, guard.guardian_id)
    level, proved_at = guard.level, guard.since
    if isinstance(binding, SocialAccount):
        level, proved_at = binding.level, binding.facts.verified_at
        proof = BindingProof(guard.person_id, 0, guard.level, guard.guardian_id, guard.consent_id, guard.since)
        await social_accounts.prove(unit, binding, proof)
    elif isinstance(binding, SubscriberNumber):
        # The level that the law asks of a guardian is the same for both.
        proved_at = binding.facts.confirmed_at
        await subscriber_numbers.confirm_anew(unit, binding, guard.guardian_id, guard.consent_id)
    if stays and before is not None and before != guard.guardian_id:
        await standing_by.stand_by(unit, binding, before, level, consent_id, guard.birth_date, since=proved_at)


async def _may_take(unit: Reading, vault: Vault, guard: Guard) -> bool:
    account = await accounts.find(unit, guard.guardian_id)
    if account is None or account_standing(account, None, unit.now) is not AccountStanding.USABLE:
        return False
    # What they showed may have been a code to that phone: nothing is kept of it.
    if await distrusted_phones.find(unit, guard.guardian_id) is not None:
        return False
    return account.level >= guard.level and await _is_child(unit, vault, guard)


async def _is_child(unit: Reading, vault: Vault, guard: Guard) -> bool:
    """Whether it still takes a guardian: no register tells of a birthday, so it is asked at the moment."""
    birth_date = await standing_by.birth_date_of(unit, vault, guard)
    rules = (await policies.published(unit)).at(unit.now)
    return birth_date is not None and needs_guardian(age(birth_date, unit.now), rules)


async def _rests_unsupervised(unit: Reading, binding: Binding) -> bool:
    assert binding.person_id is not None, "what a guardian supervises is a child's"
    if not _is_paused(binding) or not may_be_acted_for(await accounts.find(unit, binding.person_id)):
        return False
    grounds = await resting.grounds_of(unit, binding)
    return bool(grounds) and grounds <= UNSUPERVISED
