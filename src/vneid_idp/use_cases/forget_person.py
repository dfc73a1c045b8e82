"""The key of a person's data is destroyed, and whatever acts in their name ends (Law 91/2025 Art. 14)."""

from vneid_idp.audit.deeds import Deed
from vneid_idp.bindings import labels
from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.subscriber_numbers import service as subscriber_numbers
from vneid_idp.consent import approvals
from vneid_idp.consent import service as consents
from vneid_idp.cross_device import service as cross_device
from vneid_idp.delivery import service as delivery
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.sender import Delivery
from vneid_idp.disputes import records as disputes
from vneid_idp.disputes import refusals
from vneid_idp.grants.notices import announce_withdrawal
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.factors import distrusted_phones, enrolled_phones, passkeys, phone_sign_ins, sessions
from vneid_idp.identity.offices import lock_requests
from vneid_idp.identity.register import reports_under_way
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.matching import service as matches
from vneid_idp.registered_numbers import service as registered_numbers
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.end_dispute import settle_disputes_of
from vneid_idp.use_cases.guardians_children import put_children_in_step, seize_with_children
from vneid_idp.use_cases.hand_over import end_standing_by
from vneid_idp.use_cases.tell_swaps import end_under_consent


async def forget_person(
    unit: Unit, vault: Vault, blind: BlindIndex, person_id: str, deed: Deed | None = None
) -> tuple[Delivery, ...]:
    """Forget; the log-out notices to deliver after the commit."""
    await seize_with_children(unit, person_id)
    # While it can still be read under which number carriers have them.
    if (found := await accounts.find_with_profile(unit, vault, person_id)) is not None:
        await registered_numbers.forget_holder(unit, blind, found[1].record.personal_number)
    # What the register was asked before, for a child whose account a guardian binds, must not be acted on any more.
    await persons.tell(unit, person_id)
    await sessions.end_all(unit, person_id)
    deliveries: list[Delivery] = []
    while current := await consents.list_current(unit, person_id):
        for consent in current:
            ended = await consents.withdraw(unit, person_id, consent.consent_id)
            # It names every session that the client knows: those that just ended need no notice of their own.
            deliveries += await announce_withdrawal(unit, person_id, ended.client_id, consent.consent_id)
            await end_under_consent(unit, person_id, ended.client_id)
    # A child's account is the child's: it rests until another guardian, or the young person, takes it over.
    await bindings.release_own(unit, person_id)
    await subscriber_numbers.forget_holder(unit, person_id)
    await labels.forget(unit, person_id)
    await delivery.cancel(unit, Channel.SMS, person_id)  # it holds the number of the phone
    await enrolled_phones.forget(unit, person_id)
    await phone_sign_ins.forget(unit, person_id)
    await distrusted_phones.trust_again(unit, person_id)
    await passkeys.forget(unit, person_id)
    await approvals.forget(unit, person_id)
    await lock_requests.forget(unit, person_id)
    await reports_under_way.forget(unit, person_id)
    await cross_device.forget(unit, person_id)
    await matches.forget(unit, person_id)
    await accounts.forget(unit, vault, person_id, deed)
    await settle_disputes_of(unit, person_id)
    await disputes.forget_person(unit, person_id)
    await refusals.forget(unit, person_id)
    await put_children_in_step(unit, vault, person_id)
    await end_standing_by(unit, person_id)
    return tuple(deliveries)
