"""A child's number is confirmed again: by another parent or guardian, or by the child, who has grown up."""

from dataclasses import replace

from vneid_idp.audit.events import EventKind
from vneid_idp.bindings import resting, standing_by, supervisors
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.resting import UNSUPERVISED
from vneid_idp.bindings.subscriber_numbers import service as subscriber_numbers
from vneid_idp.bindings.subscriber_numbers.grounds import grounds
from vneid_idp.bindings.subscriber_numbers.kind import SUBSCRIBER_NUMBER
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.identity import accounts
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.policy.rules import Rules, Threshold
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.end_outgrown import end_outgrown


async def take_over_number(
    unit: Unit,
    vault: Vault,
    number: SubscriberNumber,
    guardian_id: str | None,
    consent_id: str,
    record: RegistryRecord,
    rules: Rules,
) -> SubscriberNumber:
    """What becomes of a number of the person of `record`, who is seized, when `guardian_id` confirms it for them, or
    they themselves; as it is then. The holder's own word takes the place of a guardian's; another guardian's where
    nobody supervises it any more, and else that one supervises it as well. What rests for anything else goes on
    resting.
    """
    if number.representative_id == guardian_id:
        return number
    account = await accounts.find(unit, number.person_id)
    found = await resting.put_one_in_step(unit, number, grounds(number, record, account, rules, unit.now))
    before = await engine.get(unit, SUBSCRIBER_NUMBER, number.client_id, number.binding_id)
    if found & UNSUPERVISED:
        renewed = replace(before, representative_id=guardian_id, consent_id=consent_id)
        if grounds(renewed, record, account, rules, unit.now):
            return before
        await resting.lift(unit, before)
    elif guardian_id is not None:
        if before.representative_id is not None:
            level = rules[Threshold.GUARDIAN_LEVEL]
            await standing_by.join(unit, vault, before, guardian_id, level, consent_id, record.birth_date)
            await supervisors.tell(unit, before, EventKind.BINDING_JOINED, {"guardian_id": guardian_id})
        return before
    taken = await subscriber_numbers.confirm_anew(unit, before, guardian_id, consent_id)
    await end_outgrown(unit, before, taken)
    return taken
