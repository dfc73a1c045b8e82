"""What the population register says of a person reaches the account, the sessions and the bindings, in one unit.

One function for everybody who learns something from the register: the feed of its changes, a sign-in, an office that
has just reported, a command. Grants need no hand: every statement on one asks whether the account is usable.
"""

from collections.abc import Collection
from dataclasses import dataclass

from vneid_idp.audit.service import Event, EventKind
from vneid_idp.audit.service import record as record_event
from vneid_idp.bindings import resting
from vneid_idp.bindings.kinds import KINDS
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.account_rules import Account
from vneid_idp.identity.factors import distrusted_phones, otp
from vneid_idp.identity.register.feed import Fact, changed_facts
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.rules import Policy
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.end_consents_given_too_young import end_by_corrected_birth_date
from vneid_idp.use_cases.end_dispute import settle_disputes_of
from vneid_idp.use_cases.end_session import end_sessions
from vneid_idp.use_cases.guardians_children import put_children_in_step, seize_with_children
from vneid_idp.use_cases.hand_over import follow_guardians
from vneid_idp.use_cases.lock_person import rest, wake
from vneid_idp.use_cases.rest_on_phone import put_phone_in_step


@dataclass(frozen=True, slots=True)
class Followed:
    """The person's open account as it is now, if there is one, and the notices to deliver after the commit."""

    account: Account | None
    deliveries: tuple[Delivery, ...] = ()


async def follow_registry(
    unit: Unit,
    vault: Vault,
    blind: BlindIndex,
    record: RegistryRecord,
    policy: Policy,
    *,
    facts: Collection[Fact] = (),
    seized: bool = False,
) -> Followed:
    """Bring everything into step with `record`. What is older than what is known changes nothing, nor does repeating.

    `facts` is what the feed says is new, for somebody without an account, of whom nothing is kept to compare with.
    `seized`: the caller has the person, for more than this.
    """
    person_id = record.person_id
    if not seized:
        await seize_with_children(unit, person_id)
    known = await accounts.find_known(unit, vault, person_id)
    if known is not None:
        if not accounts.is_news(known, record):
            return Followed(known.account)
        facts = changed_facts(known.profile.record, record)
    await persons.tell(unit, person_id)
    if facts:
        data = {"facts": sorted(facts)}
        await record_event(unit, Event(EventKind.REGISTER_TOLD, person_id, data=data))
    account: Account | None = None
    deliveries: tuple[Delivery, ...] = ()
    if known is not None:
        account = await accounts.refresh(unit, blind, known, record)
        deliveries = await _follow_lock(unit, vault, known.account, record)
        if record.phone != known.profile.record.phone:
            # Whoever holds the old phone must not get in with a code that waits there.
            await otp.end_all(unit, person_id)
            if await distrusted_phones.trust_again(unit, person_id):
                await put_phone_in_step(unit, vault, person_id)
        if record.birth_date != known.profile.record.birth_date:
            deliveries += await end_by_corrected_birth_date(unit, vault, record, policy)
    await put_bindings_in_step(unit, vault, record, account, policy)
    if record.deceased_at is not None:
        deliveries += await end_sessions(unit, person_id)
        await settle_disputes_of(unit, person_id)
    return Followed(account, deliveries)


async def _follow_lock(unit: Unit, vault: Vault, before: Account, record: RegistryRecord) -> tuple[Delivery, ...]:
    """A lock that the register tells, or that it lifts; the account has it already. Ours is not the register's."""
    locks = record.locked_at is not None or record.locked_by is not None
    if locks and before.registry_locked_at is None:
        return await rest(unit, vault, record.person_id)
    if not locks and before.registry_locked_at is not None:
        await wake(unit, vault, before)
    return ()


async def put_bindings_in_step(
    unit: Unit, vault: Vault, record: RegistryRecord, account: Account | None, policy: Policy
) -> None:
    """Let rest what a person who is seized holds, or bound for a child, or count again, as the record and the present
    moment say."""
    await follow_guardians(unit, vault, record, policy)
    await resting.put_in_step(
        unit,
        record.person_id,
        lambda binding: KINDS[binding.kind].grounds(binding, record, account, policy.at(unit.now), unit.now),
        locked_at=None if account is None else account.locked_since,
    )
    await put_children_in_step(unit, vault, record.person_id)
